using System.Globalization;
using EfiEmu.Sdk;

namespace EfiEmu.Platforms;

/// <summary>What OVMF's own drivers occupy below the top of permanent PEI memory, from the table beside this file.</summary>
internal static class OvmfOccupied
{
    private const string Resource = "EfiEmu.Platforms.Layout.OvmfOccupied.txt";

    /// <summary>The pieces of a machine with or without RAM above 4 GiB, ascending by address.</summary>
    public static IEnumerable<Piece> Pieces(bool hasHighRam)
    {
        using Stream stream = typeof(OvmfOccupied).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"{Resource} is not part of the assembly");
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            string[] fields = line.Split(' ');
            if (fields[0] != "#" && (fields.Length < 4 || (fields[3] == "high") == hasHighRam))
            {
                yield return new Piece(
                    ulong.Parse(fields[0].AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture),
                    ulong.Parse(fields[1], CultureInfo.InvariantCulture),
                    TypeOf(fields[2]));
            }
        }
    }

    private static MemoryType TypeOf(string name) => name switch
    {
        "BSCode" => MemoryType.BootServicesCode,
        "BSData" => MemoryType.BootServicesData,
        "RTData" => MemoryType.RuntimeServicesData,
        _ => throw new InvalidOperationException($"{Resource}: unknown type {name}"),
    };

    /// <summary>One piece.</summary>
    /// <param name="BytesBelowTop">From its start to the top of permanent PEI memory.</param>
    /// <param name="Pages">Its length.</param>
    /// <param name="Type">Its type.</param>
    internal readonly record struct Piece(ulong BytesBelowTop, ulong Pages, MemoryType Type);
}
