using System.Buffers.Binary;
using EfiEmu.Sdk;

namespace EfiEmu.Loaders;

/// <summary>Base relocations of an image that lies in guest memory.</summary>
/// <remarks>PE/COFF specification section 6.6; BasePeCoffLib of edk2 for the statuses.</remarks>
internal sealed class PeRelocations(IGuestMemory memory, GuestAddress address, uint sizeOfImage)
{
    private const uint BlockHeaderSize = 8;
    private const int ChunkSize = 4096;

    private readonly byte[] _chunk = new byte[ChunkSize];

    public void Apply(PeHeaders headers)
    {
        ulong adjust = unchecked(address.Value - headers.ImageBase);
        if (adjust != 0)
        {
            RewriteImageBase(headers);
        }

        PeDirectory directory = headers.RelocationDirectory;
        if (directory.Size == 0)
        {
            return;
        }

        ulong end = (ulong)directory.VirtualAddress + directory.Size;
        if (end > sizeOfImage)
        {
            throw PeFormatException.LoadError(
                $"relocation directory: 0x{directory.VirtualAddress:x}-0x{end:x} ends beyond the image (SizeOfImage 0x{sizeOfImage:x})");
        }

        if (adjust != 0)
        {
            ApplyBlocks(directory.VirtualAddress, end, adjust);
        }
    }

    private void RewriteImageBase(PeHeaders headers)
    {
        if (headers.IsPe32Plus)
        {
            memory.WriteUInt64(address + headers.ImageBaseOffset, address.Value);
        }
        else
        {
            memory.WriteUInt32(address + headers.ImageBaseOffset, (uint)address.Value);
        }
    }

    private void ApplyBlocks(ulong start, ulong end, ulong adjust)
    {
        // Firmware looks for a further block while its first byte lies before the directory's last byte.
        Span<byte> header = stackalloc byte[(int)BlockHeaderSize];
        for (ulong block = start; block < end - 1;)
        {
            if (block + BlockHeaderSize > sizeOfImage)
            {
                throw PeFormatException.LoadError($"relocation block at 0x{block:x}: its header ends beyond the image");
            }

            memory.Read(address + block, header);
            uint page = BinaryPrimitives.ReadUInt32LittleEndian(header);
            uint size = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
            if (size == 0)
            {
                throw PeFormatException.LoadError($"relocation block at 0x{block:x}: SizeOfBlock is 0");
            }

            if (block + size > end)
            {
                throw PeFormatException.LoadError(
                    $"relocation block at 0x{block:x}: SizeOfBlock 0x{size:x} ends beyond the directory (0x{end:x})");
            }

            if (page >= sizeOfImage)
            {
                throw PeFormatException.LoadError(
                    $"relocation block at 0x{block:x}: VirtualAddress 0x{page:x} lies beyond the image (SizeOfImage 0x{sizeOfImage:x})");
            }

            ApplyEntries(block + BlockHeaderSize, block + size, page, adjust);
            block += size;
        }
    }

    private void ApplyEntries(ulong start, ulong end, uint page, ulong adjust)
    {
        for (ulong position = start; position < end; position += ChunkSize)
        {
            // A block with an odd size has a last entry that ends one byte behind it.
            ulong bytes = Math.Min(ChunkSize, (end - position + 1) & ~1UL);
            if (position + bytes > sizeOfImage)
            {
                throw PeFormatException.LoadError($"relocation entry at 0x{sizeOfImage - 1:x}: ends beyond the image");
            }

            Span<byte> chunk = _chunk.AsSpan(0, (int)bytes);
            memory.Read(address + position, chunk);
            for (int i = 0; i < chunk.Length; i += 2)
            {
                ushort entry = BinaryPrimitives.ReadUInt16LittleEndian(chunk[i..]);
                ApplyEntry(entry >> 12, (ulong)page + (entry & 0xfffu), adjust);
            }
        }
    }

    private void ApplyEntry(int type, ulong rva, ulong adjust)
    {
        if (rva >= sizeOfImage)
        {
            throw PeFormatException.LoadError($"relocation of 0x{rva:x}: lies beyond the image (SizeOfImage 0x{sizeOfImage:x})");
        }

        uint width = type switch
        {
            0 => 1,
            1 or 2 => 2,
            3 => 4,
            10 => 8,
            _ => throw PeFormatException.Unsupported($"relocation of 0x{rva:x}: type {type} is not known on x86"),
        };
        if (rva + width > sizeOfImage)
        {
            throw PeFormatException.LoadError(
                $"relocation of 0x{rva:x}: {width} bytes end beyond the image (SizeOfImage 0x{sizeOfImage:x})");
        }

        GuestAddress target = address + rva;
        switch (type)
        {
            case 1:
                memory.WriteUInt16(target, unchecked((ushort)(memory.ReadUInt16(target) + (adjust >> 16))));
                break;
            case 2:
                memory.WriteUInt16(target, unchecked((ushort)(memory.ReadUInt16(target) + adjust)));
                break;
            case 3:
                memory.WriteUInt32(target, unchecked((uint)(memory.ReadUInt32(target) + adjust)));
                break;
            case 10:
                memory.WriteUInt64(target, unchecked(memory.ReadUInt64(target) + adjust));
                break;
        }
    }
}
