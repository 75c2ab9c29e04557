using FsCheck;
using FsCheck.Fluent;

namespace EfiEmu.Platforms.Tests;

/// <summary>Runs properties with a fixed seed: a test that fails once fails always.</summary>
internal static class Properties
{
    public static void Hold<T>(Gen<T> inputs, Action<T> property, int cases = 300) =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(cases).WithReplay(0x5eed, 0x1234567),
            Prop.ForAll(inputs.ToArbitrary(), property));
}
