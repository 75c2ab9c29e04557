namespace EfiEmu.Sdk;

/// <summary>A guest written in C#: a loader or kernel that firmware loads and starts like any image.</summary>
/// <remarks>
/// The class carries <see cref="GuestAttribute"/>. It is made each time that its image is started, and its constructor may
/// ask for what <see cref="IFirmwareContext"/> offers constructors.
/// </remarks>
public interface IGuestImage
{
    /// <summary>The entry point; what it returns goes to StartImage's caller.</summary>
    EfiStatus Run(IGuestContext guest);
}

/// <summary>What a guest written in C# has: its handle, the system table, and calls to what it finds there.</summary>
/// <remarks>
/// Every call goes through the function pointers in guest memory, so that a report shows it as it shows a binary's, and so
/// that a pointer which somebody hooked leads to the hook.
/// </remarks>
public interface IGuestContext : IFunctionHost
{
    /// <summary>The image's own handle.</summary>
    EfiHandle ImageHandle { get; }

    /// <summary>EFI_SYSTEM_TABLE.</summary>
    GuestAddress SystemTable { get; }

    /// <summary>Boot services, with C# types.</summary>
    GuestBootServices BootServices { get; }

    /// <summary>The guest's stack pointer; see <see cref="StackScope"/>, which moves it.</summary>
    GuestAddress StackPointer { get; set; }

    /// <summary>Calls a function with the Microsoft x64 convention and gives its RAX.</summary>
    ulong Call(GuestAddress function, params ReadOnlySpan<ulong> arguments);

    /// <summary>Jumps to code that this image has put into memory, as a loader that is out of boot services jumps to its kernel.</summary>
    /// <param name="entry">Where the code begins: outside every image, or the report does not see a hand-over.</param>
    /// <param name="bootParameters">Goes into RSI, where Linux's 64-bit boot protocol has the address of boot_params.</param>
    /// <returns>What the code leaves in RAX should it return. A boot that ends at the hand-over never comes back.</returns>
    /// <remarks>Documentation/arch/x86/boot.rst, 64-bit boot protocol.</remarks>
    ulong HandOver(GuestAddress entry, GuestAddress bootParameters);

    /// <inheritdoc/>
    EfiResult<GuestAddress> IFunctionHost.AllocatePool(MemoryType memoryType, ulong bytes) => BootServices.AllocatePool(memoryType, bytes);
}
