using System.Globalization;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Gates;

/// <summary>Shows the arguments of a call as a trace prints them. Reads guest memory, and never trusts it.</summary>
internal sealed class ArgumentFormatter(IGuestMemory memory)
{
    private const int LongestText = 64;

    /// <summary>The arguments, in order; a pointer that leads nowhere prints as the number it is.</summary>
    public IReadOnlyList<string> Format(FunctionSignature signature, IGuestCall call)
    {
        string[] texts = new string[signature.Parameters.Length];
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i] = Format(signature.Parameters[i], call, i);
        }

        return texts;
    }

    private static string Hexadecimal(ulong value) => "0x" + value.ToString("x", CultureInfo.InvariantCulture);

    private string Format(Parameter parameter, IGuestCall call, int index)
    {
        try
        {
            ulong value = call[index];
            return parameter.Kind switch
            {
                ParameterKind.Guid when value != 0 => GuidNames.Describe(memory.ReadGuid(new GuestAddress(value))),
                ParameterKind.Text when value != 0 => Quote(memory.ReadUtf16(new GuestAddress(value), LongestText)),
                ParameterKind.EfiMemoryType => new MemoryType((uint)value).ToString(),
                ParameterKind.Status => new EfiStatus(value).ToString(),
                ParameterKind.Pointer or ParameterKind.Guid or ParameterKind.Text or ParameterKind.Out when value == 0 => "NULL",
                _ => Hexadecimal(value),
            };
        }
        catch (GuestMemoryFaultException)
        {
            // The service that gets this pointer faults by itself and says so; the trace shows what came.
            return "?";
        }
    }

    private static string Quote(string text) =>
        "\"" + string.Concat(text.Select(c => char.IsControl(c) ? $"\\x{(int)c:x2}" : c.ToString())) + "\"";
}
