using EfiEmu.Firmware;
using EfiEmu.Sdk;

namespace EfiEmu.Loaders;

/// <summary>What an image file is, in words.</summary>
/// <param name="Description">One line: "Linux 6.1.0-56-cloud-amd64, PE32+ x86-64", "EFI application, PE32+ x86-64".</param>
/// <param name="IsLinuxKernel">True for a bzImage.</param>
/// <param name="LinuxVersion">The kernel's release, where the file says it.</param>
public readonly record struct ImageDescription(string Description, bool IsLinuxKernel, string? LinuxVersion);

/// <summary>Tells people what an image file is, and why it cannot be booted. Takes any bytes.</summary>
public static class ImageDescriber
{
    /// <summary>Describes a file; a file that is no loadable image is described as such.</summary>
    public static ImageDescription Describe(ReadOnlyMemory<byte> file)
    {
        bool isLinux = LinuxSetupHeader.IsPresent(file.Span);
        string? version = LinuxSetupHeader.ReadVersion(file.Span);
        if (!TryRead(file, out PeHeaders? headers))
        {
            return new ImageDescription(isLinux ? "Linux kernel without a loadable PE image" : "not a loadable PE image", isLinux, version);
        }

        string kind = isLinux ? KernelName(version) : headers.Subsystem switch
        {
            11 => "EFI boot-service driver",
            12 => "EFI runtime driver",
            _ => "EFI application",
        };
        string format = headers.IsPe32Plus ? "PE32+" : "PE32";
        return new ImageDescription($"{kind}, {format} {PeMachine.NameOf(headers.Machine)}", isLinux, version);
    }

    /// <summary>Why x86-64 firmware cannot run a file, or null when it can try.</summary>
    /// <returns>One line without the file's name.</returns>
    public static string? Refusal(ReadOnlyMemory<byte> file)
    {
        if (file.IsEmpty)
        {
            return "the file is empty";
        }

        EfiResult<ILoadableImage> result = new PeImageLoader().Parse(file, out string? fault);
        if (!result.TryGet(out ILoadableImage image))
        {
            return fault;
        }

        return image.Machine == PeMachine.X64
            ? null
            : $"FileHeader.Machine: 0x{image.Machine:x} ({PeMachine.NameOf(image.Machine)}) does not run on x86-64 firmware";
    }

    private static string KernelName(string? version) => version is null ? "Linux" : $"Linux {version}";

    private static bool TryRead(ReadOnlyMemory<byte> file, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out PeHeaders? headers)
    {
        try
        {
            headers = PeHeaders.Read(file);
            return true;
        }
        catch (PeFormatException)
        {
            headers = null;
            return false;
        }
    }
}
