namespace EfiEmu.Cli;

/// <summary>The command's own exit codes; 0, 1, 3 and 4 come from the boot's outcome.</summary>
internal static class ExitCode
{
    /// <summary>Done; of a boot: the guest reached its end.</summary>
    public const int Success = 0;

    /// <summary>Bad usage or input.</summary>
    public const int BadInput = 2;

    /// <summary>Something that EfiEmu does not model.</summary>
    public const int NotModelled = 3;

    /// <summary>A bug in EfiEmu; sysexits' EX_SOFTWARE.</summary>
    public const int InternalError = 70;

    /// <summary>Interrupted; 128 + SIGINT.</summary>
    public const int Interrupted = 130;
}
