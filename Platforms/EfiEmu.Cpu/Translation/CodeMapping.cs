namespace EfiEmu.Cpu.Translation;

/// <summary>Where a linear page that code is fetched from lies.</summary>
internal sealed class CodeMapping
{
    /// <summary>The physical page.</summary>
    public ulong Frame { get; set; }

    /// <summary>Where it is in the host, as of <see cref="Epoch"/>.</summary>
    public nint Host { get; set; }

    /// <summary>The epoch in which the tables led there and the bus said that the page may be executed.</summary>
    public int Epoch { get; set; }
}
