namespace EfiEmu.Cli;

/// <summary>What efiemu compare --help prints.</summary>
internal static class CompareHelp
{
    /// <summary>The text.</summary>
    public const string Text =
        """
        efiemu compare - boots twice and shows the two stories side by side: what differs, and what it costs

        Usage:
          efiemu compare A B [options] [-- LOAD-OPTIONS]  two images on one machine
          efiemu compare A [options] [-- LOAD-OPTIONS]    one image, and one option that names two values

        A and B are what efiemu boot takes: PE32+ files for x86-64, or names of guests in C#. Exactly one thing
        differs: the image, or one of these options, with two values (A,B) or given twice.

          --platform NAME[,NAME]  sev-snp,tdx
          --memory SIZE[,SIZE]    8G,16G
          --firmware NAME[,NAME]  edk2-202211,edk2-202502
          --acceptance NAME[,NAME]  negotiated,lazy

        Both boots have these, as efiemu boot --help says:
          --memory-map FILE       start from a real machine's map instead
          --initrd FILE           an initial ramdisk, offered through LoadFile2
          --disk DIR              the files of the boot volume, beside the image
          --cpu NAME[,+F,-F]      the processor, as for boot
          --cpu-tier NAME         as for boot
          --seed N                seeds everything that is random to the guest; default 0
          --until WHERE           exit-boot-services, hand-off or guest-end
          --max-instructions N    stop the guest after N instructions
          --plugin FILE           guests and protocols of a plugin DLL; may be given more than once
          --plugins FOLDER        those of every plugin DLL in a folder; default: plugins beside the command

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
}
