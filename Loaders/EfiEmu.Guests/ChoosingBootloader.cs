using EfiEmu.Guests.Shared;
using EfiEmu.Sdk;

namespace EfiEmu.Guests;

/// <summary>A boot loader that leaves boot services for its kernel, and decides by the kernel whether unaccepted memory may stay.</summary>
/// <remarks>
/// It has no kernel file: its load options say which Linux it starts, "kernel=6.1", or 6.12 where they say nothing. A loader
/// with a file reads the same from the version string of the setup header (kernel_version, Documentation/arch/x86/boot.rst). That
/// is a guess, the best there is: no flag of that header says whether a kernel was built with CONFIG_UNACCEPTED_MEMORY.
/// For a kernel since 6.5 it does the work of the stub that it replaces: asks firmware, installs the table, calls type 15 RAM.
/// </remarks>
[Guest("choosing-bootloader", "leaves boot services, and asks for its kernel if that knows: -- kernel=6.1 or 6.12", HandsOver = true)]
public sealed class ChoosingBootloader : IGuestImage
{
    private const string KernelOption = "kernel=";
    private const ulong SlackDescriptors = 32;

    private static Version FirstThatKnows => new(6, 5);

    private static Version Newest => new(6, 12);

    /// <inheritdoc/>
    public EfiStatus Run(IGuestContext guest)
    {
        ArgumentNullException.ThrowIfNull(guest);
        if (!TryReadVersion(guest.Self().LoadOptions, out Version version))
        {
            guest.Print("kernel=: not a version of Linux, such as 6.1\r\n");
            return EfiStatus.InvalidParameter;
        }

        EfiResult<KernelInMemory> placed = KernelInMemory.Place(guest);
        if (!placed.TryGet(out KernelInMemory kernel))
        {
            return placed.Status;
        }

        return version < FirstThatKnows ? Bootloader.LeaveAndStart(guest, kernel) : LeaveUnaccepted(guest, kernel);
    }

    private static bool TryReadVersion(string options, out Version version)
    {
        version = Newest;
        string? option = options.Split(' ').LastOrDefault(o => o.StartsWith(KernelOption, StringComparison.Ordinal));
        return option is null || Version.TryParse(option[KernelOption.Length..], out version!);
    }

    private static EfiStatus LeaveUnaccepted(IGuestContext guest, KernelInMemory kernel)
    {
        if (guest.BootServices.LocateProtocol<SevMemoryAcceptance>().TryGet(out SevMemoryAcceptance acceptance))
        {
            acceptance.AllowUnacceptedMemory();
        }

        EfiResult<UnacceptedMemoryTable?> installed = UnacceptedMemoryTable.Install(guest);
        EfiResult<GuestMemoryMap> fetched = installed.Succeeded ? guest.BootServices.ReadMemoryMap(SlackDescriptors) : installed.Status;
        if (!fetched.TryGet(out GuestMemoryMap map))
        {
            return fetched.Status;
        }

        EfiStatus status = LinuxExit.WithOneRetry(guest, map);
        if (status.IsError)
        {
            return status;
        }

        installed.Value?.Mark(map.Descriptors);
        kernel.DescribeMemory(E820Table.OfLinux(map.Descriptors, E820Type.Ram));
        return kernel.Start(map);
    }
}
