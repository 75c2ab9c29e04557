using System.Runtime.ExceptionServices;
using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Gates;

/// <summary>Whose C# runs.</summary>
/// <param name="Name">As reports name it: the class, and for a plugin from a file that file.</param>
/// <param name="IsForeign">False for what is part of the emulator: what that throws is a bug of the emulator.</param>
internal sealed record PluginAuthor(string Name, bool IsForeign);

/// <summary>The line between firmware and C# of plugins and guests: every entry into their code goes through here.</summary>
/// <remarks>
/// What their code throws ends the boot with a line that names its author. What ends a boot in an orderly way, and what
/// instruments throw, passes through their frames untouched; a plugin that swallows it gets it again at its next step.
/// </remarks>
/// <param name="recorder">Where a conflict of two plugins is told.</param>
internal sealed class PluginBoundary(BootRecorder recorder)
{
    private readonly Dictionary<(EfiHandle Handle, Guid Protocol), PluginAuthor> _installed = [];
    private PluginAuthor? _current;
    private ExceptionDispatchInfo? _passing;

    /// <summary>The guest in C# that touched memory which it may not, where it did so by itself; null where a service did it for a guest.</summary>
    public string? Toucher { get; private set; }

    /// <summary>Has a plugin install what it offers.</summary>
    public void Install(IFirmwarePlugin plugin, IFirmwareContext context)
    {
        var author = new PluginAuthor(plugin.Origin ?? plugin.GetType().Name, plugin.Origin is not null);
        PluginAuthor? before = _current;
        _current = author;
        try
        {
            plugin.Install(context);
            Resume();
        }
        catch (ProtocolInstallException refused) when (author.IsForeign)
        {
            throw new BootRequestException("plugin", Describe(author, refused.Handle, refused.Protocol, refused.Status));
        }
        catch (Exception fault) when (author.IsForeign && (PluginFaults.IsPlugins(fault) || fault is GuestMemoryFaultException))
        {
            throw new BootRequestException(
                "plugin",
                PluginFaults.IsMissingPart(fault, out string? lack)
                    ? $"{author.Name} {lack}"
                    : $"{author.Name}: Install threw {PluginFaults.Describe(fault)}");
        }
        finally
        {
            _current = before;
        }
    }

    /// <summary>Runs a guest's entry point.</summary>
    /// <param name="origin">What reports call its code.</param>
    /// <param name="run">The entry point.</param>
    public ulong Run(string origin, Func<ulong> run)
    {
        try
        {
            return Enter(new PluginAuthor(origin, IsForeign: true), fault => $"the guest threw {fault} ({origin})", run);
        }
        catch (GuestMemoryFaultException fault) when (NoteToucher(fault, origin))
        {
            throw;
        }
        finally
        {
            // Exit lands in the StartImage of the image that called it, which is right above.
            _passing = _passing?.SourceException is ImageExitException ? null : _passing;
        }
    }

    /// <summary>A function that the code which runs now puts behind a gate, so that its faults are told by its author's name.</summary>
    public GuestFunction Guard(FunctionSignature signature, GuestFunction body)
    {
        PluginAuthor? author = _current;
        return author is { IsForeign: true }
            ? call => Enter(author, fault => $"{signature.Interface}.{signature.Name} of {author.Name} threw {fault}", () => body(call))
            : body;
    }

    /// <summary>Leaves a plugin's code, which calls a service: what firmware creates meanwhile is firmware's own.</summary>
    /// <returns>Whom to return to.</returns>
    public PluginAuthor? Leave()
    {
        Resume();
        PluginAuthor? caller = _current;
        _current = null;
        return caller;
    }

    /// <summary>Goes on in the code that left.</summary>
    public void Return(PluginAuthor? caller) => _current = caller;

    /// <summary>Notes what leaves firmware through the frames of a plugin. Gives false, so that a filter can call it.</summary>
    public bool Pass(Exception fault)
    {
        PluginFaults.Exempt(fault);
        _passing = ExceptionDispatchInfo.Capture(fault);
        return false;
    }

    /// <summary>Remembers which plugin installed what, and tells of a plugin that was refused because of another.</summary>
    public void Installed(
        EfiHandle asked, IReadOnlyList<(Guid Protocol, GuestAddress Interface)> protocols, EfiResult<EfiHandle> result)
    {
        if (_current is not { } author)
        {
            return;
        }

        foreach ((Guid protocol, _) in protocols)
        {
            if (result.TryGet(out EfiHandle handle))
            {
                _installed[(handle, protocol)] = author;
            }
            else if (_installed.ContainsKey((asked, protocol)))
            {
                recorder.Add(new Remark(Describe(author, asked, protocol, result.Status)));
            }
        }
    }

    private bool NoteToucher(GuestMemoryFaultException fault, string origin)
    {
        Toucher = _passing?.SourceException == fault ? null : origin;
        return false;
    }

    // A plugin may have swallowed what passed through it: a boot that was stopped stays stopped.
    private void Resume() => _passing?.Throw();

    private string Describe(PluginAuthor author, EfiHandle handle, Guid protocol, EfiStatus status)
    {
        string name = $"{author.Name} cannot install {GuidNames.Describe(protocol)}: {status}";
        return _installed.TryGetValue((handle, protocol), out PluginAuthor? first)
            ? $"{name}, because {first.Name} installed it on that handle"
            : name;
    }

    private ulong Enter(PluginAuthor author, Func<string, string> tell, Func<ulong> body)
    {
        PluginAuthor? before = _current;
        _current = author;
        try
        {
            ulong result = body();
            Resume();
            return result;
        }
        catch (Exception fault) when (PluginFaults.IsPlugins(fault))
        {
            throw PluginFaults.IsMissingPart(fault, out string? lack)
                ? new BootRequestException("plugin", $"{author.Name} {lack}")
                : new BootStoppedException(BootEnd.Fault, tell(PluginFaults.Describe(fault)));
        }
        finally
        {
            _current = before;
        }
    }
}
