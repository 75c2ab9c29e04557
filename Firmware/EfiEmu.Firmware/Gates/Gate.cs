using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Gates;

/// <summary>A C# function behind a guest address.</summary>
internal sealed record Gate(GuestAddress Address, FunctionSignature Signature, GuestFunction Body);
