using System.Globalization;
using System.Text;
using EfiEmu.Sdk;

namespace EfiEmu.Platforms;

/// <summary>Reads the memory map of a real machine from a kernel log or from the UEFI shell's memmap table.</summary>
public static class CapturedMap
{
    private const string ShellHeader = "Type";

    /// <summary>Reads a map file.</summary>
    /// <param name="fileName">The name that faults show.</param>
    /// <param name="file">The bytes: UTF-8, or UTF-16 with a byte-order mark, as the shell's redirection writes.</param>
    /// <param name="platform">The platform that the map is for.</param>
    /// <param name="leaveUnaccepted">Whether free RAM from 4 GiB on becomes unaccepted, where the platform has acceptance.</param>
    /// <returns>The layout, or one line that names file, line and fault.</returns>
    public static LayoutResult Parse(string fileName, byte[] file, IPlatform platform, bool leaveUnaccepted)
    {
        ArgumentNullException.ThrowIfNull(file);
        using var reader = new StreamReader(new MemoryStream(file), Encoding.UTF8, detectEncodingFromByteOrderMarks: true);
        return Parse(fileName, reader.ReadToEnd(), platform, leaveUnaccepted);
    }

    /// <summary>Reads the text of a map file.</summary>
    /// <param name="fileName">The name that faults show.</param>
    /// <param name="text">
    /// A kernel log with lines <c>efi: memNN: [Type|attributes] range=[0x...-0x...]</c>, of which the first listing counts; or
    /// the shell's table of type, start, end, pages and attributes.
    /// </param>
    /// <param name="platform">The platform that the map is for.</param>
    /// <param name="leaveUnaccepted">Whether free RAM from 4 GiB on becomes unaccepted, where the platform has acceptance.</param>
    /// <returns>The layout, or one line that names file, line and fault.</returns>
    public static LayoutResult Parse(string fileName, string text, IPlatform platform, bool leaveUnaccepted)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(platform);
        string[] lines = text.Split('\n');
        var entries = new List<CapturedEntry>();
        CapturedFault? fault = lines.Any(KernelLogMap.IsEntry)
            ? KernelLogMap.Read(lines, entries)
            : ShellTableMap.Read(lines, entries);
        fault ??= Check(entries);
        if (fault is { } found)
        {
            return LayoutResult.Failure(string.Create(
                CultureInfo.InvariantCulture, $"{fileName}:{found.Line}: {found.Text}"));
        }

        return entries.Count == 0
            ? LayoutResult.Failure(
                $"{fileName}: no memory map: neither lines 'efi: mem00: [...] range=[...]' of a kernel log (boot with efi=debug) "
                + $"nor the UEFI shell's table '{ShellHeader} Start End Pages Attributes'")
            : CapturedLayout.Build(fileName, entries, platform.RequiresAcceptance && leaveUnaccepted, platform.RequiresAcceptance);
    }

    // Whole pages, inside the address space, none twice.
    private static CapturedFault? Check(List<CapturedEntry> entries)
    {
        const ulong AddressSpace = 1UL << ProcessorFeatures.PhysicalAddressBits;
        foreach (CapturedEntry entry in entries)
        {
            string range = $"0x{entry.First:x}-0x{entry.Last:x}";
            if (entry.Last < entry.First)
            {
                return new(entry.Line, $"the range {range} ends before it starts");
            }

            if (entry.First % GuestAddress.PageSize != 0 || (entry.Last + 1) % GuestAddress.PageSize != 0)
            {
                return new(entry.Line, $"the range {range} is not whole pages of 4 KiB");
            }

            if (entry.Last >= AddressSpace)
            {
                return new(entry.Line, $"the range {range} lies beyond 52-bit physical addresses");
            }
        }

        entries.Sort((left, right) => left.First.CompareTo(right.First));
        for (int i = 1; i < entries.Count; i++)
        {
            if (entries[i].First <= entries[i - 1].Last)
            {
                (CapturedEntry early, CapturedEntry late) = entries[i].Line > entries[i - 1].Line
                    ? (entries[i - 1], entries[i])
                    : (entries[i], entries[i - 1]);
                return new(late.Line, string.Create(
                    CultureInfo.InvariantCulture, $"the range 0x{late.First:x}-0x{late.Last:x} overlaps that of line {early.Line}"));
            }
        }

        return null;
    }
}

/// <summary>One descriptor of a captured map.</summary>
/// <param name="Line">The line that it came from, counted from 1.</param>
/// <param name="Type">The memory type.</param>
/// <param name="First">First byte.</param>
/// <param name="Last">Last byte.</param>
/// <param name="Attributes">The attributes.</param>
internal readonly record struct CapturedEntry(int Line, MemoryType Type, ulong First, ulong Last, MemoryAttributes Attributes)
{
    /// <summary>The range.</summary>
    public MemoryRange Range => new(First, Last - First + 1);
}

/// <summary>What is wrong with a line.</summary>
internal readonly record struct CapturedFault(int Line, string Text);
