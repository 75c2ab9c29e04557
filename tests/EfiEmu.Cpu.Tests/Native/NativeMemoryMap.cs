using System.Runtime.InteropServices;

namespace EfiEmu.Cpu.Tests.Native;

/// <summary>Memory of the host at chosen addresses and with chosen rights.</summary>
internal static class NativeMemoryMap
{
    public const int None = 0;
    public const int ReadOnly = 1;
    public const int All = 7;

    private const int PrivateAnonymous = 0x22;
    private const int FixedNoReplace = 0x10_0000;

    /// <summary>Maps, at any address where none is asked for; -1 where the address is taken.</summary>
    public static nint Map(ulong address, int bytes, int rights) =>
        Mmap((nint)address, bytes, rights, PrivateAnonymous | (address != 0 ? FixedNoReplace : 0), -1, 0);

    public static void Protect(ulong address, int bytes, int rights) => Assert.Equal(0, Mprotect((nint)address, bytes, rights));

    public static void Unmap(ulong address, int bytes) => Assert.Equal(0, Munmap((nint)address, bytes));

    [DllImport("libc", EntryPoint = "mmap")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint Mmap(nint address, nint length, int protection, int flags, int file, nint offset);

    [DllImport("libc", EntryPoint = "mprotect")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Mprotect(nint address, nint length, int protection);

    [DllImport("libc", EntryPoint = "munmap")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Munmap(nint address, nint length);
}
