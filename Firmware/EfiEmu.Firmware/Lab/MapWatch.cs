using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware;

/// <summary>One GetMemoryMap call of a loader, with what firmware thought of it.</summary>
/// <param name="BufferBytes">The size of the loader's buffer.</param>
/// <param name="RequiredBytes">The size that firmware asks for: on edk2 an over-estimate.</param>
/// <param name="Descriptors">Descriptors in the map.</param>
/// <param name="DescriptorSize">The stride in bytes.</param>
/// <param name="Status">What the call returned.</param>
public sealed record MapRequest(ulong BufferBytes, ulong RequiredBytes, int Descriptors, uint DescriptorSize, EfiStatus Status)
{
    /// <summary>The descriptors that fit into the buffer.</summary>
    public int Room => (int)(BufferBytes / DescriptorSize);

    /// <summary>The descriptors that firmware asks room for.</summary>
    public int Required => (int)(RequiredBytes / DescriptorSize);
}

/// <summary>Watches a loader's way out of boot services: its GetMemoryMap and ExitBootServices calls.</summary>
internal sealed class MapWatch(IBootBench bench)
{
    private const string BootServices = "bs";
    private MemoryMap? _asked;

    /// <summary>The last GetMemoryMap call that returned; null before the first.</summary>
    public MapRequest? Last { get; private set; }

    public static bool IsGetMemoryMap(FunctionSignature function) => function is { Interface: BootServices, Name: "GetMemoryMap" };

    public static bool IsExit(FunctionSignature function) => function is { Interface: BootServices, Name: "ExitBootServices" };

    /// <summary>The loader calls a function.</summary>
    public void Calling(FunctionSignature function)
    {
        if (IsGetMemoryMap(function))
        {
            _asked = bench.BootServices.GetMemoryMap();
        }
    }

    /// <summary>A record was added; true when it completes a GetMemoryMap call, which <see cref="Last"/> is then.</summary>
    public bool Completes(BootEvent happened)
    {
        if (happened is not MemoryMapFetched fetched || _asked is not { } asked)
        {
            return false;
        }

        Last = new MapRequest(fetched.BufferBytes, asked.RequiredSize, fetched.Descriptors, fetched.DescriptorSize, fetched.Status);
        _asked = null;
        return true;
    }
}
