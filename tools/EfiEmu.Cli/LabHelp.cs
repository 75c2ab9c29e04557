namespace EfiEmu.Cli;

/// <summary>What efiemu lab --help prints.</summary>
internal static class LabHelp
{
    /// <summary>The text.</summary>
    public const string Text =
        """
        efiemu lab slack - measures what a loader survives of map changes before ExitBootServices

        Usage:
          efiemu lab slack IMAGE [options] [-- LOAD-OPTIONS]

        Between a loader's GetMemoryMap and its ExitBootServices, firmware may change the memory map: the
        call then fails, and the loader has to fetch the map again, into the room that it has. The lab lets
        the map change before the first one to four attempts, each time by 0 to 64 descriptors (0: only the
        key moves), and shows which of these the loader survives, and what its buffer has room for. The
        boot is kept once, where the loader asks for the map; every cell of the table runs from there.

        IMAGE and LOAD-OPTIONS are as for efiemu boot, and so are these options:
          --platform NAME  --cpu NAME[,+F,-F]  --cpu-tier NAME  --memory SIZE  --memory-map FILE
          --firmware NAME  --acceptance NAME  --initrd FILE  --disk DIR  --seed N
          --max-instructions N  --format text|json  --out FILE  --verbose
          --plugin FILE  --plugins FOLDER

        Exit codes:
          0    measured
          1    there was nothing to measure: the loader never calls ExitBootServices
          2    bad usage or input
          3    the same as 1, because the loader did something that EfiEmu does not model; or a plugin has
               state that cannot be kept
          4    the same as 1, because a budget ran out
          70   an internal error: a bug in EfiEmu
          130  interrupted

        """;
}
