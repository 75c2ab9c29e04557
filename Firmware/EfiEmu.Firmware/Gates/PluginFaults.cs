using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using EfiEmu.Firmware.Gates;
using EfiEmu.Platforms;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware;

/// <summary>Exceptions on their way through a plugin's code: whose they are, and how a report puts them.</summary>
public static partial class PluginFaults
{
    private const int LongestText = 300;

    private static readonly string Mark = typeof(PluginBoundary).FullName!;

    /// <summary>
    /// Whether a plugin's own code threw: not what ends a boot in an orderly way or abandons it, not what an instrument threw, and nothing
    /// that came out of firmware.
    /// </summary>
    public static bool IsPlugins(Exception fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        return fault is not (BootStoppedException or BootAbandonedException or ImageExitException or BootRequestException
                or GuestMemoryFaultException or TouchedMemoryBudgetException)
            && !fault.Data.Contains(Mark);
    }

    /// <summary>The exception as one line: its type and message, without paths of a stack trace.</summary>
    public static string Describe(Exception fault)
    {
        Exception cause = Cause(fault);
        return OneLine($"{cause.GetType().Name}: {cause.Message}").TrimEnd('.');
    }

    /// <summary>Whether the plugin lacks a part, or its parts do not fit each other: a plugin that cannot work, whatever the guest does.</summary>
    /// <param name="fault">What was thrown.</param>
    /// <param name="lack">What it lacks, as one clause.</param>
    public static bool IsMissingPart(Exception fault, [NotNullWhen(true)] out string? lack)
    {
        Exception cause = Cause(fault);
        lack = cause switch
        {
            DllNotFoundException native when QuotedName().Match(native.Message) is { Success: true } name =>
                $"needs the native library {OneLine(name.Groups[1].Value)}, which cannot be loaded",
            FileNotFoundException or FileLoadException when AssemblyOf(cause) is { } assembly =>
                $"needs {assembly}, which cannot be loaded from beside the plugin",
            TypeLoadException or MissingMemberException or BadImageFormatException => Describe(cause),
            _ => null,
        };
        return lack is not null;
    }

    /// <summary>Text as one line of bounded length, without control characters.</summary>
    public static string OneLine(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string line = Controls().Replace(text, " ").Trim();
        return line.Length <= LongestText ? line : line[..LongestText] + "...";
    }

    /// <summary>Marks an exception as one that no plugin is to blame for. Gives false, so that a filter can call it and let the exception pass.</summary>
    internal static bool Exempt(Exception fault)
    {
        fault.Data[Mark] = true;
        return false;
    }

    // Of what reflection and static constructors wrap, the inside is what the author knows.
    private static Exception Cause(Exception fault) =>
        fault is TargetInvocationException or TypeInitializationException && fault.InnerException is { } inner ? Cause(inner) : fault;

    // The loader names an assembly with its version; a file that a plugin opens by itself has none.
    private static string? AssemblyOf(Exception fault)
    {
        string? name = (fault as FileNotFoundException)?.FileName ?? (fault as FileLoadException)?.FileName;
        return name is not null && AssemblyName().Match(name) is { Success: true } parts
            ? string.Create(CultureInfo.InvariantCulture, $"{OneLine(parts.Groups[1].Value)} {parts.Groups[2].Value}")
            : null;
    }

    [GeneratedRegex(@"^([^,]+), Version=([0-9.]+)")]
    private static partial Regex AssemblyName();

    [GeneratedRegex(@"'([^']+)'")]
    private static partial Regex QuotedName();

    [GeneratedRegex(@"[\p{C}\p{Zl}\p{Zp}]+")]
    private static partial Regex Controls();
}
