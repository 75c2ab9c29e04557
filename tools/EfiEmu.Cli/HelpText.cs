namespace EfiEmu.Cli;

/// <summary>What --help prints.</summary>
internal static class HelpText
{
    private const string Overview =
        """
        efiemu - boots UEFI images on an emulated machine and shows what becomes of its memory

        Usage:
          efiemu boot IMAGE [options] [-- LOAD-OPTIONS]   boot an image; see efiemu boot --help
          efiemu compare A [B] [options]                  two boots side by side; see efiemu compare --help
          efiemu lab slack IMAGE [options]                what map changes a loader survives; see efiemu lab --help
          efiemu platforms                                the machines: plain, sev-snp, tdx
          efiemu firmware                                 the firmware profiles
          efiemu acceptance                               who accepts memory, and when
          efiemu protocols                                the protocols that the firmware brings
          efiemu guests                                   the guests that are built in
          efiemu --help, --version

        Standard output carries data, standard error messages.

        """;

    private const string Boot =
        """
        efiemu boot - boots an image and prints what became of the memory

        Usage:
          efiemu boot IMAGE [options] [-- LOAD-OPTIONS]

        IMAGE is a PE32+ file for x86-64 (a Linux kernel, a boot loader, an EFI application), or the name of
        a built-in guest. LOAD-OPTIONS is the guest's command line: everything after --.

        The machine:
          --platform NAME         plain (default), sev-snp or tdx
          --memory SIZE           RAM: 512M, 8G (default), 2TiB, up to 4P, or a number of bytes
          --memory-map FILE       start from a real machine's map instead: the efi: memNN lines of a kernel
                                  log (efi=debug), or the table that the UEFI shell's memmap prints
          --firmware NAME         whose behaviour the firmware has; default edk2-202502
          --acceptance NAME       negotiated, lazy, accept-all or lazy-without-negotiation; default: what
                                  the firmware does on the platform
          --initrd FILE           an initial ramdisk, offered through LoadFile2
          --seed N                seeds everything that is random to the guest; default 0

        The run:
          --until WHERE           exit-boot-services (default for a kernel), hand-off (where a kernel's stub
                                  jumps into the kernel) or guest-end (default for other images)
          --max-instructions N    stop the guest after N instructions

        The report:
          --format NAME           text: for people (default); json: for programs; canonical: one fact per
                                  line, without times and keys, to be committed and read in diffs
          --out FILE              write to FILE instead of standard output
          --trace                 every service call with its arguments, result and caller
          --verbose               speed, wall time and peak memory on standard error

        The report is the same, byte for byte, whenever the arguments and the files are. In the text form
        the guest's console output comes first, as it was printed.

        Exit codes:
          0    the guest reached its end
          1    the guest failed: it returned an error, gave up on ExitBootServices, or faulted
          2    bad usage or input
          3    the guest did something that EfiEmu does not model
          4    a budget ran out
          70   an internal error: a bug in EfiEmu
          130  interrupted

        """;

    private const string Compare =
        """
        efiemu compare - boots twice and shows the two stories side by side: what differs, and what it costs

        Usage:
          efiemu compare A B [options] [-- LOAD-OPTIONS]  two images on one machine
          efiemu compare A [options] [-- LOAD-OPTIONS]    one image, and one option that names two values

        A and B are what efiemu boot takes: PE32+ files for x86-64, or names of built-in guests. Exactly one thing
        differs: the image, or one of these options, with two values (A,B) or given twice.

          --platform NAME[,NAME]  sev-snp,tdx
          --memory SIZE[,SIZE]    8G,16G
          --firmware NAME[,NAME]  edk2-202211,edk2-202502
          --acceptance NAME[,NAME]  negotiated,lazy

        Both boots have these options, as efiemu boot --help says:
          --memory-map FILE, --initrd FILE, --seed N, --until WHERE, --max-instructions N

        The comparison:
          --format text|json      for people (default) or for programs
          --out FILE              write to FILE instead of standard output
          --verbose               speed, wall time and peak memory on standard error

        Milestones count as the same whatever their addresses, image sizes and times are.

        Exit codes:
          0    both boots ran and were compared, whatever became of them
          2    bad usage or input
          70   an internal error: a bug in EfiEmu
          130  interrupted

        """;

    /// <summary>The help of a command; the overview for those without options.</summary>
    public static string Of(string command) => (command switch
    {
        "boot" => Boot,
        "compare" => Compare,
        LabOptions.Lab or LabOptions.Slack => LabHelp.Text,
        _ => Overview,
    }).ReplaceLineEndings("\n");
}
