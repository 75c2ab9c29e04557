using System.Globalization;
using EfiEmu.Firmware.Memory;
using EfiEmu.Firmware.Reports;
using EfiEmu.Firmware.Services;
using EfiEmu.Platforms;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware;

/// <summary>Says where the guest stood when something stopped it, and what is known of the address that it touched.</summary>
internal static class FaultReporter
{
    /// <summary>The report of a machine that stopped.</summary>
    public static FaultReport Describe(
        string summary, GuestAddress? address, Machine machine, MemoryDatabase memory, ImageServices images, BootRecorder recorder, string? managedImage)
    {
        string history = address is { } touched ? History(touched, machine, memory, images) : "";
        if (managedImage is not null)
        {
            return new FaultReport(summary, machine.Rip.Value, [], $"C# of {managedImage}", address?.Value, history, recorder.LastCalls, []);
        }

        InstructionExcerpt instruction = machine.DisassembleAt(machine.Rip);
        return new FaultReport(
            summary,
            machine.Rip.Value,
            instruction.Bytes,
            instruction.Text + Place(machine.Rip, images),
            address?.Value,
            history,
            recorder.LastCalls,
            Registers(machine));
    }

    private static string Place(GuestAddress rip, ImageServices images) => images.ImageAt(rip) is { } image
        ? string.Create(CultureInfo.InvariantCulture, $"   in {image.Name}+0x{rip.Value - image.Base.Value:x}")
        : "   outside every image";

    private static string History(GuestAddress address, Machine machine, MemoryDatabase memory, ImageServices images)
    {
        string owner = images.ImageAt(address) is { } image ? $", image {image.Name}" : "";
        string type = memory.DescriptorAt(address) is { } descriptor ? Describe(descriptor) + owner : Space(address, memory);
        if (!machine.Platform.RequiresAcceptance)
        {
            return type;
        }

        return machine.AcceptorOf(address) is { } acceptor ? $"{type}, accepted by {Name(acceptor)}"
            : type + (memory.DescriptorAt(address)?.Type == MemoryType.Unaccepted ? ": the guest must accept it before it touches it" : "");
    }

    private static string Describe(MemoryDescriptor descriptor) => string.Create(
        CultureInfo.InvariantCulture, $"{descriptor.Type} 0x{descriptor.PhysicalStart.Value:x}-0x{descriptor.PhysicalEnd.Value:x}");

    private static string Space(GuestAddress address, MemoryDatabase memory) =>
        memory.GetMemorySpaceDescriptor(address).TryGet(out MemorySpaceDescriptor space)
            ? space.Type switch
            {
                GcdMemoryType.NonExistent => "no memory, no device",
                _ => space.Type.ToString(),
            }
            : "beyond the machine's address space";

    private static string Name(MemoryAcceptor acceptor) => acceptor switch
    {
        MemoryAcceptor.FirmwareBeforeGuest => "firmware before the guest",
        MemoryAcceptor.FirmwareAtExitBootServices => "firmware at ExitBootServices",
        _ => "the guest",
    };

    private static List<(string Name, ulong Value)> Registers(Machine machine) =>
    [
        .. Enum.GetValues<GuestRegister>().Select(r => (r.ToString().ToUpperInvariant(), machine[r])),
        ("RIP", machine.Rip.Value),
        ("RFLAGS", machine.Rflags),
    ];
}
