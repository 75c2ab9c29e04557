using System.Reflection.Emit;
using System.Runtime.InteropServices;
using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Handlers;

namespace EfiEmu.Cpu.Regions;

/// <content>Registers, constants, addresses and memory. Values travel zero-extended as 64 bits, as in the handlers.</content>
internal sealed unsafe partial class RegionCompiler
{
    private static int BitsOf(Type width) =>
        width == typeof(Width64) ? 64 : width == typeof(Width32) ? 32 : width == typeof(Width16) ? 16 : 8;

    /// <summary>Zero-extends the low bits of what is on the stack.</summary>
    private void EmitCut(int bits)
    {
        switch (bits)
        {
            case 32:
                _il.Emit(OpCodes.Conv_U4);
                _il.Emit(OpCodes.Conv_U8);
                break;
            case 16:
                _il.Emit(OpCodes.Conv_U2);
                _il.Emit(OpCodes.Conv_U8);
                break;
            case 8:
                _il.Emit(OpCodes.Conv_U1);
                _il.Emit(OpCodes.Conv_U8);
                break;
        }
    }

    private void EmitSignExtension(int bits)
    {
        switch (bits)
        {
            case 32:
                _il.Emit(OpCodes.Conv_I4);
                _il.Emit(OpCodes.Conv_I8);
                break;
            case 16:
                _il.Emit(OpCodes.Conv_I2);
                _il.Emit(OpCodes.Conv_I8);
                break;
            case 8:
                _il.Emit(OpCodes.Conv_I1);
                _il.Emit(OpCodes.Conv_I8);
                break;
        }
    }

    private void EmitGet(int slot, int bits)
    {
        int number = RegisterLocals.NumberOf(slot);
        if (slot == Slot.Zero)
        {
            _il.EmitConstant(0);
            return;
        }

        if (number < 0)
        {
            EmitGetState(slot);
            EmitCut(bits);
            return;
        }

        _il.Emit(OpCodes.Ldloc, _registers.Local(number));
        bool high = (slot & 7) == 1;
        if (high)
        {
            _il.EmitInt(8);
            _il.Emit(OpCodes.Shr_Un);
        }

        if (high || _registers.Widths.Of(number) > bits)
        {
            EmitCut(bits);
        }
    }

    /// <summary>How many low bits of an operand may be other than zero.</summary>
    private int WidthOf(int slot, int bits) =>
        slot == Slot.Zero ? 8 : RegisterLocals.NumberOf(slot) is >= 0 and var number && (slot & 7) == 0 ? Math.Min(bits, _registers.Widths.Of(number)) : bits;

    private int WidthOfSource(Type source, int bits) =>
        source == typeof(FromImmediate)
            ? RegisterWidths.OfConstant(Current.Immediate & (ulong.MaxValue >> (64 - bits)))
            : WidthOf(SlotOf(source), bits);

    private void EmitGetState(int slot)
    {
        if (_flags.IsKept && slot == Slot.FlagA)
        {
            _il.Emit(OpCodes.Ldloc, _flagA);
            return;
        }

        if (_flags.IsKept && slot == Slot.FlagB)
        {
            EmitFlagB(_flags);
            return;
        }

        EmitState(slot);
    }

    /// <summary>Writes a register: 32 bits clear the upper half, 16 and 8 keep what surrounds them.</summary>
    /// <param name="slot">Which.</param>
    /// <param name="bits">Its size.</param>
    /// <param name="value">Pushes the value.</param>
    /// <param name="width">How many low bits of the value may be other than zero.</param>
    private void EmitSet(int slot, int bits, Action value, int width = 64)
    {
        int number = RegisterLocals.NumberOf(slot);
        LocalBuilder local = _registers.Local(number);
        int written = Math.Min(bits, width);
        if (bits >= 32)
        {
            value();
            if (width > bits)
            {
                EmitCut(bits);
            }
        }
        else
        {
            ulong mask = bits == 16 ? 0xFFFFul : 0xFFul;
            int shift = (slot & 7) * 8;
            _il.Emit(OpCodes.Ldloc, local);
            _il.EmitConstant(~(mask << shift));
            _il.Emit(OpCodes.And);
            value();
            if (width > bits)
            {
                EmitCut(bits);
            }

            if (shift != 0)
            {
                _il.EmitInt(8);
                _il.Emit(OpCodes.Shl);
            }

            _il.Emit(OpCodes.Or);
            written = Math.Max(_registers.Widths.Of(number), bits + shift);
        }

        _il.Emit(OpCodes.Stloc, local);
        _registers.Wrote(number, written);
    }

