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
        logging.Services.AddSingleton<ILoggerProvider>(services => new SerilogLoggerProvider(Create(services), dispose: true));
        return logging;
    }

    // Loggers are made before the host checks its options, and must not touch a file before it has.
    private static Logger Create(IServiceProvider services)
    {
        var options = new EfiEmuOptions();
        foreach (IConfigureOptions<EfiEmuOptions> configure in services.GetServices<IConfigureOptions<EfiEmuOptions>>())
        {
            configure.Configure(options);
        }

        LogEventLevel least = options.LogLevel == LogLevel.None ? LogEventLevel.Fatal + 1 : LevelConvert.ToSerilogLevel(options.LogLevel);
        return new LoggerConfiguration()
            .MinimumLevel.Is(least)
            .Enrich.FromLogContext()
            .WriteTo.Sink(new LateSink(() => Target(services.GetRequiredService<IOptions<EfiEmuOptions>>().Value)))
            .CreateLogger();
    }

    private static Logger Target(EfiEmuOptions options)
    {
        LoggerConfiguration configuration = new LoggerConfiguration().MinimumLevel.Verbose();
        return (options.LogFile is { } file
            ? configuration.WriteTo.File(file, outputTemplate: Template, formatProvider: CultureInfo.InvariantCulture)
            : configuration.WriteTo.Console(
                outputTemplate: Template, formatProvider: CultureInfo.InvariantCulture, standardErrorFromLevel: LogEventLevel.Verbose))
            .CreateLogger();
    }

    /// <summary>Opens what it writes to when there is something to write.</summary>
    private sealed class LateSink(Func<Logger> open) : ILogEventSink, IDisposable
    {
        private readonly Lazy<Logger> _target = new(open);

        public void Emit(LogEvent logEvent) => _target.Value.Write(logEvent);

        public void Dispose()
        {
            if (_target.IsValueCreated)
            {
                _target.Value.Dispose();
            }
        }
    }
}
