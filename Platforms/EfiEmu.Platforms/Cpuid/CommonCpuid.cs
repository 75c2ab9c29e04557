using System.Buffers.Binary;
using System.Text;
using EfiEmu.Cpu;

namespace EfiEmu.Platforms;

/// <summary>What a platform's processor calls itself.</summary>
/// <param name="Vendor">The 12 characters of leaf 0.</param>
/// <param name="Signature">CPUID.1:EAX: family, model, stepping.</param>
/// <param name="MaximumLeaf">The highest basic leaf.</param>
/// <param name="MaximumExtendedLeaf">The highest extended leaf.</param>
/// <param name="Brand">The name in leaves 80000002 to 80000004, at most 47 characters.</param>
/// <param name="RepeatsLeaf1">Whether leaf 80000001 EDX repeats leaf 1 EDX, as AMD has it.</param>
internal sealed record ProcessorIdentity(
    string Vendor, uint Signature, uint MaximumLeaf, uint MaximumExtendedLeaf, string Brand, bool RepeatsLeaf1)
{
    /// <summary>A fourth-generation EPYC.</summary>
    public static ProcessorIdentity Amd { get; } =
        new("AuthenticAMD", 0x00a10f11, 0x10, 0x8000001f, "EfiEmu virtual processor (AMD EPYC)", RepeatsLeaf1: true);

    /// <summary>A fourth-generation Xeon.</summary>
    public static ProcessorIdentity Intel { get; } =
        new("GenuineIntel", 0x000806f8, 0x21, 0x80000008, "EfiEmu virtual processor (Intel Xeon)", RepeatsLeaf1: false);
}

/// <summary>The CPUID leaves that do not depend on the platform.</summary>
internal static class CommonCpuid
{
    private const uint HypervisorLeaf = 0x40000000;
    private const string HypervisorName = "EfiEmuEfiEmu";

    public static CpuidResult Answer(ProcessorIdentity identity, uint leaf, uint subleaf) => leaf switch
    {
        0 => Named(identity.MaximumLeaf, identity.Vendor, ebx: 0, edx: 4, ecx: 8),
        1 => new(identity.Signature, 0x00010800, Bits(1, CpuidRegister.Ecx), Bits(1, CpuidRegister.Edx)),
        7 when subleaf == 0 => new(0, Bits(7, CpuidRegister.Ebx), Bits(7, CpuidRegister.Ecx), 0),
        HypervisorLeaf => Named(HypervisorLeaf, HypervisorName, ebx: 0, edx: 8, ecx: 4),
        0x80000000 => Named(identity.MaximumExtendedLeaf, identity.Vendor, ebx: 0, edx: 4, ecx: 8),
        0x80000001 => new(
            identity.RepeatsLeaf1 ? identity.Signature : 0,
            0,
            Bits(ProcessorFeatures.ExtendedLeaf, CpuidRegister.Ecx),
            Bits(ProcessorFeatures.ExtendedLeaf, CpuidRegister.Edx)
                | (identity.RepeatsLeaf1 ? Bits(1, CpuidRegister.Edx) & ProcessorFeatures.AmdRepeatedEdx : 0)),
        >= 0x80000002 and <= 0x80000004 => BrandPart(identity.Brand, (int)(leaf - 0x80000002) * 16),

        // The time-stamp counter runs at one rate in all states.
        0x80000007 => new(0, 0, 0, 1u << 8),
        0x80000008 => new(
            ProcessorFeatures.PhysicalAddressBits | (ProcessorFeatures.LinearAddressBits << 8), 0, 0, 0),
        _ => default,
    };

    /// <summary>A leaf whose EBX, ECX and EDX spell 12 characters, each register from its own offset.</summary>
    public static CpuidResult Named(uint eax, string name, int ebx, int edx, int ecx) =>
        new(eax, Characters(name, ebx), Characters(name, ecx), Characters(name, edx));

    private static uint Bits(uint leaf, CpuidRegister register) => ProcessorFeatures.Bits(leaf, register);

    private static CpuidResult BrandPart(string brand, int offset)
    {
        string padded = brand.PadRight(48, '\0');
        return new(
            Characters(padded, offset), Characters(padded, offset + 4), Characters(padded, offset + 8), Characters(padded, offset + 12));
    }

    private static uint Characters(string text, int offset)
    {
        Span<byte> bytes = stackalloc byte[4];
        Encoding.ASCII.GetBytes(text.AsSpan(offset, 4), bytes);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }
}
