using EfiEmu.Platforms;

namespace EfiEmu.Firmware;

/// <summary>A boot request with its names resolved.</summary>
internal sealed record BootConfiguration(
    BootRequest Request,
    IPlatform Platform,
    ProcessorModel Processor,
    ExecutionTier Tier,
    FirmwareProfile Profile,
    AcceptancePolicy Policy,
    MemoryLayout Layout,
    BootUntil Until)
{
    /// <summary>Resolves a request.</summary>
    /// <exception cref="BootRequestException">A name is unknown, or what was asked for does not go together.</exception>
    public static BootConfiguration Resolve(BootRequest request)
    {
        IPlatform platform = PlatformCatalogue.Find(request.Platform)
            ?? throw Unknown("platform", request.Platform, PlatformCatalogue.Names);
        ProcessorModel processor = ProcessorModel.TryParse(request.Processor, out ProcessorModel? model, out string? fault)
            ? model
            : throw new BootRequestException("cpu", fault);
        ExecutionTier tier = ExecutionTiers.All.Where(known => known.Name == request.Tier).Select(known => (ExecutionTier?)known.Tier).FirstOrDefault()
            ?? throw Unknown("cpu-tier", request.Tier, ExecutionTiers.Names);
        FirmwareProfile profile = FirmwareProfiles.All.FirstOrDefault(p => p.Name == request.Firmware)
            ?? throw Unknown("firmware", request.Firmware, FirmwareProfiles.All.Select(p => p.Name));
        AcceptancePolicy policy = request.Acceptance is { } name
            ? AcceptancePolicies.All.FirstOrDefault(p => p.Name == name)
                ?? throw Unknown("acceptance", name, AcceptancePolicies.All.Select(p => p.Name))
            : profile.AcceptanceOn(platform);
        if (request.Acceptance is not null && policy.OffersNegotiation && profile.BeforeExit == BeforeExitSignal.Never)
        {
            throw new BootRequestException("acceptance", $"{policy.Name} needs BEFORE_EXIT_BOOT_SERVICES, which {profile.Name} does not have");
        }

        BootUntil until = request.Until
            ?? (request.Guest.HandsOver ? BootUntil.HandOff
                : request.Guest.IsKernel ? BootUntil.ExitBootServices
                : BootUntil.GuestEnd);
        return new BootConfiguration(request, platform, processor, tier, profile, policy, LayoutOf(request, platform, profile, policy), until);
    }

    private static MemoryLayout LayoutOf(BootRequest request, IPlatform platform, FirmwareProfile profile, AcceptancePolicy policy)
    {
        bool leaveUnaccepted = platform.RequiresAcceptance && policy.LeavesUnaccepted;
        string field = request.MemoryMap is null ? "memory" : "memory-map";
        LayoutResult result = request.MemoryMap is { } map
            ? CapturedMap.Parse(map.Name, map.Bytes, platform, leaveUnaccepted)
            : OvmfLayout.Build(platform, profile.Ovmf, request.MemoryBytes, leaveUnaccepted);
        return result.TryGet(out MemoryLayout? layout, out string? fault)
            ? layout
            : throw new BootRequestException(field, fault);
    }

    private static BootRequestException Unknown(string field, string value, IEnumerable<string> known) =>
        new(field, $"'{value}' is unknown; known: {string.Join(", ", known)}");
}
