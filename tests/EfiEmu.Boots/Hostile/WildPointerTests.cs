using EfiEmu.Boots.Support;
using EfiEmu.Firmware.Reports;
using Xunit;
using static Iced.Intel.AssemblerRegisters;

namespace EfiEmu.Boots.Hostile;

/// <summary>Every boot and runtime service called with pointers that point nowhere good.</summary>
public sealed class WildPointerTests
{
    private const int Arguments = 9;

    private static readonly ulong[] Pointers =
    [
        0,
        1,
        0x1001,
        0xdeadbeefdeadbeef,
        (128 * Emulator.MiB) - 4,
        0xc000_0000,
        0xfee0_0000,
        0xffff_ffff_ffff_ffff,
        0x7fff_ffff_ffff_fff8,
        0x000f_ffff_ffff_fffc,
    ];

    public static TheoryData<string, int> Services
    {
        get
        {
            var rows = new TheoryData<string, int>();
            foreach (int service in BootService.All)
            {
                rows.Add("boot", service);
            }

            foreach (int service in RuntimeService.All)
            {
                rows.Add("runtime", service);
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void Service_CalledWithWildPointers_AnswersOrFaults(string table, int service)
    {
        foreach (ulong pointer in Pointers)
        {
            for (int good = 0; good <= Arguments; good++)
            {
                CheckEnd(GuestBoot.Run(code =>
                {
                    // One of the arguments may be sound: what it is good for shows how far the others are looked at.
                    Iced.Intel.Label space = code.Space(256);
                    Operand[] arguments = [.. Enumerable.Repeat<Operand>(pointer, Arguments)];
                    if (good < Arguments)
                    {
                        arguments[good] = good % 2 == 0 ? space : 1;
                    }

                    code.Call(__qword_ptr[(table == "boot" ? r12 : r15) + service], arguments);
                    code.Boot(BootService.Stall, 1);
                    code.Return(0);
                }));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void Service_CalledWithSoundPointersToRubbish_AnswersOrFaults(string table, int service)
    {
        byte[] rubbish = new byte[4096];
        new Random(service).NextBytes(rubbish);
        CheckEnd(GuestBoot.Run(code =>
        {
            Iced.Intel.Label space = code.Data(rubbish);
            code.Call(__qword_ptr[(table == "boot" ? r12 : r15) + service], space, space, space, space, space, space, space, space, space);
        }));
        CheckEnd(GuestBoot.Run(code =>
        {
            Iced.Intel.Label space = code.Data(rubbish);
            code.Call(__qword_ptr[(table == "boot" ? r12 : r15) + service], r13, space, space, r13, r13, 0, space, space, space);
        }));
    }

    private static void CheckEnd(BootReport report)
    {
        Assert.Contains(
            report.Outcome.End, new[] { BootEnd.Returned, BootEnd.Fault, BootEnd.Budget, BootEnd.GaveUp, BootEnd.NotModelled });
        if (report.Outcome.End == BootEnd.Fault)
        {
            Assert.NotEqual(0UL, report.Fault!.Rip);
        }
    }
}
