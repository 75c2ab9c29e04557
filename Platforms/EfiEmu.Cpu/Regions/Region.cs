namespace EfiEmu.Cpu.Regions;

/// <summary>Blocks that jump to each other, and the host code that runs them as one.</summary>
/// <param name="blocks">What it is made of, the blocks that belong to it most first.</param>
/// <param name="pages">The pages of its code.</param>
/// <param name="epoch">The epoch in which these pages were last seen to be mapped as they were.</param>
internal sealed unsafe class Region(RegionBlock[] blocks, RegionPage[] pages, int epoch)
{
    /// <summary>The blocks that may be dropped.</summary>
    public RegionBlock[] Blocks { get; } = blocks;

    /// <summary>The blocks that host code was made of: all or some of them. Known once it is made.</summary>
    public RegionPlan? Made { get; private set; }

    public RegionPage[] Pages { get; } = pages;

    public int Epoch { get; set; } = epoch;

    /// <summary>What the set of regions knows it by, once it is in use; else 0.</summary>
    public int Number { get; set; }

    /// <summary>True when its blocks are no longer the guest's code.</summary>
    public bool IsDropped { get; set; }

    /// <summary>Its host code, once that is made.</summary>
    public RegionCode? Code { get; private set; }

    /// <summary>What went wrong when it was made.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Whether its host code runs a block too.</summary>
    public bool Holds(Translation.Block* block) => Made is not null && Array.Exists(Made.Blocks, made => made.Source == block);

    /// <summary>Makes the host code. May run beside the guest.</summary>
    public void Make(Execution.Interpreter self)
    {
        var made = new RegionPlan(Blocks);
        Code = RegionCompiler.Compile(ref made, self);
        Made = made;
    }
}

/// <summary>A page of code, and where it lies in the host.</summary>
internal readonly record struct RegionPage(ulong Address, nint Host);
