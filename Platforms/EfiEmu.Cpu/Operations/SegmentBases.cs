using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Translation;
using Iced.Intel;

namespace EfiEmu.Cpu.Operations;

/// <summary>RDFSBASE, RDGSBASE, WRFSBASE and WRGSBASE are instructions only where CR4.FSGSBASE says so.</summary>
internal static class SegmentBases
{
    private const ulong FsGsBase = 1 << 16;

    public static Operation? Guarded(in Instruction instruction, Operation? body)
    {
        if (body is null || instruction.Mnemonic is not (Mnemonic.Rdfsbase or Mnemonic.Rdgsbase or Mnemonic.Wrfsbase or Mnemonic.Wrgsbase))
        {
            return body;
        }

        return (Core core, in Instruction i) =>
        {
            if ((core.System.Cr4 & FsGsBase) == 0)
            {
                throw GuestStopException.Fault(ExceptionVector.InvalidOpcode, "CR4.FSGSBASE is clear");
            }

            body(core, in i);
        };
    }
}
