using EfiEmu.Firmware;
using Microsoft.Extensions.Options;

namespace EfiEmu.Cli;

/// <summary>Turns what escapes a command into one line and an exit code. Nothing else catches exceptions of any kind.</summary>
internal static class LastResort
{
    /// <summary>Runs a command.</summary>
    /// <param name="terminal">Where messages go.</param>
    /// <param name="verbose">Whether an internal error shows its stack trace.</param>
    /// <param name="command">The command.</param>
    public static int Run(Terminal terminal, bool verbose, Func<int> command)
    {
        try
        {
            return command();
        }
        catch (InputException fault)
        {
            terminal.Say(fault.Message);
            return ExitCode.BadInput;
        }
        catch (BootRequestException fault)
        {
            // A captured map's fault names its file and line already.
            terminal.Say(fault.Field == "memory-map" ? fault.Fault : "--" + fault.Message);
            return ExitCode.BadInput;
        }
        catch (OptionsValidationException fault)
        {
            foreach (string line in fault.Failures)
            {
                terminal.Say(line);
            }

            return ExitCode.BadInput;
        }
        catch (OperationCanceledException)
        {
            terminal.Say("interrupted");
            return ExitCode.Interrupted;
        }
        catch (Exception bug)
        {
            terminal.Say($"internal error: {bug.GetType().Name}: {bug.Message} (a bug in EfiEmu: please report it with --verbose)");
            if (verbose)
            {
                terminal.Error.Write($"{bug}\n");
            }

            return ExitCode.InternalError;
        }
    }
}
