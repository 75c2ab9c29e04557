using EfiEmu.CapturedLogs;
using EfiEmu.Sdk;

namespace EfiEmu.Platforms.Tests.Layout;

/// <summary>Maps out of the captured kernel logs.</summary>
internal static class LogReader
{
    /// <summary>The boot-time listing of a log in tests/data.</summary>
    public static List<MemoryDescriptor> Read(string name) => CapturedLog.Parse(TestLayouts.Data(name));

    /// <summary>The log's map without what the guest occupied.</summary>
    public static List<MemoryDescriptor> WithoutLoader(IEnumerable<MemoryDescriptor> map)
    {
        var result = new List<MemoryDescriptor>();
        foreach (MemoryDescriptor entry in map)
        {
            bool isLoader = entry.Type == MemoryType.LoaderCode || entry.Type == MemoryType.LoaderData;
            Composition.Add(result, isLoader ? entry with { Type = MemoryType.Conventional } : entry);
        }

        return result;
    }
}
