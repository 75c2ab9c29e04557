namespace EfiEmu.Firmware.Reports.Comparison;

/// <summary>Finds what two boots have in common before anything happens.</summary>
internal static class ComparedSettings
{
    public const string Guest = "guest";
    public const string Platform = "platform";
    public const string Memory = "memory";
    public const string Firmware = "firmware";
    public const string Acceptance = "acceptance";

    /// <summary>All settings; the first that differs is what the comparison is about, those after it follow from it.</summary>
    public static IReadOnlyList<ComparedSetting> Of(BootReport a, BootReport b) =>
    [
        Guests(a.Guest, b.Guest),
        Setting(Platform, a.Platform, b.Platform),
        new(Memory, Quantities.Bytes(a.MemoryBytes), Quantities.Bytes(b.MemoryBytes), a.MemoryBytes == b.MemoryBytes),
        Setting(Firmware, a.Firmware, b.Firmware),
        Setting(Acceptance, a.Acceptance, b.Acceptance),
    ];

    private static ComparedSetting Setting(string name, string a, string b) => new(name, a, b, a == b);

    private static ComparedSetting Guests(GuestSummary a, GuestSummary b)
    {
        bool alike = Describe(a) == Describe(b) && a != b;
        return new(Guest, Describe(a) + (alike ? Digest(a) : string.Empty), Describe(b) + (alike ? Digest(b) : string.Empty), a == b);
    }

    private static string Describe(GuestSummary guest) => $"{guest.Name}, {guest.Description}";

    // Two builds of one image differ in nothing else.
    private static string Digest(GuestSummary guest) => $", sha256 {guest.Sha256}";
}
