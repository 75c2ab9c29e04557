using System.Buffers.Binary;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Variables;

/// <summary>What SetVariable and QueryVariableInfo refuse whatever the store holds.</summary>
/// <remarks>UEFI 2.10 section 8.2; MdeModulePkg/Universal/Variable/RuntimeDxe/Variable.c, without hardware error storage.</remarks>
internal static class VariableRules
{
    public const VariableAttributes Authenticated =
        VariableAttributes.AuthenticatedWriteAccess | VariableAttributes.TimeBasedAuthenticatedWriteAccess;

    private const VariableAttributes Known =
        VariableAttributes.NonVolatileRuntime | VariableAttributes.HardwareErrorRecord
        | VariableAttributes.TimeBasedAuthenticatedWriteAccess | VariableAttributes.AppendWrite;

    // EFI_VARIABLE_AUTHENTICATION: a count and a certificate block of fixed size.
    private const int CountBasedDescriptorSize = 560;

    // EFI_VARIABLE_AUTHENTICATION_2: EFI_TIME, then WIN_CERTIFICATE_UEFI_GUID, whose length comes first.
    private const int TimeSize = 16;
    private const int CertificateHeaderSize = 24;

    /// <summary>Whether a call sets access attributes; one that does not deletes.</summary>
    public static bool HasAccess(VariableAttributes attributes) => (attributes & VariableAttributes.VolatileRuntime) != 0;

    /// <summary>Whether a call means to delete.</summary>
    public static bool Deletes(VariableAttributes attributes, int bytes) =>
        (bytes == 0 && !attributes.HasFlag(VariableAttributes.AppendWrite)) || !HasAccess(attributes);

    /// <summary>Checks the attributes, the authentication descriptor's form, and the size of a variable to set.</summary>
    /// <param name="name">The variable.</param>
    /// <param name="attributes">As given.</param>
    /// <param name="data">As given.</param>
    /// <param name="limits">The firmware's sizes.</param>
    /// <param name="payload">The data behind the authentication descriptor; all of it where there is none.</param>
    /// <returns>
    /// SUCCESS. INVALID_PARAMETER for unknown attributes, RUNTIME_ACCESS without BOOTSERVICE_ACCESS, NON_VOLATILE alone,
    /// HARDWARE_ERROR_RECORD (this firmware stores none), or a variable that is too large. UNSUPPORTED for the deprecated
    /// authentication. SECURITY_VIOLATION for a malformed time-based descriptor.
    /// </returns>
    public static EfiStatus CheckSet(
        VariableName name,
        VariableAttributes attributes,
        ReadOnlySpan<byte> data,
        VariableLimits limits,
        out ReadOnlySpan<byte> payload)
    {
        payload = data;
        EfiStatus combination = CheckAttributes(attributes);
        if (combination.IsError)
        {
            return combination;
        }

        EfiStatus descriptor = CheckDescriptor(attributes, data, out int payloadBytes);
        if (descriptor.IsError)
        {
            return descriptor;
        }

        payload = data[^payloadBytes..];
        ulong size = VariableLimits.VariableHeader + name.NameBytes + (ulong)payloadBytes;
        return size > limits.MaximumFor(attributes) ? EfiStatus.InvalidParameter : EfiStatus.Success;
    }

    /// <summary>Checks the attributes of QueryVariableInfo.</summary>
    /// <returns>
    /// SUCCESS. UNSUPPORTED for the deprecated authentication, for attributes none of which is known, and for
    /// HARDWARE_ERROR_RECORD. INVALID_PARAMETER for 0, NON_VOLATILE alone, RUNTIME_ACCESS without BOOTSERVICE_ACCESS,
    /// HARDWARE_ERROR_RECORD without NON_VOLATILE, and after ExitBootServices whatever lacks RUNTIME_ACCESS.
    /// </returns>
    public static EfiStatus CheckQuery(VariableAttributes attributes, bool atRuntime)
    {
        if (attributes == 0)
        {
            return EfiStatus.InvalidParameter;
        }

        if (attributes.HasFlag(VariableAttributes.AuthenticatedWriteAccess) || (attributes & Known) == 0)
        {
            return EfiStatus.Unsupported;
        }

        bool invalid = IsInvalidAccess(attributes)
            || (atRuntime && !attributes.HasFlag(VariableAttributes.RuntimeAccess))
            || (attributes & (VariableAttributes.NonVolatile | VariableAttributes.HardwareErrorRecord))
                == VariableAttributes.HardwareErrorRecord;
        if (invalid)
        {
            return EfiStatus.InvalidParameter;
        }

        bool errorRecord = attributes.HasFlag(VariableAttributes.HardwareErrorRecord)
            && !attributes.HasFlag(VariableAttributes.TimeBasedAuthenticatedWriteAccess);
        return errorRecord ? EfiStatus.Unsupported : EfiStatus.Success;
    }

    private static EfiStatus CheckAttributes(VariableAttributes attributes)
    {
        bool deprecated = attributes.HasFlag(VariableAttributes.AuthenticatedWriteAccess);
        if ((attributes & ~(Known | VariableAttributes.AuthenticatedWriteAccess)) != 0)
        {
            return EfiStatus.InvalidParameter;
        }

        if (IsInvalidAccess(attributes))
        {
            return deprecated ? EfiStatus.Unsupported : EfiStatus.InvalidParameter;
        }

        if ((attributes & Authenticated) == Authenticated)
        {
            return EfiStatus.Unsupported;
        }

        bool errorRecord = attributes.HasFlag(VariableAttributes.HardwareErrorRecord) && (attributes & Authenticated) == 0;
        return errorRecord ? EfiStatus.InvalidParameter : EfiStatus.Success;
    }

    private static bool IsInvalidAccess(VariableAttributes attributes) =>
        (attributes & VariableAttributes.VolatileRuntime) == VariableAttributes.RuntimeAccess
        || (attributes & Known) == VariableAttributes.NonVolatile;

    private static EfiStatus CheckDescriptor(VariableAttributes attributes, ReadOnlySpan<byte> data, out int payloadBytes)
    {
        payloadBytes = data.Length;
        if (attributes.HasFlag(VariableAttributes.AuthenticatedWriteAccess))
        {
            payloadBytes -= CountBasedDescriptorSize;
            return payloadBytes == 0 ? EfiStatus.Success : EfiStatus.Unsupported;
        }

        if (!attributes.HasFlag(VariableAttributes.TimeBasedAuthenticatedWriteAccess))
        {
            return EfiStatus.Success;
        }

        if (data.Length < TimeSize + CertificateHeaderSize)
        {
            return EfiStatus.SecurityViolation;
        }

        uint certificate = BinaryPrimitives.ReadUInt32LittleEndian(data[TimeSize..]);
        if (certificate > data.Length - TimeSize || certificate < CertificateHeaderSize)
        {
            return EfiStatus.SecurityViolation;
        }

        payloadBytes -= TimeSize + (int)certificate;
        return EfiStatus.Success;
    }
}
