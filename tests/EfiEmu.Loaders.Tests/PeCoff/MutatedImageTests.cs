using System.Buffers.Binary;
using EfiEmu.Firmware;
using EfiEmu.Loaders.Tests.Support;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Loaders.Tests.PeCoff;

public sealed class MutatedImageTests
{
    private const int MutantsPerImage = 1600;
    private const ulong Address = 0x10_0000_0000;

    public static TheoryData<string> Seeds() => ["events", "exitboot3", "image", "memory", "misc", "protocol", "synthetic", "relocatable", "pe32"];

    private static byte[] Seed(string name) => name switch
    {
        "synthetic" => PeBuilder.Application().Build(),
        "relocatable" => PeBuilder.Relocatable(
            PeBuilder.Block(0x1000, 0xa000, 0xa008, 0x3010, 0x1020, 0x2028, 0x0000), PeBuilder.Block(0x2000, 0xa010, 0xa100)).Build(),
        "pe32" => PeBuilder.Application().With(b => { b.IsPe32Plus = false; b.Machine = 0x14c; }).Build(),
        _ => Probes.Read(name),
    };

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Loader_MutatedImage_AnswersWithAStatusAndTouchesItsImageOnly(string name)
    {
        byte[] seed = Seed(name);
        var random = new Random(name.Length * 7919);
        int loaded = 0;
        for (int i = 0; i < MutantsPerImage; i++)
        {
            byte[] mutant = Mutate(seed, random);
            loaded += Try(mutant) ? 1 : 0;
        }

        // Mutants that never get past the headers would test nothing.
        Assert.InRange(loaded, MutantsPerImage / 20, MutantsPerImage);
    }

    private static bool Try(byte[] file)
    {
        string? refusal = ImageDescriber.Refusal(file);
        Assert.NotEmpty(ImageDescriber.Describe(file).Description);
        EfiResult<ILoadableImage> result = new PeImageLoader().Parse(file, out string? fault);
        AssertOneLine(result.Status, fault);
        if (!result.TryGet(out ILoadableImage image))
        {
            Assert.NotNull(refusal);
            return false;
        }

        ulong address = image.RelocationsStripped ? image.PreferredBase : Address;
        var memory = new SparseGuestMemory(address, image.SizeOfImage);
        EfiStatus status = image.Load(memory, new GuestAddress(address), out fault);
        AssertOneLine(status, fault);
        Assert.InRange(memory.TouchedPages, 0, (file.Length / 4096) + 2048);
        return status == EfiStatus.Success;
    }

    private static void AssertOneLine(EfiStatus status, string? fault)
    {
        Assert.Equal(status.IsError, fault is not null);
        Assert.DoesNotContain('\n', fault ?? "");
        Assert.InRange(fault?.Length ?? 1, 1, 200);
        Assert.Contains(
            status, new[] { EfiStatus.Success, EfiStatus.Unsupported, EfiStatus.LoadError, EfiStatus.InvalidParameter });
    }

    private static byte[] Mutate(byte[] seed, Random random)
    {
        byte[] file = [.. seed];
        int rounds = random.Next(1, 4);
        for (int round = 0; round < rounds; round++)
        {
            switch (random.Next(6))
            {
                case 0:
                    file = file[..random.Next(file.Length + 1)];
                    break;
                case 1:
                    Flip(file, random, file.Length);
                    break;
                case 2:
                    Flip(file, random, 0x400);
                    break;
                case 3:
                    SetField(file, random, 0x400);
                    break;
                case 4:
                    SetRelocation(file, random);
                    break;
                default:
                    SetField(file, random, file.Length);
                    break;
            }
        }

        return file;
    }

    private static void Flip(byte[] file, Random random, int within)
    {
        int limit = Math.Min(within, file.Length);
        if (limit > 0)
        {
            file[random.Next(limit)] ^= (byte)(1 << random.Next(8));
        }
    }

    private static void SetField(byte[] file, Random random, int within)
    {
        int limit = Math.Min(within, file.Length) - 4;
        if (limit > 0)
        {
            uint[] values = [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0xffff_f000, 0x1000, (uint)file.Length, (uint)random.NextInt64(1L << 32)];
            BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(random.Next(limit)), values[random.Next(values.Length)]);
        }
    }

    private static void SetRelocation(byte[] file, Random random)
    {
        // The relocation section is the last one of every seed that has one.
        int start = Math.Max(0, file.Length - 0x200);
        if (file.Length - start >= 4)
        {
            int at = start + random.Next((file.Length - start) / 2);
            BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(Math.Min(at, file.Length - 2)), (ushort)random.Next(0x10000));
        }
    }
}
