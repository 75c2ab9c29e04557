using System.Globalization;

namespace EfiEmu.Sdk;

/// <summary>EFI_STATUS: an open set of values, because vendors and the PI specification add their own.</summary>
/// <param name="Value">The 64-bit value as the guest sees it in RAX.</param>
/// <remarks>UEFI 2.10 appendix D.</remarks>
public readonly record struct EfiStatus(ulong Value)
{
    private const ulong ErrorBit = 1UL << 63;

    private static readonly string[] ErrorNames =
    [
        "", "LOAD_ERROR", "INVALID_PARAMETER", "UNSUPPORTED", "BAD_BUFFER_SIZE", "BUFFER_TOO_SMALL", "NOT_READY",
        "DEVICE_ERROR", "WRITE_PROTECTED", "OUT_OF_RESOURCES", "VOLUME_CORRUPTED", "VOLUME_FULL", "NO_MEDIA",
        "MEDIA_CHANGED", "NOT_FOUND", "ACCESS_DENIED", "NO_RESPONSE", "NO_MAPPING", "TIMEOUT", "NOT_STARTED",
        "ALREADY_STARTED", "ABORTED", "ICMP_ERROR", "TFTP_ERROR", "PROTOCOL_ERROR", "INCOMPATIBLE_VERSION",
        "SECURITY_VIOLATION", "CRC_ERROR", "END_OF_MEDIA", "", "", "END_OF_FILE", "INVALID_LANGUAGE",
        "COMPROMISED_DATA", "IP_ADDRESS_CONFLICT", "HTTP_ERROR",
    ];

    private static readonly string[] WarningNames =
    [
        "SUCCESS", "WARN_UNKNOWN_GLYPH", "WARN_DELETE_FAILURE", "WARN_WRITE_FAILURE", "WARN_BUFFER_TOO_SMALL",
        "WARN_STALE_DATA", "WARN_FILE_SYSTEM", "WARN_RESET_REQUIRED",
    ];

    /// <summary>EFI_SUCCESS.</summary>
    public static EfiStatus Success => new(0);

    /// <summary>EFI_LOAD_ERROR.</summary>
    public static EfiStatus LoadError => Error(1);

    /// <summary>EFI_INVALID_PARAMETER.</summary>
    public static EfiStatus InvalidParameter => Error(2);

    /// <summary>EFI_UNSUPPORTED.</summary>
    public static EfiStatus Unsupported => Error(3);

    /// <summary>EFI_BAD_BUFFER_SIZE.</summary>
    public static EfiStatus BadBufferSize => Error(4);

    /// <summary>EFI_BUFFER_TOO_SMALL.</summary>
    public static EfiStatus BufferTooSmall => Error(5);

    /// <summary>EFI_NOT_READY.</summary>
    public static EfiStatus NotReady => Error(6);

    /// <summary>EFI_DEVICE_ERROR.</summary>
    public static EfiStatus DeviceError => Error(7);

    /// <summary>EFI_WRITE_PROTECTED.</summary>
    public static EfiStatus WriteProtected => Error(8);

    /// <summary>EFI_OUT_OF_RESOURCES.</summary>
    public static EfiStatus OutOfResources => Error(9);

    /// <summary>EFI_VOLUME_FULL.</summary>
    public static EfiStatus VolumeFull => Error(11);

    /// <summary>EFI_NO_MEDIA.</summary>
    public static EfiStatus NoMedia => Error(12);

    /// <summary>EFI_NOT_FOUND.</summary>
    public static EfiStatus NotFound => Error(14);

    /// <summary>EFI_ACCESS_DENIED.</summary>
    public static EfiStatus AccessDenied => Error(15);

    /// <summary>EFI_NO_MAPPING.</summary>
    public static EfiStatus NoMapping => Error(17);

    /// <summary>EFI_TIMEOUT.</summary>
    public static EfiStatus Timeout => Error(18);

    /// <summary>EFI_ALREADY_STARTED.</summary>
    public static EfiStatus AlreadyStarted => Error(20);

    /// <summary>EFI_ABORTED.</summary>
    public static EfiStatus Aborted => Error(21);

    /// <summary>EFI_SECURITY_VIOLATION.</summary>
    public static EfiStatus SecurityViolation => Error(26);

    /// <summary>EFI_WARN_UNKNOWN_GLYPH.</summary>
    public static EfiStatus WarnUnknownGlyph => new(1);

    /// <summary>True when the top bit is set.</summary>
    public bool IsError => (Value & ErrorBit) != 0;

    /// <summary>True for a non-zero value without the top bit.</summary>
    public bool IsWarning => Value != 0 && !IsError;

    /// <summary>The error status with this number, for example 2 for EFI_INVALID_PARAMETER.</summary>
    public static EfiStatus Error(ulong number) => new(ErrorBit | number);

    /// <summary>The specification's name, EFI_INVALID_PARAMETER; a value without a name prints as hexadecimal.</summary>
    public override string ToString()
    {
        string[] names = IsError ? ErrorNames : WarningNames;
        ulong number = Value & ~ErrorBit;
        return number < (ulong)names.Length && names[number].Length > 0
            ? "EFI_" + names[number]
            : "0x" + Value.ToString("x", CultureInfo.InvariantCulture);
    }
}
