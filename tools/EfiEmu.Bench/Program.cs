using System.Globalization;
using EfiEmu.Bench;
using EfiEmu.Firmware;

const int Failed = 1;
const int BadInput = 2;

if (args.Length != 1)
{
    return Refuse("usage: EfiEmu.Bench KERNEL");
}

try
{
    Stretch stretch = StretchFinder.Find(args[0]);
    Say("instructions", stretch.Instructions.ToString(CultureInfo.InvariantCulture));
    Replay ours = MachineReplay.Run(stretch);
    Say("efiemu", Seconds(ours));
    if (!UnicornLibrary.TryLoad(out UnicornLibrary? unicorn))
    {
        Say("unicorn", "missing");
        return 0;
    }

    using UnicornLibrary library = unicorn;
    Replay theirs = UnicornReplay.Run(library, stretch, ours.Memory);
    Say("unicorn", Seconds(theirs));
    if (ours.FindDifference(theirs) is { } difference)
    {
        Console.Error.WriteLine($"bench: {args[0]}: EfiEmu and Unicorn differ after the same code: {difference}");
        return Failed;
    }

    Say("sha256", ours.Digest());
    return 0;
}
catch (IOException fault)
{
    return Refuse($"{args[0]}: {fault.Message}");
}
catch (UnauthorizedAccessException fault)
{
    return Refuse($"{args[0]}: {fault.Message}");
}
catch (BootRequestException fault)
{
    return Refuse($"{args[0]}: {fault.Message}");
}
catch (ReplayException fault)
{
    Console.Error.WriteLine($"bench: {args[0]}: {fault.Message}");
    return Failed;
}

static int Refuse(string fault)
{
    Console.Error.WriteLine($"bench: {fault}");
    return BadInput;
}

static void Say(string name, string value) => Console.Out.WriteLine($"{name} {value}");

static string Seconds(Replay replay) => replay.Time.TotalSeconds.ToString("F3", CultureInfo.InvariantCulture);
