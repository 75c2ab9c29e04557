namespace EfiEmu.Firmware;

/// <summary>OVMF's way on SEV-SNP: firmware accepts everything at ExitBootServices unless the guest called AllowUnacceptedMemory.</summary>
/// <remarks>OvmfPkg/AmdSevDxe.</remarks>
internal sealed class NegotiatedAcceptance : AcceptancePolicy
{
    public override string Name => "negotiated";

    public override string Description =>
        "firmware accepts everything at ExitBootServices unless the guest called AllowUnacceptedMemory (OVMF on SEV-SNP)";

    public override bool LeavesUnaccepted => true;

    public override bool OffersMemoryAccept => true;

    public override bool OffersNegotiation => true;
}

/// <summary>OVMF's way on TDX: what is not accepted when the guest starts is the guest's to accept.</summary>
/// <remarks>OvmfPkg/TdxDxe.</remarks>
internal sealed class LazyAcceptance : AcceptancePolicy
{
    public override string Name => "lazy";

    public override string Description => "unaccepted memory is always handed to the guest, which may use MemoryAccept (OVMF on TDX)";

    public override bool LeavesUnaccepted => true;

    public override bool OffersMemoryAccept => true;

    public override bool OffersNegotiation => false;
}

/// <summary>Firmware accepts all RAM before it starts the guest, as OVMF did until edk2-stable202211.</summary>
internal sealed class AcceptAll : AcceptancePolicy
{
    public override string Name => "accept-all";

    public override string Description => "firmware accepts all RAM before the guest starts (OVMF before 2023.02)";

    public override bool LeavesUnaccepted => false;

    public override bool OffersMemoryAccept => false;

    public override bool OffersNegotiation => false;
}

/// <summary>Unaccepted memory without any protocol: what kernels met before SevMemoryAcceptance existed.</summary>
internal sealed class LazyWithoutNegotiation : AcceptancePolicy
{
    public override string Name => "lazy-without-negotiation";

    public override string Description => "unaccepted memory is handed to the guest and no protocol speaks of it";

    public override bool LeavesUnaccepted => true;

    public override bool OffersMemoryAccept => false;

    public override bool OffersNegotiation => false;
}

/// <summary>A platform whose memory needs no acceptance. Not to be asked for: the platform decides it.</summary>
internal sealed class NothingToAccept : AcceptancePolicy
{
    public override string Name => "none";

    public override string Description => "the platform's memory needs no acceptance";

    public override bool LeavesUnaccepted => false;

    public override bool OffersMemoryAccept => false;

    public override bool OffersNegotiation => false;
}
