using System.Globalization;
using System.Text;
using EfiEmu.Sdk;

namespace EfiEmu.Guests.Shared;

/// <summary>A kernel file on the loader's volume: what its setup header says of it.</summary>
/// <remarks>Documentation/arch/x86/boot.rst: "HdrS" at 0x202, kernel_version at 0x20e, which counts from the second sector.</remarks>
internal static class KernelFile
{
    private const uint MagicOffset = 0x202;
    private const uint VersionOffset = 0x20e;
    private const uint SectorBytes = 0x200;
    private const uint Magic = 0x53726448;

    // The setup code, in which the version's text lies, has 64 sectors at most.
    private const ulong HeaderBytes = 64 * SectorBytes;
    private const int LongestVersion = 32;

    /// <summary>The version of a kernel file: 6.1 of 6.1.0-56-cloud-amd64.</summary>
    /// <returns>The version; NOT_FOUND and what else the file system answers; LOAD_ERROR for a file that is no kernel.</returns>
    public static EfiResult<Version> ReadVersion(IGuestContext guest, string path)
    {
        EfiResult<SimpleFileSystem> volume = guest.BootServices.HandleProtocol<SimpleFileSystem>(guest.Self().DeviceHandle);
        EfiResult<OwnedPool> allocated = volume.Succeeded ? guest.BootServices.OwnPool(MemoryType.LoaderData, HeaderBytes) : volume.Status;
        if (!allocated.TryGet(out OwnedPool header))
        {
            return allocated.Status;
        }

        using (header)
        {
            guest.Memory.Fill(header.Address, HeaderBytes, 0);
            EfiResult<ulong> read = volume.Value.ReadFile(path, header.Address, HeaderBytes);
            return read.Succeeded ? Parse(guest.Memory, header.Address) : read.Status;
        }
    }

    private static EfiResult<Version> Parse(IGuestMemory memory, GuestAddress header)
    {
        uint text = memory.ReadUInt16(header + VersionOffset) + SectorBytes;
        if (memory.ReadUInt32(header + MagicOffset) != Magic || text > HeaderBytes - LongestVersion)
        {
            return EfiStatus.LoadError;
        }

        string[] numbers = Encoding.Latin1.GetString(memory.ReadBytes(header + text, LongestVersion)).Split('.', '-', '+', ' ', '\0');
        return int.TryParse(numbers[0], NumberStyles.None, CultureInfo.InvariantCulture, out int major)
            && numbers.Length > 1 && int.TryParse(numbers[1], NumberStyles.None, CultureInfo.InvariantCulture, out int minor)
            ? new Version(major, minor)
            : EfiStatus.LoadError;
    }
}
