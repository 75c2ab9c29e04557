namespace EfiEmu.Cli;

/// <summary>Input that cannot be used; the message is the one line that the user sees.</summary>
/// <param name="where">The file or the option at fault, as the user wrote it.</param>
/// <param name="fault">The field, where there is one, and what is wrong with it.</param>
internal sealed class InputException(string where, string fault) : Exception($"{where}: {fault}");
