using System.Diagnostics.CodeAnalysis;
using EfiEmu.Cpu.Execution;

namespace EfiEmu.Cpu.Regions;

/// <summary>Makes the host code of one region at a time, beside the guest.</summary>
internal sealed class RegionMaker
{
    private Region? _made;
    private bool _isBusy;

    /// <summary>Whether it waits for work: nothing is made, and nothing waits to be taken.</summary>
    public bool IsIdle => !_isBusy;

    public void Start(Region region, Interpreter self)
    {
        _isBusy = true;
        ThreadPool.UnsafeQueueUserWorkItem(
            static work =>
            {
                try
                {
                    work.Region.Make(work.Self);
                }
                catch (Exception failure) when (failure is not OutOfMemoryException)
                {
                    // A mistake of ours: the guest's thread throws it.
                    work.Region.Failure = failure;
                }

                Volatile.Write(ref work.Maker._made, work.Region);
            },
            (Maker: this, Region: region, Self: self),
            preferLocal: false);
    }

    /// <summary>Takes what was made since the last time, once.</summary>
    /// <exception cref="InvalidOperationException">It could not be made.</exception>
    public bool TryTake([NotNullWhen(true)] out Region? region)
    {
        region = Volatile.Read(ref _made);
        if (region is null)
        {
            return false;
        }

        _made = null;
        _isBusy = false;
        return region.Failure is { } failure ? throw new InvalidOperationException("host code could not be made of guest code", failure) : true;
    }
}
