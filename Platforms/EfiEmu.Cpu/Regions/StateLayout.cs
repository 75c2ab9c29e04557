using System.Reflection;
using System.Runtime.InteropServices;
using EfiEmu.Cpu.Execution;

namespace EfiEmu.Cpu.Regions;

/// <summary>The processor state as host code sees it: fields instead of offsets.</summary>
[StructLayout(LayoutKind.Explicit)]
internal struct StateLayout
{
    [FieldOffset(0)]
    public ulong Rax;

    [FieldOffset(8)]
    public ulong Rcx;

    [FieldOffset(16)]
    public ulong Rdx;

    [FieldOffset(24)]
    public ulong Rbx;

    [FieldOffset(32)]
    public ulong Rsp;

    [FieldOffset(40)]
    public ulong Rbp;

    [FieldOffset(48)]
    public ulong Rsi;

    [FieldOffset(56)]
    public ulong Rdi;

    [FieldOffset(64)]
    public ulong R8;

    [FieldOffset(72)]
    public ulong R9;

    [FieldOffset(80)]
    public ulong R10;

    [FieldOffset(88)]
    public ulong R11;

    [FieldOffset(96)]
    public ulong R12;

    [FieldOffset(104)]
    public ulong R13;

    [FieldOffset(112)]
    public ulong R14;

    [FieldOffset(120)]
    public ulong R15;

    [FieldOffset(Slot.FlagA)]
    public ulong FlagA;

    [FieldOffset(Slot.FlagB)]
    public ulong FlagB;

    [FieldOffset(Slot.FlagKind)]
    public byte FlagKind;

    [FieldOffset(Slot.Temp)]
    public ulong Temp;

    [FieldOffset(Slot.AddressTemp)]
    public ulong AddressTemp;

    [FieldOffset(Slot.FsBase)]
    public ulong FsBase;

    [FieldOffset(Slot.GsBase)]
    public ulong GsBase;

    [FieldOffset(Slot.Remaining)]
    public long Remaining;

    [FieldOffset(Slot.Block)]
    public nint Block;

    [FieldOffset(Slot.CodeVersion)]
    public int CodeVersion;

    private static readonly Dictionary<int, FieldInfo> Fields =
        typeof(StateLayout).GetFields(BindingFlags.Public | BindingFlags.Instance)
            .ToDictionary(field => (int)Marshal.OffsetOf<StateLayout>(field.Name));

    /// <summary>The field at an offset into the state.</summary>
    public static FieldInfo At(int slot) => Fields[slot];
}
