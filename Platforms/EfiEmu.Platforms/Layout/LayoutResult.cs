using System.Diagnostics.CodeAnalysis;

namespace EfiEmu.Platforms;

/// <summary>A memory layout, or why there is none.</summary>
public sealed record LayoutResult
{
    private LayoutResult(MemoryLayout? layout, string? fault)
    {
        Layout = layout;
        Fault = fault;
    }

    /// <summary>The layout; null where there is a fault.</summary>
    public MemoryLayout? Layout { get; }

    /// <summary>One line that names what is wrong; null where there is a layout.</summary>
    public string? Fault { get; }

    /// <summary>Gives the layout, or the fault.</summary>
    public bool TryGet([NotNullWhen(true)] out MemoryLayout? layout, [NotNullWhen(false)] out string? fault)
    {
        layout = Layout;
        fault = Fault;
        return layout is not null;
    }

    internal static LayoutResult Of(MemoryLayout layout) => new(layout, null);

    internal static LayoutResult Failure(string fault) => new(null, fault);
}
