namespace EfiEmu.Sdk;

/// <summary>Memory acceptance as the platform does it and as the firmware's policy offers it.</summary>
public interface IMemoryAcceptance
{
    /// <summary>True when guests may call EdkiiMemoryAccept: SEV-SNP and TDX firmware with unaccepted memory.</summary>
    bool OffersMemoryAccept { get; }

    /// <summary>True when firmware accepts everything at ExitBootServices unless the guest asks it not to (SEV-SNP).</summary>
    bool OffersNegotiation { get; }

    /// <summary>Accepts every unaccepted page of a range, as the platform does it; costs virtual time.</summary>
    /// <param name="start">First byte, 4 KiB aligned.</param>
    /// <param name="bytes">Length, a multiple of 4 KiB.</param>
    /// <param name="acceptor">On whose behalf: it decides the line of the RAM account.</param>
    /// <returns>SUCCESS; INVALID_PARAMETER when the range is not aligned; what the platform says otherwise.</returns>
    /// <remarks>On SEV-SNP the boot ends where a page is accepted already: OVMF has its hypervisor end the guest.</remarks>
    EfiStatus Accept(GuestAddress start, ulong bytes, MemoryAcceptor acceptor);
}

/// <summary>Who accepts memory.</summary>
public enum MemoryAcceptor
{
    /// <summary>Firmware, before it starts the guest.</summary>
    FirmwareBeforeGuest,

    /// <summary>Firmware, inside ExitBootServices.</summary>
    FirmwareAtExitBootServices,

    /// <summary>The guest: through a protocol or the platform's own instruction.</summary>
    Guest,
}
