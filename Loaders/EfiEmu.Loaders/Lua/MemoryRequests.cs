using System.Text;
using EfiEmu.Sdk;

namespace EfiEmu.Loaders.Lua;

/// <summary>Guest memory, as a guest or a hook touches it.</summary>
internal sealed class MemoryRequests(ScriptSession session)
{
    private IGuestMemory Memory => session.Memory;

    /// <summary>The requests.</summary>
    public IEnumerable<RequestRow> Rows =>
    [
        Row("memory_read", r => r.Results.Push(Read(r.Address(0), r.Integer(1)))),
        Row("memory_write", r => Write(r.Address(0), r.Unsigned(1), r.Integer(2))),
        Row("memory_read_bytes", r =>
        {
            r.CheckRoom(r.Unsigned(1));
            r.Results.Push(Memory.ReadBytes(r.Address(0), (int)r.Integer(1)).AsSpan());
        }),
        Row("memory_write_bytes", r => Memory.Write(r.Address(0), r.Bytes(1))),
        Row("memory_fill", r => Memory.Fill(r.Address(0), r.Unsigned(1), (byte)r.Integer(2))),
        Row("memory_read_guid", r => r.Results.Push(Memory.ReadGuid(r.Address(0)))),
        Row("memory_write_guid", r => Memory.WriteGuid(r.Address(0), r.Guid(1))),
        Row("memory_read_utf16", r => r.Results.Push(Encoding.UTF8.GetBytes(Memory.ReadUtf16(r.Address(0))).AsSpan())),
        Row("memory_write_utf16", r => Memory.WriteUtf16(r.Address(0), r.Text(1))),
    ];

    private static RequestRow Row(string name, Action<ScriptRequest> answer) => new(name, RequestNeed.Memory, answer);

    private ulong Read(GuestAddress address, long bits) => bits switch
    {
        8 => Memory.ReadByte(address),
        16 => Memory.ReadUInt16(address),
        32 => Memory.ReadUInt32(address),
        _ => Memory.ReadUInt64(address),
    };

    private void Write(GuestAddress address, ulong value, long bits)
    {
        switch (bits)
        {
            case 8:
                Memory.WriteByte(address, (byte)value);
                break;
            case 16:
                Memory.WriteUInt16(address, (ushort)value);
                break;
            case 32:
                Memory.WriteUInt32(address, (uint)value);
                break;
            default:
                Memory.WriteUInt64(address, value);
                break;
        }
    }
}
