namespace EfiEmu.Firmware;

/// <summary>Thrown from inside of a boot by who runs it, to end it: a script, whose guest and hooks are its own. Comes out of <see cref="BootRunner"/> as it is.</summary>
/// <param name="message">Why.</param>
public abstract class BootAbandonedException(string message) : Exception(message);
