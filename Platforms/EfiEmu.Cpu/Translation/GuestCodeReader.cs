using Iced.Intel;

namespace EfiEmu.Cpu.Translation;

/// <summary>Gives the decoder guest bytes, until a page that may not be executed.</summary>
internal sealed unsafe class GuestCodeReader(CodeCache cache) : CodeReader
{
    private byte* _host;
    private ulong _page = 1;
    private ulong _last = ulong.MaxValue;

    /// <summary>The address of the next byte.</summary>
    public ulong Position { get; private set; }

    /// <summary>Goes to an address; nothing is read behind the last.</summary>
    public void Start(ulong address, ulong last)
    {
        Position = address;
        _last = last;
        _page = 1;
    }

    public override int ReadByte()
    {
        if (Position > _last)
        {
            return -1;
        }

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
