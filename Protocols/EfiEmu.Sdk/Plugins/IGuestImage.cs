namespace EfiEmu.Sdk;

/// <summary>A guest written in C#: a loader or kernel that firmware loads and starts like any image.</summary>
public interface IGuestImage
{
    /// <summary>The name after "guest:" on the command line.</summary>
    string Name { get; }

    /// <summary>One line for a listing and for the report.</summary>
    string Description { get; }

    /// <summary>The entry point; what it returns goes to StartImage's caller.</summary>
    EfiStatus Run(IGuestContext guest);
}

/// <summary>What a guest written in C# has: the system table, and calls to what it finds there.</summary>
/// <remarks>
/// Every call goes through the function pointers in guest memory, so that a report shows it as it shows a binary's, and so
/// that a pointer which somebody hooked leads to the hook.
/// </remarks>
public interface IGuestContext
{
    /// <summary>The image's own handle.</summary>
    EfiHandle ImageHandle { get; }

    /// <summary>EFI_SYSTEM_TABLE.</summary>
    GuestAddress SystemTable { get; }

    /// <summary>Guest memory.</summary>
    IGuestMemory Memory { get; }

    /// <summary>Room on the guest's stack, zeroed, until the guest returns: out parameters live there, not in the memory map.</summary>
    GuestAddress ReserveStack(ulong bytes);

    /// <summary>Calls a function with the Microsoft x64 convention and gives its RAX.</summary>
    ulong Call(GuestAddress function, params ReadOnlySpan<ulong> arguments);

    /// <summary>Prints on ConOut.</summary>
    void Print(string text);

    /// <summary>AllocatePool.</summary>
    EfiResult<GuestAddress> AllocatePool(MemoryType type, ulong bytes);

    /// <summary>GetMemoryMap.</summary>
    /// <param name="size">Room in the buffer; what firmware wrote to *MemoryMapSize afterwards.</param>
    /// <param name="buffer">The buffer, or NULL.</param>
    /// <param name="key">The map key.</param>
    /// <param name="stride">The descriptor size.</param>
    EfiStatus GetMemoryMap(ref ulong size, GuestAddress buffer, out ulong key, out ulong stride);

    /// <summary>ExitBootServices.</summary>
    EfiStatus ExitBootServices(ulong key);

    /// <summary>LocateProtocol.</summary>
    EfiResult<GuestAddress> LocateProtocol(Guid protocol);

    /// <summary>InstallConfigurationTable.</summary>
    EfiStatus InstallConfigurationTable(Guid guid, GuestAddress table);
}
