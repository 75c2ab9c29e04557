using EfiEmu.Sdk;

namespace EfiEmu.Guests;

/// <summary>A kernel that takes unaccepted memory over where firmware lets it choose, as Linux since 6.5 does on SEV-SNP.</summary>
public sealed class EnlightenedKernel : IGuestImage
{
    private const ulong SlackDescriptors = 32;

    /// <inheritdoc/>
    public string Name => "enlightened-kernel";

    /// <inheritdoc/>
    public string Description => "calls AllowUnacceptedMemory where firmware has it, as Linux since 6.5 does";

    /// <inheritdoc/>
    public EfiStatus Run(IGuestContext guest)
    {
        ArgumentNullException.ThrowIfNull(guest);
        if (guest.LocateProtocol(KnownGuids.SevMemoryAcceptanceProtocol).TryGet(out GuestAddress protocol))
        {
            guest.Call(guest.Memory.ReadPointer(protocol), protocol.Value);
        }

        return UnenlightenedKernel.Leave(guest, SlackDescriptors);
    }
}
