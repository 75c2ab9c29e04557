using Microsoft.Extensions.Logging;

namespace EfiEmu.Hosting;

/// <summary>What the service logs. The scope of a boot carries BootId, Guest and Platform.</summary>
internal static partial class BootLogMessages
{
    public static IDisposable? BeginBoot(this ILogger logger, IBoot boot) => logger.BeginScope(new KeyValuePair<string, object?>[]
    {
        new("BootId", boot.Id),
        new("Guest", boot.Request.Guest.Name),
        new("Platform", boot.Request.Platform),
    });

    [LoggerMessage(1, LogLevel.Information, "boot started")]
    public static partial void Started(this ILogger logger);

    [LoggerMessage(2, LogLevel.Information, "boot ended: {Verdict} (exit code {ExitCode}, {Instructions} instructions, {Seconds:F3} s)")]
    public static partial void Ended(this ILogger logger, string verdict, int exitCode, ulong instructions, double seconds);

    [LoggerMessage(3, LogLevel.Warning, "boot cancelled after {Seconds:F3} s")]
    public static partial void Cancelled(this ILogger logger, double seconds);

    [LoggerMessage(4, LogLevel.Error, "boot failed")]
    public static partial void Failed(this ILogger logger, Exception fault);

    [LoggerMessage(5, LogLevel.Warning, "boot {BootId} of {Guest} was still waiting and is cancelled: the service stops")]
    public static partial void Dropped(this ILogger logger, long bootId, string guest);
}
