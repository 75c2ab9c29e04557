using EfiEmu.Sdk;

namespace EfiEmu.Firmware;

/// <summary>An image whose entry point is C#. It lies in memory like any other, but its code is on the host.</summary>
public interface IManagedImage : ILoadableImage
{
    /// <summary>What a report calls the image's code: its class, and for a plugin from a file that file.</summary>
    string Origin { get; }

    /// <summary>The entry point.</summary>
    /// <param name="caller">How the image calls functions.</param>
    /// <param name="image">Its handle.</param>
    /// <param name="systemTable">EFI_SYSTEM_TABLE.</param>
    EfiStatus Run(IGuestCaller caller, EfiHandle image, GuestAddress systemTable);
}

/// <summary>Calls by an image whose code is C#, in the place of a processor that would make them.</summary>
public interface IGuestCaller
{
    /// <summary>Guest memory.</summary>
    IGuestMemory Memory { get; }

    /// <summary>Calls a function as the guest: the report shows it.</summary>
    ulong Call(GuestAddress function, params ReadOnlySpan<ulong> arguments);

    /// <summary>What constructors of guests may ask for; see <see cref="IFirmwareContext"/>.</summary>
    IServiceProvider Services { get; }

    /// <summary>The guest's stack pointer. What lies below it belongs to the functions that the guest calls.</summary>
    GuestAddress StackPointer { get; set; }

    /// <summary>Puts a C# function behind a guest address: a notify function, or a member of a protocol that the guest offers.</summary>
    GuestAddress CreateFunction(FunctionSignature signature, GuestFunction body);
}
