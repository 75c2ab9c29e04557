namespace EfiEmu.Cpu.Paging;

/// <summary>The error code of a #PF (Intel SDM Vol. 3A 4.7).</summary>
[Flags]
internal enum PageFaultCode : uint
{
    // Clear: an entry is not present.
    Present = 1,
    Write = 2,
    User = 4,
    Reserved = 8,
    Fetch = 16,
}
