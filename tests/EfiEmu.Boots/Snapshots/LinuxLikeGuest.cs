using EfiEmu.Boots.Support;
using EfiEmu.Sdk;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace EfiEmu.Boots.Snapshots;

/// <summary>Guests that leave boot services as the Linux EFI stub does. Unlike real kernels they stay the same.</summary>
internal static class LinuxLikeGuest
{
    private const ulong MapBytes = 48 * 40;
    private const ulong FourGiB = 1UL << 32;
    private const uint UnitBytes = 2 << 20;

    /// <summary>A kernel that knows nothing of unaccepted memory.</summary>
    public static void Old(GuestCode code)
    {
        code.Boot(BootService.AllocatePages, 0, MemoryType.LoaderData.Value, 1, code.Space(8));
        Leave(code);
    }

    /// <summary>A kernel that accepts memory itself: it says so to firmware, and keeps a bitmap of what is left.</summary>
    public static void New(GuestCode code)
    {
        Label protocol = code.Space(8);
        Label absent = code.Assembler.CreateLabel();
        code.Boot(BootService.AllocatePages, 0, MemoryType.LoaderData.Value, 1, code.Space(8));
        code.Boot(BootService.LocateProtocol, Guid(code, KnownGuids.SevMemoryAcceptanceProtocol), 0, protocol);
        code.Assembler.test(rax, rax);
        code.Assembler.js(absent);
        code.Load(rbx, protocol);
        code.Call(__qword_ptr[rbx], rbx);
        code.Assembler.Label(ref absent);

        // 2 GiB are 1,024 units of 2 MiB: 128 bytes.
        byte[] table = [.. BitConverter.GetBytes(1), .. BitConverter.GetBytes(UnitBytes), .. BitConverter.GetBytes(FourGiB),
            .. BitConverter.GetBytes(128UL), .. Enumerable.Repeat((byte)0xff, 128)];
        code.Boot(BootService.InstallConfigurationTable, Guid(code, KnownGuids.LinuxUnacceptedMemoryTable), code.Data(table));
        Leave(code);
    }

    // One attempt, and one more with a map fetched again into the same buffer.
    private static void Leave(GuestCode code)
    {
        Label size = code.Space(8);
        Label key = code.Space(8);
        Label buffer = code.Space(8);
        Label done = code.Assembler.CreateLabel();
        code.Boot(BootService.GetMemoryMap, size, 0, key, 0, 0);
        code.Boot(BootService.AllocatePool, MemoryType.AcpiReclaim.Value, MapBytes, buffer);
        Attempt(code, size, key, buffer);
        code.Assembler.test(rax, rax);
        code.Assembler.jns(done);
        Attempt(code, size, key, buffer);
        code.Assembler.Label(ref done);
        code.Return(rax);
    }

    private static void Attempt(GuestCode code, Label size, Label key, Label buffer)
    {
        code.Store(size, MapBytes);
        code.Load(rbx, buffer);
        code.Boot(BootService.GetMemoryMap, size, rbx, key, 0, 0);
        code.Load(rbx, key);
        code.Boot(BootService.ExitBootServices, r13, rbx);
    }

    private static Label Guid(GuestCode code, Guid guid) => code.Data(guid.ToByteArray());
}
