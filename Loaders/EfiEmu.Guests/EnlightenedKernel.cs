using EfiEmu.Guests.Shared;
using EfiEmu.Sdk;

namespace EfiEmu.Guests;

/// <summary>A kernel that takes unaccepted memory over, as Linux since 6.5: it asks firmware to leave it, and keeps a table of it.</summary>
/// <remarks>
/// It asks on every machine; only SEV-SNP firmware has the protocol. Type 15 becomes RAM in e820, and the table says what of it
/// has to be accepted before use.
/// </remarks>
[Guest("enlightened-kernel", "takes unaccepted memory over, as Linux since 6.5 does on SEV-SNP and TDX", HandsOver = true)]
public sealed class EnlightenedKernel : IGuestImage
{
    private const ulong SlackDescriptors = 32;

    /// <inheritdoc/>
    public EfiStatus Run(IGuestContext guest)
    {
        ArgumentNullException.ThrowIfNull(guest);
        EfiResult<KernelInMemory> placed = KernelInMemory.Place(guest);
        if (!placed.TryGet(out KernelInMemory kernel))
        {
            return placed.Status;
        }

        if (guest.BootServices.LocateProtocol<SevMemoryAcceptance>().TryGet(out SevMemoryAcceptance acceptance))
        {
            acceptance.AllowUnacceptedMemory();
        }

        EfiResult<UnacceptedMemoryTable?> installed = UnacceptedMemoryTable.Install(guest);
        if (installed.Status.IsError)
        {
            return installed.Status;
        }

        EfiResult<GuestMemoryMap> left = LinuxExit.Leave(guest, SlackDescriptors);
        if (!left.TryGet(out GuestMemoryMap map))
        {
            guest.Print("EFI stub: ERROR: exit_boot() failed!\r\n");
            return left.Status;
        }

        installed.Value?.Mark(map.Descriptors);
        kernel.DescribeMemory(E820Table.OfLinux(map.Descriptors, E820Type.Ram));
        return kernel.Start(map);
    }
}
