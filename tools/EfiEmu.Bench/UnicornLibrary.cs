using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace EfiEmu.Bench;

/// <summary>The functions of libunicorn that are needed here (unicorn/unicorn.h, version 2).</summary>
/// <remarks>Loaded where it is installed; nothing is built against it.</remarks>
internal sealed unsafe class UnicornLibrary : IDisposable
{
    private const string FileName = "libunicorn.so.2";
    private const int Ok = 0;

    private readonly nint _library;
    private readonly delegate* unmanaged[Cdecl]<int, int, nint*, int> _open;
    private readonly delegate* unmanaged[Cdecl]<nint, int> _close;
    private readonly delegate* unmanaged[Cdecl]<nint, ulong, nuint, uint, void*, int> _mapMemory;
    private readonly delegate* unmanaged[Cdecl]<nint, int, ulong*, int> _writeRegister;
    private readonly delegate* unmanaged[Cdecl]<nint, int, ulong*, int> _readRegister;
    private readonly delegate* unmanaged[Cdecl]<nint, ulong, ulong, ulong, nuint, int> _start;
    private readonly delegate* unmanaged[Cdecl]<int, byte*> _describe;

    private UnicornLibrary(nint library)
    {
        _library = library;
        _open = (delegate* unmanaged[Cdecl]<int, int, nint*, int>)NativeLibrary.GetExport(library, "uc_open");
        _close = (delegate* unmanaged[Cdecl]<nint, int>)NativeLibrary.GetExport(library, "uc_close");
        _mapMemory = (delegate* unmanaged[Cdecl]<nint, ulong, nuint, uint, void*, int>)NativeLibrary.GetExport(library, "uc_mem_map_ptr");
        _writeRegister = (delegate* unmanaged[Cdecl]<nint, int, ulong*, int>)NativeLibrary.GetExport(library, "uc_reg_write");
        _readRegister = (delegate* unmanaged[Cdecl]<nint, int, ulong*, int>)NativeLibrary.GetExport(library, "uc_reg_read");
        _start = (delegate* unmanaged[Cdecl]<nint, ulong, ulong, ulong, nuint, int>)NativeLibrary.GetExport(library, "uc_emu_start");
        _describe = (delegate* unmanaged[Cdecl]<int, byte*>)NativeLibrary.GetExport(library, "uc_strerror");
    }

    /// <summary>Loads the library; false where it is not installed.</summary>
    public static bool TryLoad([NotNullWhen(true)] out UnicornLibrary? library)
    {
        library = NativeLibrary.TryLoad(FileName, out nint handle) ? new UnicornLibrary(handle) : null;
        return library is not null;
    }

    /// <summary>A new x86 engine in 64-bit mode, where addresses are physical.</summary>
    public nint Open()
    {
        const int ArchitectureX86 = 4;
        const int Mode64 = 8;
        nint engine;
        Check(_open(ArchitectureX86, Mode64, &engine), "uc_open");
        return engine;
    }

    /// <summary>Gives an engine back.</summary>
    public void Close(nint engine) => Check(_close(engine), "uc_close");

    /// <summary>Makes host memory RAM of the engine: to be read, written and run.</summary>
    public void MapMemory(nint engine, ulong address, ulong bytes, nint host)
    {
        const uint ReadWriteExecute = 7;
        Check(_mapMemory(engine, address, (nuint)bytes, ReadWriteExecute, (void*)host), "uc_mem_map_ptr");
    }

    /// <summary>Sets a register by its number in uc_x86_reg.</summary>
    public void WriteRegister(nint engine, int register, ulong value) => Check(_writeRegister(engine, register, &value), "uc_reg_write");

    /// <summary>A register by its number in uc_x86_reg.</summary>
    public ulong ReadRegister(nint engine, int register)
    {
        ulong value;
        Check(_readRegister(engine, register, &value), "uc_reg_read");
        return value;
    }

    /// <summary>Runs from an address until another, without limits.</summary>
    public void Start(nint engine, ulong begin, ulong until) => Check(_start(engine, begin, until, 0, 0), "uc_emu_start");

    /// <inheritdoc/>
    public void Dispose() => NativeLibrary.Free(_library);

    private void Check(int error, string function)
    {
        if (error != Ok)
        {
            throw new ReplayException($"Unicorn: {function}: {Marshal.PtrToStringUTF8((nint)_describe(error))}");
        }
    }
}
