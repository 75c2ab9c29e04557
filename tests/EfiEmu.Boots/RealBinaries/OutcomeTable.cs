using System.Collections.Concurrent;
using EfiEmu.Boots.Support;

namespace EfiEmu.Boots.RealBinaries;

/// <summary>The reviewed table of outcomes, and what the tests that ran got instead.</summary>
public sealed class OutcomeTable : IDisposable
{
    private readonly ConcurrentDictionary<RealBinary, Outcome> _received = [];

    private static string Folder => Path.Combine(Repository.Root(), "tests", "EfiEmu.Boots", "RealBinaries");

    private static string Verified => Path.Combine(Folder, "OutcomeTests.verified.txt");

    internal static string Received => Path.Combine(Folder, "OutcomeTests.received.txt");

    /// <summary>The reviewed rows.</summary>
    internal IReadOnlyDictionary<RealBinary, Outcome> Reviewed { get; } = !File.Exists(Verified)
        ? new Dictionary<RealBinary, Outcome>()
        : Outcome.Parse(File.ReadAllText(Verified)).ToDictionary(row => row.Binary);

    /// <summary>Takes down a row that is not what was reviewed.</summary>
    internal void Add(Outcome row) => _received[row.Binary] = row;

    /// <summary>Writes the table as it would have to be for the rows that differ, where there are any.</summary>
    public void Dispose()
    {
        File.Delete(Received);
        if (_received.IsEmpty)
        {
            return;
        }

        IEnumerable<Outcome> rows = RealBinary.All
            .Select(binary => _received.GetValueOrDefault(binary) ?? Reviewed.GetValueOrDefault(binary))
            .OfType<Outcome>();
        File.WriteAllText(Received, Outcome.Heading + "\n" + string.Concat(rows.Select(row => row.Text)));
    }
}
