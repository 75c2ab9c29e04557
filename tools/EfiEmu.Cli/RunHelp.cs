namespace EfiEmu.Cli;

/// <summary>What efiemu run --help prints.</summary>
internal static class RunHelp
{
    /// <summary>The text.</summary>
    public const string Text =
        """
        efiemu run - runs a Lua script: a guest, or a lab that boots guests

        Usage:
          efiemu run SCRIPT.lua [options] [-- LOAD-OPTIONS]

        A script that uses bs, rt or memory at its top level is the guest: the machine starts there, and the
        report of its boot is printed at its end. Any other script is a lab: boot(WHAT) boots a function of
        the script, "guest:NAME" or an image file, and gives the report as a table. Loaders/README.md has
        the language; Loaders/EfiEmu.Guests/samples has scripts.

        The machine, as long as the script does not choose one with machine{...}:
          --platform NAME         plain (default), sev-snp or tdx
          --memory SIZE           RAM: 512M, 8G (default), 2TiB, up to 4P, or a number of bytes
          --firmware NAME         whose behaviour the firmware has; default edk2-202502
          --acceptance NAME       negotiated, lazy, accept-all or lazy-without-negotiation; default: what
                                  the firmware does on the platform
          --seed N                seeds everything that is random to guests, and math.random; default 0
          --plugin FILE           guests and protocols of a plugin DLL; may be given more than once
          --plugins FOLDER        those of every plugin DLL in a folder; default: plugins beside the command

        The script:
          --allow-read DIR        let the script read the files in DIR, images that it boots among them;
                                  without it a script reads no file
          --max-steps N           stop the script after N steps of Lua; default 500000000
          --max-instructions N    stop each guest after N instructions

        The report of a script that is the guest:
          --format FORM           text (default), json or none
          --trace                 every service call with its arguments, result and caller
          --verbose               the stack trace of an internal error

        What the script prints goes to standard output, as it is printed. Scripts have no os, io, package,
        debug or load, and the same script prints the same, byte for byte, whenever the arguments and the
        files are.

        Exit codes:
          0    the script came to its end; where it is the guest, the guest did
          1    the script failed: an error, or an expectation that was not met; or it is a guest that failed
          2    bad usage or input, or a file that is no Lua
          3    a script that is the guest did something that EfiEmu does not model
          4    a budget ran out
          70   an internal error: a bug in EfiEmu
          130  interrupted

        """;
}