    private void EmitSource(Type source, int bits)
    {
        if (source == typeof(FromImmediate))
        {
            _il.EmitConstant(Current.Immediate & (ulong.MaxValue >> (64 - bits)));
            return;
        }

        EmitGet(SlotOf(source), bits);
    }

    private int SlotOf(Type source) =>
        source == typeof(FromFirst) ? Current.A : source == typeof(FromThird) ? Current.Index : Current.B;

    private void EmitAddressOf(Type address)
    {
        bool indexed = address == typeof(FromBaseAndIndex) && Current.Index != Slot.Zero;
        bool based = Current.Base != Slot.Zero;
        if (based)
        {
            EmitGet(Current.Base, 64);
        }

        if (indexed)
        {
            EmitGet(Current.Index, 64);
            if (Current.Scale != 0)
            {
                _il.EmitInt((int)Current.Scale);
                _il.Emit(OpCodes.Shl);
            }

            if (based)
            {
                _il.Emit(OpCodes.Add);
            }
        }

        if (Current.Displacement != 0 || (!based && !indexed))
        {
            _il.EmitConstant(Current.Displacement);
            if (based || indexed)
            {
                _il.Emit(OpCodes.Add);
            }
        }
    }

    /// <summary>Leaves the region before this micro-operation unless the table holds the page of an access at the address on the stack.</summary>
    private void EmitLookUp(int table, int bytes)
    {
        _il.Emit(OpCodes.Dup);
        _il.Emit(OpCodes.Stloc, _address);
        _il.Emit(OpCodes.Ldc_I4_8);
        _il.Emit(OpCodes.Shr_Un);
        _il.EmitConstant(GuestMemory.TlbOffsetMask);
        _il.Emit(OpCodes.And);
        _il.Emit(OpCodes.Conv_I);
        _il.Emit(OpCodes.Ldarg_1);
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Stloc, _entry);
        _il.Emit(OpCodes.Ldloc, _address);
        if (bytes > 1)
        {
            _il.EmitConstant((ulong)bytes - 1);
            _il.Emit(OpCodes.Add);
        }

        _il.EmitConstant(~0xFFFul);
        _il.Emit(OpCodes.And);
        EmitEntryPart(table);
        _il.Emit(OpCodes.Bne_Un, WayOut());
    }

    /// <summary>The host address of the access that was looked up.</summary>
    private void EmitHost(int table)
    {
        _il.Emit(OpCodes.Ldloc, _address);
        EmitEntryPart(table + 8);
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Conv_I);
    }

    private void EmitEntryPart(int slot)
    {
        _il.Emit(OpCodes.Ldloc, _entry);
        _il.EmitInt(slot);
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Ldind_I8);
    }

    private void EmitHostRead(int table, int bits)
    {
        EmitHost(table);
        EmitUnaligned(bits);

        _il.Emit(bits switch { 64 => OpCodes.Ldind_I8, 32 => OpCodes.Ldind_U4, 16 => OpCodes.Ldind_U2, _ => OpCodes.Ldind_U1 });
        if (bits < 64)
        {
            _il.Emit(OpCodes.Conv_U8);
        }
    }

    private void EmitHostWrite(int bits, Action value)
    {
        EmitHost(Slot.WriteTable);
        value();
        if (bits < 64)
        {
            _il.Emit(OpCodes.Conv_I4);
        }

        EmitUnaligned(bits);

        _il.Emit(bits switch { 64 => OpCodes.Stind_I8, 32 => OpCodes.Stind_I4, 16 => OpCodes.Stind_I2, _ => OpCodes.Stind_I1 });
    }

    /// <summary>Guests align nothing; only hosts that care are told.</summary>
    private void EmitUnaligned(int bits)
    {
        if (bits > 8 && RuntimeInformation.ProcessArchitecture is not (Architecture.X64 or Architecture.X86))
        {
            _il.EmitUnaligned();
        }
    }
}
