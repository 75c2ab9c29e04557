using System.Globalization;

namespace EfiEmu.Platforms;

/// <summary>The guest touched more memory than the boot may hold. Ends a boot as "budget".</summary>
/// <param name="budgetBytes">The budget.</param>
public sealed class TouchedMemoryBudgetException(ulong budgetBytes)
    : Exception("the guest touched more memory than its budget of "
        + budgetBytes.ToString(CultureInfo.InvariantCulture) + " bytes")
{
    /// <summary>The budget, in bytes.</summary>
    public ulong BudgetBytes { get; } = budgetBytes;
}
