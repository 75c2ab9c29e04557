using System.CommandLine;

namespace EfiEmu.Cli;

/// <summary>One command of efiemu. A new one is a class and a line in <see cref="Commands"/>.</summary>
internal interface ICommand
{
    /// <summary>How it is called, without "efiemu": boot IMAGE [options] [-- LOAD-OPTIONS].</summary>
    string Usage { get; }

    /// <summary>What it does, for the overview; a few words.</summary>
    string Summary { get; }

    /// <summary>What its --help prints, at most 110 columns wide; null where the overview says it all.</summary>
    string? Help { get; }

    /// <summary>Its name, arguments and options; the same object each time. An option --verbose gives internal errors a stack trace.</summary>
    Command Syntax { get; }

    /// <summary>Does it.</summary>
    /// <param name="parsed">The arguments, which fit the syntax.</param>
    /// <param name="loadOptions">What followed the first "--", or null where there was none.</param>
    /// <param name="cancellation">Cancelled by Ctrl+C.</param>
    /// <returns>The exit code.</returns>
    int Run(ParseResult parsed, string? loadOptions, CancellationToken cancellation);
}
