using System.Globalization;

namespace EfiEmu.Firmware.Reports;

/// <summary>Prints what stopped the guest.</summary>
internal static class FaultSection
{
    private const int NameColumn = 2;
    private const int TextColumn = 12;
    private const int RegistersInRow = 3;
    private const int RegisterWidth = 26;
    private const int NameWidth = 7;

    public static void Write(ReportPage page, FaultReport fault, BootEnd end)
    {
        page.Section(end == BootEnd.Fault ? "FAULT" : "STOPPED").To(TextColumn).Text(fault.Summary, Tone.Bad).End();
        string bytes = string.Join(' ', fault.InstructionBytes.Select(b => b.ToString("x2", CultureInfo.InvariantCulture)));
        if (fault.Registers.Count > 0)
        {
            Field(page, "at", Quantities.Hex(fault.Rip));
        }

        string code = bytes.Length > 0 ? $"{bytes}   {fault.InstructionText}" : fault.Registers.Count > 0 ? "no byte can be read there" : fault.InstructionText;
        Field(page, "code", code);
        if (fault.Address is { } address)
        {
            Field(page, "touched", Quantities.Hex(address));
        }

        Field(page, "there", fault.AddressHistory);
        for (int i = 0; i < fault.LastServices.Count; i++)
        {
            page.To(NameColumn).Text(i == 0 ? "calls" : string.Empty, Tone.Quiet).To(TextColumn).Text(fault.LastServices[i]).End();
        }

        WriteRegisters(page, fault.Registers);
    }

    private static void Field(ReportPage page, string name, string text)
    {
        if (text.Length == 0)
        {
            return;
        }

        string label = name;
        foreach (string line in ReportPage.Wrap(text, ReportPage.Width - TextColumn))
        {
            page.To(NameColumn).Text(label, Tone.Quiet).To(TextColumn).Text(line).End();
            label = string.Empty;
        }
    }

    private static void WriteRegisters(ReportPage page, IReadOnlyList<(string Name, ulong Value)> registers)
    {
        for (int i = 0; i < registers.Count; i++)
        {
            int place = i % RegistersInRow;
            page.To(NameColumn).Text(i == 0 ? "registers" : string.Empty, Tone.Quiet).To(TextColumn + (place * RegisterWidth))
                .Text(registers[i].Name.PadRight(NameWidth), Tone.Quiet)
                .Text(registers[i].Value.ToString("x16", CultureInfo.InvariantCulture));
            if (place == RegistersInRow - 1 || i == registers.Count - 1)
            {
                page.End();
            }
        }
    }
}
