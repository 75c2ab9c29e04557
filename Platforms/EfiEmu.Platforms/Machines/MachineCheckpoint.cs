namespace EfiEmu.Platforms;

/// <summary>A machine as it stood at one moment. Memory is kept page by page, as pages are written.</summary>
/// <remarks>Made by <see cref="Machine.Checkpoint"/>. A machine has one at a time; disposing of it lets the machine go on from where it is.</remarks>
public sealed class MachineCheckpoint : IDisposable
{
    private readonly Action _restore;
    private Action? _release;

    internal MachineCheckpoint(Action restore, Action release)
    {
        _restore = restore;
        _release = release;
    }

    /// <summary>Makes the machine what it was; any number of times, but not while it runs.</summary>
    /// <exception cref="ObjectDisposedException">The checkpoint was disposed of.</exception>
    public void Restore()
    {
        ObjectDisposedException.ThrowIf(_release is null, this);
        _restore();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _release?.Invoke();
        _release = null;
    }
}
