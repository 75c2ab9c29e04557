using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;
using M = EfiEmu.Cpu.Tests.Behaviour.PagedMachine;

namespace EfiEmu.Cpu.Tests.Behaviour;

/// <summary>What page-table bits allow, and the error code of what they do not (Intel SDM Vol. 3A 4.6 and 4.7).</summary>
public sealed class PagePermissionTests
{
    private const uint Allowed = uint.MaxValue;
    private const ulong WriteProtect = 1ul << 16;
    private const ulong Smep = 1ul << 20;
    private const ulong Smap = 1ul << 21;

    public static TheoryData<bool, bool, bool, bool, bool, bool, bool, MemoryAccess> Cases()
    {
        var cases = new TheoryData<bool, bool, bool, bool, bool, bool, bool, MemoryAccess>();
        for (int bits = 0; bits < 128; bits++)
        {
            foreach (MemoryAccess access in Enum.GetValues<MemoryAccess>())
            {
                bool Bit(int bit) => (bits >> bit & 1) != 0;
                cases.Add(Bit(0), Bit(1), Bit(2), Bit(3), Bit(4), Bit(5), Bit(6), access);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Access_IsAllowedOrFaultsWithTheCodeOfTheManual(
        bool present, bool writable, bool user, bool noExecute, bool writeProtect, bool smep, bool smap, MemoryAccess access)
    {
        using M machine = new();
        ulong flags = (present ? M.Present : 0) | (writable ? M.Writable : 0) | (user ? M.User : 0) | (noExecute ? M.NoExecute : 0);
        machine.Map(M.Window, M.Data, flags);
        machine.Bus.At(M.Data, 1)[0] = 0xC3;
        machine.Gate(14, M.Handlers);
        machine.Load(M.Handlers, c =>
        {
            c.pop(rdi);
            c.hlt();
        });
        ulong newCr0 = 0x8000_0033 | (writeProtect ? WriteProtect : 0);
        ulong newCr4 = 0x668 | (smep ? Smep : 0) | (smap ? Smap : 0);
        ProcessorExit exit = machine.Run(c =>
        {
            c.mov(rax, newCr0);
            c.mov(cr0, rax);
            c.mov(rax, newCr4);
            c.mov(cr4, rax);
            c.mov(edi, -1);
            c.mov(rbx, M.Window);
            Touch(c, access);
            c.hlt();
        });
        Assert.Equal(ProcessorExitKind.Halt, exit.Kind);
        uint expected = Expected(present, writable, user, noExecute, writeProtect, smep, smap, access);
        Assert.Equal(expected, (uint)machine[Register.Rdi]);
    }

    [Fact]
    public void PageOfAUser_UnderSmap_MayBeTouchedBetweenStacAndClac()
    {
        using M machine = new();
        machine.Map(M.Window, M.Data, M.Present | M.Writable | M.User);
        machine.Gate(14, M.Handlers);
        machine.Load(M.Handlers, c => c.hlt());
        machine.Run(c =>
        {
            c.mov(rax, 0x668 | Smap);
            c.mov(cr4, rax);
            c.mov(rbx, M.Window);
            c.stac();
            c.mov(__qword_ptr[rbx], 1);
            c.mov(rcx, __[rbx]);
            c.clac();
            c.mov(rdx, __[rbx]);
            c.mov(ecx, 2);
        });
        Assert.Equal(1ul, machine[Register.Rcx]);
    }

    [Theory]
    [InlineData(3, 1ul << 7, true)]
    [InlineData(2, (1ul << 7) | (1ul << 13), true)]
    [InlineData(2, (1ul << 7) | (1ul << 29), true)]
    [InlineData(2, (1ul << 7) | (1ul << 12), false)]
    [InlineData(1, (1ul << 7) | (1ul << 20), true)]
    [InlineData(1, (1ul << 7) | (1ul << 12), false)]
    [InlineData(0, 1ul << 7, false)]
    public void ReservedBit_OfAnEntry_IsAFaultThatSaysSo(int level, ulong bits, bool isReserved)
    {
        using M machine = new();
        machine.Map(M.Window, 0);
        ulong table = machine.Root;
        for (int at = 3; at > level; at--)
        {
            table = machine.Read(table + ((M.Window >> (12 + (9 * at)) & 0x1FF) * 8)) & 0x000F_FFFF_FFFF_F000;
        }

        machine.Write(table + ((M.Window >> (12 + (9 * level)) & 0x1FF) * 8), M.Present | bits);
        machine.Gate(14, M.Handlers);
        machine.Load(M.Handlers, c =>
        {
            c.pop(rdi);
            c.hlt();
        });
        machine.Run(c =>
        {
            c.mov(rbx, M.Window);
            c.mov(edi, -1);
            c.mov(rcx, __[rbx]);
            c.hlt();
        });
        Assert.Equal(isReserved ? 9u : Allowed, (uint)machine[Register.Rdi]);
    }

    [Fact]
    public void NoExecuteBit_WhileEferDoesNotKnowIt_IsReserved()
    {
        using M machine = new();
        machine.Map(M.Window, M.Data, M.Present | M.NoExecute);
        machine.Gate(14, M.Handlers);
        machine.Load(M.Handlers, c =>
        {
            c.pop(rdi);
            c.hlt();
        });
        machine.Run(c =>
        {
            c.mov(ecx, unchecked((int)0xC000_0080));
            c.mov(eax, 0x500);
            c.xor(edx, edx);
            c.wrmsr();
            c.mov(rbx, M.Window);
            c.mov(rcx, __[rbx]);
        });
        Assert.Equal(9ul, machine[Register.Rdi]);
    }

    [Fact]
    public void Rights_OfAllLevels_HoldTogether()
    {
        using M machine = new();
        machine.Map(M.Window, M.Data, upper: M.Present);
        machine.Gate(14, M.Handlers);
        machine.Load(M.Handlers, c =>
        {
            c.pop(rdi);
            c.mov(rsi, cr2);
            c.hlt();
        });
        machine.Run(c =>
        {
            c.mov(rbx, M.Window + 0x234);
            c.mov(__[rbx], rcx);
        });
        Assert.Equal((3ul, M.Window + 0x234), (machine[Register.Rdi], machine[Register.Rsi]));
    }

    private static void Touch(Assembler c, MemoryAccess access)
    {
        switch (access)
        {
            case MemoryAccess.Read:
                c.mov(rcx, __[rbx]);
                break;
            case MemoryAccess.Write:
                c.mov(__byte_ptr[rbx], 0xC3);
                break;
            default:
                c.call(rbx);
                break;
        }
    }

    private static uint Expected(
        bool present, bool writable, bool user, bool noExecute, bool writeProtect, bool smep, bool smap, MemoryAccess access)
    {
        uint code = access switch
        {
            MemoryAccess.Write => 2,
            MemoryAccess.Execute => 16,
            _ => 0,
        };
        if (!present)
        {
            return code;
        }

        bool refused = access switch
        {
            MemoryAccess.Execute => noExecute || (user && smep),
            MemoryAccess.Write => (!writable && writeProtect) || (user && smap),
            _ => user && smap,
        };
        return refused ? code | 1 : Allowed;
    }
}
