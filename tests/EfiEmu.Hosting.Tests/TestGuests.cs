using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Hosting.Tests;

/// <summary>A gate of the host, at which guests wait until a test opens it.</summary>
internal sealed class Gate : IDisposable
{
    private readonly ManualResetEventSlim _open = new();
    private readonly SemaphoreSlim _arrived = new(0);

    public void Pass()
    {
        _arrived.Release();
        _open.Wait(TimeSpan.FromMinutes(1));
    }

    public void Open() => _open.Set();

    /// <summary>Waits until so many guests stand at the gate.</summary>
    public async Task Arrived(int guests)
    {
        for (int i = 0; i < guests; i++)
        {
            Assert.True(await _arrived.WaitAsync(TimeSpan.FromMinutes(1)), "no guest came to the gate");
        }
    }

    public void Dispose()
    {
        _open.Dispose();
        _arrived.Dispose();
    }
}

/// <summary>What plugins of these tests leave behind.</summary>
internal sealed class Track
{
    private int _made;
    private int _disposed;

    public int Made => _made;

    public int Disposed => _disposed;

    public void Make() => Interlocked.Increment(ref _made);

    public void Dispose() => Interlocked.Increment(ref _disposed);
}

[Guest("waits", "waits at the host's gate")]
internal sealed class GateGuest(Gate gate) : IGuestImage
{
    public EfiStatus Run(IGuestContext guest)
    {
        gate.Pass();
        return EfiStatus.Success;
    }
}

[Guest("endless", "calls firmware for ever")]
internal sealed class EndlessGuest(Gate gate) : IGuestImage
{
    public EfiStatus Run(IGuestContext guest)
    {
        gate.Open();
        while (true)
        {
            guest.BootServices.LocateProtocol(Guid.Empty);
        }
    }
}

[Guest("recurses", "has a function that calls itself through guest memory for ever")]
internal sealed class RecursiveGuest : IGuestImage
{
    public EfiStatus Run(IGuestContext guest)
    {
        GuestAddress self = default;
        self = guest.CreateFunction(new FunctionSignature("test", "Recurse"), _ => guest.Call(self));
        return new EfiStatus(guest.Call(self));
    }
}

[Guest("throws", "throws out of its entry point")]
internal sealed class ThrowingGuest : IGuestImage
{
    public EfiStatus Run(IGuestContext guest) => throw new InvalidOperationException("the guest's own fault");
}

/// <summary>Lives as long as the scope of a boot.</summary>
internal sealed class TrackedPlugin : IFirmwarePlugin, IDisposable
{
    private readonly Track _track;

    public TrackedPlugin(Track track, IBoot boot, IBootServices services, IFirmwareContext firmware)
    {
        Assert.Same(firmware.BootServices, services);
        Assert.True(boot.Id > 0);
        _track = track;
        track.Make();
    }

    public void Install(IFirmwareContext firmware) => Assert.True(firmware.BootServices.GetMemoryMap().Descriptors.Count > 0);

    public void Dispose() => _track.Dispose();
}

/// <summary>Throws in boots of one platform.</summary>
internal sealed class FailsOnTdx(IBoot boot) : IFirmwarePlugin
{
    public void Install(IFirmwareContext firmware)
    {
        if (boot.Request.Platform == "tdx")
        {
            throw new NotSupportedException("no TDX here");
        }
    }
}
