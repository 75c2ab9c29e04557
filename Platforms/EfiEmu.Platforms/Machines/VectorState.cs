using System.Runtime.Intrinsics;
using EfiEmu.Cpu;

namespace EfiEmu.Platforms;

/// <summary>XMM0 to XMM15, MXCSR, x87 and MMX: what an interrupt saves beside the general-purpose registers.</summary>
public sealed class VectorState
{
    private const int Registers = 16;

    private readonly Vector128<byte>[] _xmm;
    private readonly uint _mxcsr;

    private readonly FloatState _float;

    private VectorState(Vector128<byte>[] xmm, uint mxcsr, FloatState floats)
    {
        _xmm = xmm;
        _mxcsr = mxcsr;
        _float = floats;
    }

    internal static VectorState Of(Processor processor)
    {
        var xmm = new Vector128<byte>[Registers];
        for (int i = 0; i < Registers; i++)
        {
            xmm[i] = processor.GetXmm(i);
        }

        return new VectorState(xmm, processor.Mxcsr, processor.SaveFloat());
    }

    internal void ApplyTo(Processor processor)
    {
        for (int i = 0; i < Registers; i++)
        {
            processor.SetXmm(i, _xmm[i]);
        }

        processor.Mxcsr = _mxcsr;
        processor.RestoreFloat(_float);
    }
}
