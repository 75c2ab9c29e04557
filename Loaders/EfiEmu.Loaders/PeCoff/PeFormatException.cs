using EfiEmu.Sdk;

namespace EfiEmu.Loaders;

/// <summary>A fault in an image file. Thrown and caught inside the loader only: callers get a status and a line.</summary>
internal sealed class PeFormatException(EfiStatus status, string message) : Exception(message)
{
    public EfiStatus Status { get; } = status;

    public static PeFormatException Unsupported(FormattableString line) =>
        new(EfiStatus.Unsupported, FormattableString.Invariant(line));

    public static PeFormatException LoadError(FormattableString line) =>
        new(EfiStatus.LoadError, FormattableString.Invariant(line));

    public static PeFormatException InvalidParameter(FormattableString line) =>
        new(EfiStatus.InvalidParameter, FormattableString.Invariant(line));
}
