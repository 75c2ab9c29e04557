using EfiEmu.Firmware.Reports;
using EfiEmu.Firmware.Variables;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Services;

/// <summary>The runtime services that are neither time nor variables, and what they share.</summary>
/// <remarks>UEFI 2.10 chapter 8; MdeModulePkg/Core/RuntimeDxe/Runtime.c.</remarks>
internal sealed class RuntimeServices(BootServicesExit exit, VariableStore variables)
{
    private const uint ResetTypes = 4;
    private const ulong OptionalPointer = 1;

    /// <summary>The variables.</summary>
    public VariableStore Variables => variables;

    /// <summary>SetVirtualAddressMap.</summary>
    /// <returns>UNSUPPORTED before ExitBootServices; INVALID_PARAMETER for another descriptor version or a stride below 40.</returns>
    public EfiStatus SetVirtualAddressMap(ulong descriptorSize, uint descriptorVersion)
    {
        if (!exit.Succeeded)
        {
            return EfiStatus.Unsupported;
        }

        return descriptorVersion != MemoryDescriptor.Version || descriptorSize < MemoryDescriptor.Size
            ? EfiStatus.InvalidParameter
            : throw new BootStoppedException(BootEnd.NotModelled, "rt.SetVirtualAddressMap after ExitBootServices is not modelled");
    }

    /// <summary>ConvertPointer while no virtual map is set.</summary>
    /// <returns>INVALID_PARAMETER for NULL that is not said to be optional; SUCCESS for an optional NULL; NOT_FOUND else.</returns>
    public static EfiStatus ConvertPointer(ulong disposition, GuestAddress pointer)
    {
        if (pointer.IsNull)
        {
            return (disposition & OptionalPointer) != 0 ? EfiStatus.Success : EfiStatus.InvalidParameter;
        }

        return EfiStatus.NotFound;
    }

    /// <summary>ResetSystem: the boot ends here.</summary>
    public static BootStoppedException ResetSystem(uint type, EfiStatus status)
    {
        string kind = type switch
        {
            0 => "EfiResetCold",
            1 => "EfiResetWarm",
            2 => "EfiResetShutdown",
            3 => "EfiResetPlatformSpecific",
            _ => $"a reset of unknown type {type}",
        };
        return new BootStoppedException(BootEnd.Returned, $"the guest called ResetSystem ({kind}, {status})")
        {
            Status = type < ResetTypes ? status : EfiStatus.InvalidParameter,
        };
    }
}
