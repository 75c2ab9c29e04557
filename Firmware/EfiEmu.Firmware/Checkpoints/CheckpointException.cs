namespace EfiEmu.Firmware;

/// <summary>A boot cannot be kept at a checkpoint: an object in it has state that fields do not show.</summary>
/// <param name="path">How the object is reached: BootMachine.Gates._gates[12].Body.</param>
/// <param name="type">Its type.</param>
/// <param name="fault">What is wrong with it.</param>
public sealed class CheckpointException(string path, Type type, string fault)
    : Exception($"the boot cannot be kept at a checkpoint: {path} is a {type}: {fault}")
{
    /// <summary>How the object is reached.</summary>
    public string Path { get; } = path;
}
