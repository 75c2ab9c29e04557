namespace EfiEmu.Cli;

/// <summary>What efiemu boot --help prints.</summary>
internal static class BootHelp
{
    /// <summary>The text.</summary>
    public const string Text =
        """
        efiemu boot - boots an image and prints what became of the memory

        Usage:
          efiemu boot IMAGE [options] [-- LOAD-OPTIONS]

        IMAGE is a PE32+ file for x86-64 (a Linux kernel, a boot loader, an EFI application), or the name of
        a guest in C#: efiemu guests lists them. LOAD-OPTIONS is the guest's command line: everything after --.

        The machine:
          --platform NAME         plain (default), sev-snp or tdx
          --cpu NAME[,+F,-F]      default (all that EfiEmu executes), x86-64 or x86-64-v2, with features added or
                                  taken away as /proc/cpuinfo spells them: default,-bmi2,-rdrand
          --memory SIZE           RAM: 512M, 8G (default), 2TiB, up to 4P, or a number of bytes
          --memory-map FILE       start from a real machine's map instead: the efi: memNN lines of a kernel
                                  log (efi=debug), or the table that the UEFI shell's memmap prints
          --firmware NAME         whose behaviour the firmware has; default edk2-202502
          --acceptance NAME       negotiated, lazy, accept-all or lazy-without-negotiation; default: what
                                  the firmware does on the platform
          --initrd FILE           an initial ramdisk, offered through LoadFile2
          --disk DIR              the files of the boot volume, beside IMAGE as \EFI\BOOT\BOOTX64.EFI
          --seed N                seeds everything that is random to the guest; default 0
          --plugin FILE           guests and protocols of a plugin DLL; may be given more than once
          --plugins FOLDER        those of every plugin DLL in a folder; default: plugins beside the command

        The run:
          --until WHERE           exit-boot-services (default for a kernel), hand-off (where a kernel's stub
                                  jumps into the kernel) or guest-end (default for other images)
          --max-instructions N    stop the guest after N instructions
          --cpu-tier NAME         translator (default): code that runs often becomes host code; interpreter; or
                                  eager-translator, for tests. No report depends on it

        The report:
          --format NAME           text: for people (default); json: for programs; canonical: one fact per
                                  line, without times and keys, to be committed and read in diffs
          --out FILE              write to FILE instead of standard output
          --trace                 every service call with its arguments, result and caller
          --verbose               speed, wall time, peak memory and a log on standard error

        Defaults may be set in the environment: EFIEMU_PLATFORM, EFIEMU_MEMORY, EFIEMU_FIRMWARE, EFIEMU_ACCEPTANCE,
        EFIEMU_PLUGINFOLDER, EFIEMU_BUDGET__INSTRUCTIONS; EFIEMU_LOGLEVEL and EFIEMU_LOGFILE turn logs on.

        The report is the same, byte for byte, whenever the arguments and the files are. In the text form
        the guest's console output comes first, as it was printed.

        Exit codes:
          0    the guest reached its end, a prompt at which it waits for a key included
          1    the guest failed: it returned an error, gave up on ExitBootServices, or faulted
          2    bad usage or input
          3    the guest did something that EfiEmu does not model
          4    a budget ran out
          70   an internal error: a bug in EfiEmu
          130  interrupted

        """;
}
