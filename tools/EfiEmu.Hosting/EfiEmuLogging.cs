using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Extensions.Logging;

namespace EfiEmu.Hosting;

/// <summary>Structured logs by Serilog, to standard error or to a file, as the options say.</summary>
public static class EfiEmuLogging
{
    private const string Template =
        "{Timestamp:yyyy-MM-ddTHH:mm:ss.fffzzz} {Level:u3} {Message:lj} {Properties:j}{NewLine}{Exception}";

    /// <summary>Adds Serilog. Lines about a boot carry the properties BootId, Guest and Platform.</summary>
    public static ILoggingBuilder AddEfiEmuLogging(this ILoggingBuilder logging)
    {
        ArgumentNullException.ThrowIfNull(logging);
        // The level is the options' alone; Serilog applies it.
        logging.SetMinimumLevel(LogLevel.Trace);
        logging.Services.AddSingleton<ILoggerProvider>(services =>
            new SerilogLoggerProvider(Create(services.GetRequiredService<IOptions<EfiEmuOptions>>().Value), dispose: true));
        return logging;
    }

    private static Logger Create(EfiEmuOptions options)
    {
        LoggerConfiguration configuration = new LoggerConfiguration().Enrich.FromLogContext();
        if (options.LogLevel == LogLevel.None)
        {
            return configuration.CreateLogger();
        }

        configuration.MinimumLevel.Is(LevelConvert.ToSerilogLevel(options.LogLevel));
        _ = options.LogFile is { } file
            ? configuration.WriteTo.File(file, outputTemplate: Template, formatProvider: CultureInfo.InvariantCulture)
            : configuration.WriteTo.Console(
                outputTemplate: Template, formatProvider: CultureInfo.InvariantCulture, standardErrorFromLevel: LogEventLevel.Verbose);
        return configuration.CreateLogger();
    }
}
