using Iced.Intel;

namespace EfiEmu.Cpu.Translation;

/// <summary>Gives the decoder guest bytes, until a page that may not be executed.</summary>
internal sealed unsafe class GuestCodeReader(CodeCache cache) : CodeReader
{
    private byte* _host;
    private ulong _page = 1;

    /// <summary>The address of the next byte.</summary>
    public ulong Position { get; private set; }

    public void Start(ulong address)
    {
        Position = address;
        _page = 1;
    }

    public override int ReadByte()
    {
        ulong page = Position & ~0xFFFul;
        if (page != _page)
        {
            _host = (byte*)cache.HostForExecute(page);
            if (_host == null)
            {
                return -1;
            }

            _page = page;
        }

        return _host[Position++ & 0xFFF];
    }
}
