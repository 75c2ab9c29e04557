using System.Runtime.InteropServices;
using EfiEmu.Sdk;

namespace OddPlugins;

[Guest("throws", "throws out of its entry point")]
internal sealed class ThrowingGuest : IGuestImage
{
    public EfiStatus Run(IGuestContext guest) => throw new InvalidOperationException("the\r\nmessage.");
}

[Guest("throws-in-constructor", "throws out of its constructor")]
internal sealed class ThrowingConstructorGuest : IGuestImage
{
    public ThrowingConstructorGuest() => throw new InvalidOperationException("no mood");

    public EfiStatus Run(IGuestContext guest) => EfiStatus.Success;
}

[Guest("throws-in-static-constructor", "has a static field that cannot be made")]
internal sealed class ThrowingStaticGuest : IGuestImage
{
    private static readonly int Number = int.Parse("nothing", System.Globalization.CultureInfo.InvariantCulture);

    public EfiStatus Run(IGuestContext guest) => new((ulong)Number);
}

[Guest("asks-for-a-stream", "asks for something that no firmware offers")]
internal sealed class AskingGuest(Stream stream) : IGuestImage
{
    public EfiStatus Run(IGuestContext guest) => new((ulong)stream.Length);
}

[Guest("has-a-private-constructor", "cannot be made by anybody else")]
internal sealed class PrivateGuest : IGuestImage
{
    private PrivateGuest()
    {
    }

    public EfiStatus Run(IGuestContext guest) => EfiStatus.Success;
}

[Guest("asks-for-everything", "asks for all that firmware offers and prints through it")]
internal sealed class ServedGuest(
    IFirmwareContext firmware,
    IBootServices services,
    IDxeServices dxe,
    IGuestMemory memory,
    IMemoryAcceptance acceptance,
    IConsole console,
    IEntropySource entropy,
    string? nothing = null) : IGuestImage
{
    public EfiStatus Run(IGuestContext guest)
    {
        byte[] numbers = new byte[8];
        entropy.Fill(numbers);
        bool same = ReferenceEquals(firmware.BootServices, services) && ReferenceEquals(firmware.DxeServices, dxe) && ReferenceEquals(guest.Memory, memory);
        console.Write($"same {same} nothing {nothing is null} offers {acceptance.OffersMemoryAccept} filled {numbers.Any(n => n != 0)}\n");
        return EfiStatus.Success;
    }
}

[Guest("counts-itself", "prints how often an instance of it has run")]
internal sealed class CountingGuest : IGuestImage
{
    private int _runs;

    public EfiStatus Run(IGuestContext guest) => guest.Print($"run {++_runs}\n");
}

[Guest("needs-a-native-library", "calls a native library that is nowhere")]
internal sealed partial class NativeGuest : IGuestImage
{
    public EfiStatus Run(IGuestContext guest) => new(Answer());

    [LibraryImport("no-such-library")]
    private static partial ulong Answer();
}

[Guest("brings-a-native-library", "calls a native library that lies beside it")]
internal sealed partial class BringingGuest : IGuestImage
{
    public EfiStatus Run(IGuestContext guest) => guest.Print(SystemNativeGetPid() > 0 ? "native\n" : "nothing\n");

    // The tests put a copy of the framework's own library there, under this name.
    [LibraryImport("plugged", EntryPoint = "SystemNative_GetPid")]
    private static partial int SystemNativeGetPid();
}

[Guest("has-a-companion", "calls a library of its own")]
internal sealed class AccompaniedGuest : IGuestImage
{
    public EfiStatus Run(IGuestContext guest) => guest.Print(Companion.Words.Word + "\n");
}

[Guest("opens-a-file", "opens a file of its own that is not there")]
internal sealed class FileGuest : IGuestImage
{
    public EfiStatus Run(IGuestContext guest)
    {
        using FileStream file = File.OpenRead("no-such-file");
        return EfiStatus.Success;
    }
}

[Guest("cancels-itself", "throws what a cancelled boot throws, out of a token of its own")]
internal sealed class CancellingGuest : IGuestImage
{
    public EfiStatus Run(IGuestContext guest) => throw new OperationCanceledException(new CancellationToken(canceled: true));
}

[Guest("touches-nothing", "reads an address where nothing is")]
internal sealed class WildGuest : IGuestImage
{
    public EfiStatus Run(IGuestContext guest) => new(guest.Memory.ReadUInt64(new GuestAddress(1UL << 40)));
}

[Guest("exits", "leaves through Exit")]
internal sealed class ExitingGuest : IGuestImage
{
    public EfiStatus Run(IGuestContext guest)
    {
        guest.BootServices.Exit(EfiStatus.Success);
        return EfiStatus.Aborted;
    }
}

[Guest("swallows", "catches whatever ends it, and goes on")]
internal sealed class SwallowingGuest : IGuestImage
{
    public EfiStatus Run(IGuestContext guest)
    {
        int swallowed = 0;
        while (swallowed < 1000)
        {
            try
            {
                guest.BootServices.Stall(ulong.MaxValue);
            }
            catch (Exception stopped) when (stopped is not null)
            {
                swallowed++;
            }
        }

        return EfiStatus.Success;
    }
}

[Guest("swallows-exit", "catches what Exit throws, and returns something else")]
internal sealed class SwallowingExitGuest : IGuestImage
{
    public EfiStatus Run(IGuestContext guest)
    {
        try
        {
            guest.BootServices.Exit(EfiStatus.Success);
        }
        catch (Exception stopped) when (stopped is not null)
        {
            return EfiStatus.Aborted;
        }

        return EfiStatus.DeviceError;
    }
}

[Guest("throws-in-notify", "has a notify function that throws")]
internal sealed class NotifyingGuest : IGuestImage
{
    public EfiStatus Run(IGuestContext guest)
    {
        using EventSubscription subscription = guest.BootServices
            .Subscribe(() => throw new FormatException("notified"), Tpl.Callback).Value;
        return guest.BootServices.SignalEvent(subscription.Event);
    }
}

[Guest("calls-the-protocol", "calls the first member of the protocol that throws")]
internal sealed class CallingGuest : IGuestImage
{
    public EfiStatus Run(IGuestContext guest)
    {
        GuestAddress found = guest.BootServices.LocateProtocol(ThrowingMember.ProtocolGuid).Value;
        return new EfiStatus(guest.Call(guest.Memory.ReadPointer(found), found.Value));
    }
}
