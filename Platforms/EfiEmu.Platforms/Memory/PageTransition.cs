namespace EfiEmu.Platforms;

/// <summary>What a page of guest memory is to the platform.</summary>
internal enum PageState
{
    /// <summary>Nobody accepted it: a touch is a fault.</summary>
    Unaccepted,

    /// <summary>Accepted: the guest's own, encrypted.</summary>
    Private,

    /// <summary>Readable by the host; usable without acceptance.</summary>
    Shared,
}

/// <summary>The named ways in which a page changes its state.</summary>
internal enum PageTransition
{
    /// <summary>PVALIDATE with validation, TDG.MEM.PAGE.ACCEPT, or firmware's acceptance.</summary>
    Accept,

    /// <summary>PVALIDATE without validation.</summary>
    Rescind,

    /// <summary>A page-state change to shared.</summary>
    Share,

    /// <summary>A page-state change to private: the page has to be accepted again.</summary>
    Reclaim,
}

/// <summary>The legal pairs of state and transition.</summary>
internal static class PageTransitions
{
    /// <summary>The state after a transition; the same state where there is nothing to do; null where the pair is illegal.</summary>
    /// <remarks>AMD APM volume 2 section 15.36 (RMP states); Intel TDX module: pending and mapped pages.</remarks>
    public static PageState? Next(PageState state, PageTransition transition) => (transition, state) switch
    {
        (PageTransition.Accept, PageState.Unaccepted) => PageState.Private,
        (PageTransition.Accept, PageState.Private) => PageState.Private,
        (PageTransition.Rescind, PageState.Private) => PageState.Unaccepted,
        (PageTransition.Rescind, PageState.Unaccepted) => PageState.Unaccepted,
        (PageTransition.Share, _) => PageState.Shared,
        (PageTransition.Reclaim, PageState.Shared) => PageState.Unaccepted,
        (PageTransition.Reclaim, _) => state,
        _ => null,
    };
}
