namespace EfiEmu.Sdk;

/// <summary>What it takes to put an interface of C# functions into guest memory. Protocol plugins and guests both have it.</summary>
public interface IFunctionHost
{
    /// <summary>Guest memory.</summary>
    IGuestMemory Memory { get; }

    /// <summary>Puts a C# function behind a guest address; calling that address runs it, whoever calls.</summary>
    /// <param name="signature">What traces and reports call it.</param>
    /// <param name="body">The function.</param>
    GuestAddress CreateFunction(FunctionSignature signature, GuestFunction body);

    /// <summary>AllocatePool, as the owner of this host calls it.</summary>
    /// <returns>The buffer. INVALID_PARAMETER for a type that cannot be allocated; OUT_OF_RESOURCES when nothing fits.</returns>
    EfiResult<GuestAddress> AllocatePool(MemoryType memoryType, ulong bytes);
}
