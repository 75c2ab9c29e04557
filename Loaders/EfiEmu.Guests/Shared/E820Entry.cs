namespace EfiEmu.Guests.Shared;

/// <summary>One entry of the e820 table that a loader fills for its kernel.</summary>
/// <param name="Start">Its first byte.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Type">A type of <see cref="E820Type"/>.</param>
internal readonly record struct E820Entry(ulong Start, ulong Bytes, uint Type);

/// <summary>The types of e820 that loaders write.</summary>
/// <remarks>ACPI 6.5 section 15.1; 20 is GRUB's own.</remarks>
internal static class E820Type
{
    public const uint Ram = 1;
    public const uint Reserved = 2;
    public const uint Acpi = 3;
    public const uint Nvs = 4;
    public const uint Unusable = 5;
    public const uint Persistent = 7;
    public const uint RuntimeCode = 20;
}
