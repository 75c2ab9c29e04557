using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Frozen;
using EfiEmu.Firmware.Handles;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Variables;

/// <summary>What the namespaces of the specification accept: only names that it defines, in the form that it defines.</summary>
/// <remarks>UEFI 2.10 section 3.3; MdeModulePkg/Library/VarCheckUefiLib, which OVMF links in.</remarks>
internal static class GlobalVariableRules
{
    private const VariableAttributes Stored = VariableAttributes.NonVolatileRuntime;
    private const VariableAttributes Volatile = VariableAttributes.VolatileRuntime;
    private const VariableAttributes Signed = Stored | VariableAttributes.TimeBasedAuthenticatedWriteAccess;
    private const int NoLimit = int.MaxValue;
    private const int LoadOptionHeader = 6;
    private const int KeyOptionSize = 10;
    private const int KeySize = 4;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789ABCDEFabcdef");

    // Read-only are those that the specification gives to firmware, and those that edk2's boot manager locks before it boots.
    private static readonly FrozenDictionary<string, Row> Exact = new Row[]
    {
        new("LangCodes", Volatile, 1, NoLimit, IsAscii) { ReadOnly = true },
        new("Lang", Stored, 1, NoLimit, IsAscii),
        new("Timeout", Stored, 2, 2),
        new("PlatformLangCodes", Volatile, 1, NoLimit, IsAscii) { ReadOnly = true },
        new("PlatformLang", Stored, 1, NoLimit, IsAscii),
        new("ConIn", Stored, 4, NoLimit, IsDevicePath),
        new("ConOut", Stored, 4, NoLimit, IsDevicePath),
        new("ErrOut", Stored, 4, NoLimit, IsDevicePath),
        new("ConInDev", Volatile, 4, NoLimit, IsDevicePath),
        new("ConOutDev", Volatile, 4, NoLimit, IsDevicePath),
        new("ErrOutDev", Volatile, 4, NoLimit, IsDevicePath),
        new("BootOrder", Stored, 2, NoLimit, data => data.Length % 2 == 0),
        new("BootNext", Stored, 2, 2),
        new("BootCurrent", Volatile, 2, 2),
        new("BootOptionSupport", Volatile, 4, 4) { ReadOnly = true },
        new("DriverOrder", Stored, 2, NoLimit, data => data.Length % 2 == 0),
        new("SysPrepOrder", Stored, 2, NoLimit, data => data.Length % 2 == 0),
        new("HwErrRecSupport", Stored, 2, 2) { ReadOnly = true },
        new("SetupMode", Volatile, 1, 1) { ReadOnly = true },
        new("AuditMode", Volatile, 1, 1),
        new("DeployedMode", Volatile, 1, 1),
        new("KEK", Signed, 1, NoLimit),
        new("PK", Signed, 1, NoLimit),
        new("SignatureSupport", Volatile, 16, NoLimit, data => data.Length % 16 == 0) { ReadOnly = true },
        new("SecureBoot", Volatile, 1, 1) { ReadOnly = true },
        new("KEKDefault", Volatile, 1, NoLimit) { ReadOnly = true },
        new("PKDefault", Volatile, 1, NoLimit) { ReadOnly = true },
        new("dbDefault", Volatile, 1, NoLimit) { ReadOnly = true },
        new("dbxDefault", Volatile, 1, NoLimit) { ReadOnly = true },
        new("dbtDefault", Volatile, 1, NoLimit) { ReadOnly = true },
        new("OsIndicationsSupported", Volatile, 8, 8) { ReadOnly = true },
        new("OsIndications", Stored, 8, 8),
        new("VendorKeys", Volatile, 1, 1) { ReadOnly = true },
    }.ToFrozenDictionary(row => row.Name);

    // Followed by four hexadecimal digits.
    private static readonly Row[] Numbered =
    [
        new("Boot", Stored, LoadOptionHeader, NoLimit, IsLoadOption),
        new("Driver", Stored, LoadOptionHeader, NoLimit, IsLoadOption),
        new("SysPrep", Stored, LoadOptionHeader, NoLimit, IsLoadOption),
        new("Key", Stored, KeyOptionSize, KeyOptionSize + (3 * KeySize), data => (data.Length - KeyOptionSize) % KeySize == 0),
        new("PlatformRecovery", Volatile, LoadOptionHeader, NoLimit, IsLoadOption),
    ];

