using EfiEmu.Guests.Shared;
using EfiEmu.Sdk;

namespace EfiEmu.Guests;

/// <summary>A boot loader that leaves boot services for its kernel, and decides by the kernel whether unaccepted memory may stay.</summary>
/// <remarks>
/// Its load options name a kernel on its volume, "kernel=\vmlinuz", of which it reads the version in the setup header
/// (kernel_version, Documentation/arch/x86/boot.rst); or they name the version itself, "kernel=6.1", which is 6.12 where they say
/// nothing. That is a guess, the best there is: no flag of that header says whether a kernel was built with CONFIG_UNACCEPTED_MEMORY.
/// For a kernel since 6.5 it does the work of the stub that it replaces: asks firmware, installs the table, calls type 15 RAM.
/// </remarks>
[Guest("choosing-bootloader", "leaves boot services, and asks for a kernel that knows: -- kernel=6.1 or \\vmlinuz", HandsOver = true)]
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
        EfiResult<Version> read = ReadVersion(guest);
        if (!read.TryGet(out Version version))
        {
            guest.Print($"kernel=: neither a version of Linux, such as 6.1, nor a kernel on this volume: {read.Status}\r\n");
            return read.Status;
        }

        EfiResult<KernelInMemory> placed = KernelInMemory.Place(guest);
        if (!placed.TryGet(out KernelInMemory kernel))
        {
            return placed.Status;
        }

        return version < FirstThatKnows ? Bootloader.LeaveAndStart(guest, kernel) : LeaveUnaccepted(guest, kernel);
    }

    private static EfiResult<Version> ReadVersion(IGuestContext guest)
    {
        string? option = guest.Self().LoadOptions.Split(' ').LastOrDefault(o => o.StartsWith(KernelOption, StringComparison.Ordinal));
        return option is null ? Newest
            : option.StartsWith(KernelOption + '\\', StringComparison.Ordinal) ? KernelFile.ReadVersion(guest, option[KernelOption.Length..])
            : Version.TryParse(option[KernelOption.Length..], out Version? named) ? named
            : EfiStatus.InvalidParameter;
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
