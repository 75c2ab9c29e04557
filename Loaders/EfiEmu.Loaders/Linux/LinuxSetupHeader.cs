using System.Buffers.Binary;
using System.Text;

namespace EfiEmu.Loaders;

/// <summary>The x86 boot protocol's setup header of a bzImage.</summary>
/// <remarks>Linux, Documentation/arch/x86/boot.rst.</remarks>
internal static class LinuxSetupHeader
{
    private const int MagicOffset = 0x202;
    private const int SetupSectorsOffset = 0x1f1;
    private const int KernelVersionOffset = 0x20e;
    private const int SectorSize = 0x200;
    private const int MaximumVersionLength = 128;

    /// <summary>True when the file carries the header.</summary>
    public static bool IsPresent(ReadOnlySpan<byte> file) =>
        file.Length >= KernelVersionOffset + 2 && file[MagicOffset..].StartsWith("HdrS"u8);

    /// <summary>The release (what uname -r prints), or null when the header points at no sound text.</summary>
    public static string? ReadVersion(ReadOnlySpan<byte> file)
    {
        if (!IsPresent(file))
        {
            return null;
        }

        // The pointer counts from the second sector and stays inside the setup code; 0 sectors stand for 4.
        int pointer = BinaryPrimitives.ReadUInt16LittleEndian(file[KernelVersionOffset..]);
        int sectors = file[SetupSectorsOffset] == 0 ? 4 : file[SetupSectorsOffset];
        int start = pointer + SectorSize;
        if (pointer == 0 || pointer >= sectors * SectorSize || start >= file.Length)
        {
            return null;
        }

        var version = new StringBuilder();
        foreach (byte unit in file.Slice(start, Math.Min(MaximumVersionLength, file.Length - start)))
        {
            if (unit is 0 or (byte)' ')
            {
                return version.Length > 0 ? version.ToString() : null;
            }

            if (unit is < 0x20 or >= 0x7f)
            {
                return null;
            }

            version.Append((char)unit);
        }

        return null;
    }
}