    private static readonly FrozenDictionary<string, Row> Security = new Row[]
    {
        new("db", Signed, 1, NoLimit),
        new("dbx", Signed, 1, NoLimit),
        new("dbt", Signed, 1, NoLimit),
    }.ToFrozenDictionary(row => row.Name);

    private static readonly Row HardwareError =
        new("HwErrRec", Stored | VariableAttributes.HardwareErrorRecord, 1, NoLimit);

    private delegate bool Form(ReadOnlySpan<byte> data);

    /// <summary>Checks a call that passed <see cref="VariableRules.CheckSet"/>.</summary>
    /// <param name="name">The variable.</param>
    /// <param name="attributes">As given.</param>
    /// <param name="data">Without an authentication descriptor.</param>
    /// <returns>
    /// SUCCESS; WRITE_PROTECTED for a variable that only firmware sets; INVALID_PARAMETER for a name that the
    /// specification does not define in its namespaces, or for attributes, size or content other than it demands.
    /// </returns>
    public static EfiStatus Check(VariableName name, VariableAttributes attributes, ReadOnlySpan<byte> data)
    {
        Row? row = Find(name);
        if (row is { ReadOnly: true })
        {
            return EfiStatus.WriteProtected;
        }

        bool append = attributes.HasFlag(VariableAttributes.AppendWrite);
        if (attributes == 0 || (data.IsEmpty && !append))
        {
            return EfiStatus.Success;
        }

        if (row is null)
        {
            return IsReserved(name.Vendor) || attributes.HasFlag(VariableAttributes.HardwareErrorRecord)
                ? EfiStatus.InvalidParameter
                : EfiStatus.Success;
        }

        bool fits = (attributes & ~VariableAttributes.AppendWrite) == row.Attributes
            && (data.IsEmpty || (data.Length >= row.Minimum && data.Length <= row.Maximum && (row.Form?.Invoke(data) ?? true)));
        return fits ? EfiStatus.Success : EfiStatus.InvalidParameter;
    }

    private static Row? Find(VariableName name)
    {
        if (name.Vendor == KnownGuids.GlobalVariable)
        {
            return Exact.GetValueOrDefault(name.Name) ?? Array.Find(Numbered, row => IsNumbered(name.Name, row.Name));
        }

        if (name.Vendor == KnownGuids.ImageSecurityDatabase)
        {
            return Security.GetValueOrDefault(name.Name);
        }

        bool error = name.Vendor == KnownGuids.HardwareErrorVariable && IsNumbered(name.Name, HardwareError.Name);
        return error ? HardwareError : null;
    }

    private static bool IsReserved(Guid vendor) => vendor == KnownGuids.GlobalVariable
        || vendor == KnownGuids.ImageSecurityDatabase || vendor == KnownGuids.HardwareErrorVariable;

    private static bool IsNumbered(string name, string prefix) => name.Length == prefix.Length + 4
        && name.StartsWith(prefix, StringComparison.Ordinal) && !name.AsSpan(prefix.Length).ContainsAnyExcept(HexDigits);

    private static bool IsAscii(ReadOnlySpan<byte> data) => data.Contains((byte)0);

    private static bool IsDevicePath(ReadOnlySpan<byte> data) => DevicePathBytes.IsValid(data);

    // EFI_LOAD_OPTION: attributes, length of the path list, description in UTF-16 with its terminator, paths, the rest.
    private static bool IsLoadOption(ReadOnlySpan<byte> data)
    {
        int pathLength = BinaryPrimitives.ReadUInt16LittleEndian(data[4..]);
        int offset = LoadOptionHeader;
        while (offset + 2 <= data.Length && BinaryPrimitives.ReadUInt16LittleEndian(data[offset..]) != 0)
        {
            offset += 2;
        }

        offset += 2;
        return offset <= data.Length && pathLength >= DevicePathBytes.HeaderSize && pathLength <= data.Length - offset
            && DevicePathBytes.IsValid(data.Slice(offset, pathLength));
    }

    private sealed record Row(string Name, VariableAttributes Attributes, int Minimum, int Maximum, Form? Form = null)
    {
        public bool ReadOnly { get; init; }
    }
}
