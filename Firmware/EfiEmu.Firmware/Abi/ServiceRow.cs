using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Abi;

/// <summary>One function of a service table: where its pointer lies, what traces call it, and its body.</summary>
internal readonly record struct ServiceRow(int Offset, FunctionSignature Signature, GuestFunction Body)
{
    /// <summary>A service that is not modelled: calling it stops the boot by name.</summary>
    public static ServiceRow NotModelled(int offset, string table, string name) =>
        new(offset, new FunctionSignature(table, name), _ => throw new BootStoppedException(
            Reports.BootEnd.NotModelled, $"{table}.{name} is not modelled"));
}
