using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using EfiEmu.Firmware.Tables;

namespace EfiEmu.Firmware.Variables;

/// <summary>The boot option that firmware is about to start, as far as variables tell of it.</summary>
/// <param name="Number">Its number, 0 for Boot0000.</param>
/// <param name="LoadOption">The EFI_LOAD_OPTION, or empty to leave Boot#### out.</param>
internal readonly record struct BootOption(ushort Number, ReadOnlyMemory<byte> LoadOption);

/// <summary>The variables that a freshly started OVMF has, as far as loaders look at them.</summary>
/// <remarks>
/// OvmfPkg and MdePkg.dec defaults, as Debian builds them: secure boot built in, no keys enrolled. The only console
/// is the first serial port.
/// </remarks>
internal static class OvmfVariables
{
    /// <summary>The high half of the monotonic counter in the first boot of a fresh variable store.</summary>
    public const uint FirstMonotonicHigh = 1;

    private const ulong BootToFirmwareUi = 0x01;
    private const ulong StartPlatformRecovery = 0x40;

    // Keys, applications and system preparation are supported, with up to three keys for an option.
    private const uint BootOptionCapabilities = 0x313;

    // SHA-256, SHA-1, RSA-2048 and X.509: what image verification understands.
    private static byte[] SignatureTypes =>
    [
        .. Convert.FromHexString("12A56C8210CFC94AB187BE01496631BD"),
        .. Convert.FromHexString("2616C4C14C509240ACA941F936934328"),
        .. Convert.FromHexString("E866573C9C26344EAA14ED776E85B3B6"),
        .. Convert.FromHexString("A159C0A5E494A74A87B5AB155C2BF072"),
    ];

    // PciRoot(0)/Pci(0x1F,0)/Serial(0)/Uart(115200,8,N,1)/VenPcAnsi()
    private static byte[] SerialConsole => Convert.FromHexString(
        "02010C00D041030A00000000" + "01010600001F" + "02010C00D041010500000000"
        + "030E13000000000000C20100000000000801" + "01" + "030A14005347C1E0BEF9D2119A0C0090273FC14D" + "7FFF0400");

    /// <summary>Presets the variables of a first boot.</summary>
    public static void Preset(VariableStore store, BootOption option)
    {
        Volatile(store, "SetupMode", [1]);
        Volatile(store, "SecureBoot", [0]);
        Volatile(store, "VendorKeys", [1]);
        Volatile(store, "OsIndicationsSupported", Bytes(BootToFirmwareUi | StartPlatformRecovery));
        Volatile(store, "LangCodes", Ascii("engfraengfra"));
        Volatile(store, "PlatformLangCodes", Ascii("en;fr;en-US;fr-FR"));
        Volatile(store, "BootCurrent", Bytes(option.Number));
        Volatile(store, "BootOptionSupport", Bytes(BootOptionCapabilities));
        Volatile(store, "SignatureSupport", SignatureTypes);
        foreach (string console in (ReadOnlySpan<string>)["ConIn", "ConOut", "ErrOut"])
        {
            Stored(store, console, SerialConsole);
            Volatile(store, console + "Dev", SerialConsole);
        }

        store.Preset(
            new VariableName(MonotonicCounter.VariableName, MonotonicCounter.VariableVendor),
            VariableAttributes.NonVolatileRuntime,
            Bytes(FirstMonotonicHigh));
        Stored(store, "Lang", Ascii("eng"));
        Stored(store, "PlatformLang", Ascii("en"));
        Stored(store, "Timeout", Bytes((ushort)0));
        if (!option.LoadOption.IsEmpty)
        {
            Stored(store, string.Create(CultureInfo.InvariantCulture, $"Boot{option.Number:X4}"), option.LoadOption.Span);
        }

        Stored(store, "BootOrder", Bytes(option.Number));
    }

    private static void Volatile(VariableStore store, string name, ReadOnlySpan<byte> data) =>
        store.Preset(VariableName.Global(name), VariableAttributes.VolatileRuntime, data);

    private static void Stored(VariableStore store, string name, ReadOnlySpan<byte> data) =>
        store.Preset(VariableName.Global(name), VariableAttributes.NonVolatileRuntime, data);

    private static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text + '\0');

    private static byte[] Bytes(ushort value)
    {
        byte[] bytes = new byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] Bytes(uint value)
    {
        byte[] bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] Bytes(ulong value)
    {
        byte[] bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return bytes;
    }
}
