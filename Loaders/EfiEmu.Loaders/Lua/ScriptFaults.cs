using EfiEmu.Firmware;

namespace EfiEmu.Loaders.Lua;

/// <summary>A request of a script that cannot be met; becomes an error at the script's line.</summary>
internal sealed class RequestException(string message) : Exception(message)
{
    /// <summary>Whether the message names a line of the script already.</summary>
    public bool NamesTheLine { get; init; }
}

/// <summary>An error that a function of the script raised while firmware or a guest called it. Ends the boot.</summary>
internal sealed class ScriptErrorException(string message) : BootAbandonedException(message)
{
    /// <summary>Whether the message comes from Lua, which names the line where there is one.</summary>
    public bool NamesTheLine { get; init; }
}

/// <summary>A budget of the script that ran out. Ends the script.</summary>
internal sealed class ScriptBudgetException(string message) : BootAbandonedException(message);
