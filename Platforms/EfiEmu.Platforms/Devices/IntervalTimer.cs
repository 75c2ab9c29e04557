namespace EfiEmu.Platforms;

/// <summary>The 8254: three counters at 1.193182 MHz of virtual time, and port 0x61, which gates the third and shows its output.</summary>
/// <remarks>
/// Enough for calibrating by polling. Modes 0 (interrupt on terminal count), 2 (rate generator) and 3 (square wave), binary.
/// Differs from the hardware: no counter raises an interrupt, since boot services have the timer interrupt for themselves.
/// </remarks>
internal sealed class IntervalTimer
{
    public const ushort FirstPort = 0x40;
    public const ushort ControlPort = 0x43;
    public const ushort SystemPort = 0x61;

    private const byte GateAndSpeaker = 0x03;
    private const byte RefreshToggle = 0x10;
    private const byte Output = 0x20;
    private const int Gated = 2;

    // The refresh clock toggles each 15 microseconds.
    private const ulong RefreshNanoseconds = 15_000;

    private readonly Counter[] _counters = [new(), new(), new()];
    private byte _system;

    /// <summary>Keeps the counters, and gives what puts them back.</summary>
    public Action Save()
    {
        Counter[] counters = [.. _counters];
        byte system = _system;
        return () =>
        {
            counters.CopyTo(_counters, 0);
            _system = system;
        };
    }

    /// <summary>Reads a port; false for the control port, which cannot be read.</summary>
    public bool TryRead(ushort port, ulong now, out byte value)
    {
        value = 0;
        if (port == SystemPort)
        {
            int refresh = (now / RefreshNanoseconds & 1) != 0 ? RefreshToggle : 0;
            value = (byte)(_system | refresh | (_counters[Gated].IsHigh(now) ? Output : 0));
            return true;
        }

        if (port == ControlPort)
        {
            return false;
        }

        (value, _counters[port - FirstPort]) = _counters[port - FirstPort].Read(now);
        return true;
    }

    /// <summary>Writes a port; false for a mode that is not modelled.</summary>
    public bool TryWrite(ushort port, byte value, ulong now)
    {
        switch (port)
        {
            case SystemPort:
                bool opens = (value & 1) != 0 && (_system & 1) == 0;
                _system = (byte)(value & GateAndSpeaker);
                _counters[Gated] = opens ? _counters[Gated].Restart(now) : (value & 1) != 0 ? _counters[Gated] : _counters[Gated].Stop(now);
                return true;
            case ControlPort:
                return TryControl(value, now);
            default:
                int index = port - FirstPort;
                bool runs = index != Gated || (_system & 1) != 0;
                _counters[index] = _counters[index].Write(value, now, runs);
                return true;
        }
    }

    // SC in bits 7-6, RW in 5-4 (0 latches), mode in 3-1, BCD in 0.
    private bool TryControl(byte value, ulong now)
    {
        int index = value >> 6;
        int access = (value >> 4) & 3;
        int mode = (value >> 1) & 3;
        if (index == 3 || (access != 0 && ((value & 1) != 0 || mode == 1 || (value & 0x0E) is 0x08 or 0x0A)))
        {
            return false;
        }

        _counters[index] = access == 0 ? _counters[index].Latch(now) : new Counter(mode, access, IsRunning: false);
        return true;
    }

    /// <summary>One counter.</summary>
    /// <param name="Mode">0, 2 or 3.</param>
    /// <param name="Access">1 low byte, 2 high byte, 3 both, low first.</param>
    /// <param name="IsRunning">Whether it counts.</param>
    private readonly record struct Counter(int Mode, int Access, bool IsRunning)
    {
        private const ulong Frequency = 1_193_182;
        private const ulong Second = 1_000_000_000;

        private int Reload { get; init; }

        private ulong Start { get; init; }

        /// <summary>Ticks that were counted before it stopped.</summary>
        private ulong Counted { get; init; }

        private bool SecondByte { get; init; }

        private int? Latched { get; init; }

        // 0 stands for 65536.
        private ulong Period => Reload == 0 ? 0x10000 : (ulong)Reload;

        public bool IsHigh(ulong now) => Mode switch
        {
            0 => Ticks(now) >= Period,
            3 => Ticks(now) % Period < (Period + 1) / 2,
            _ => Ticks(now) % Period != Period - 1,
        };

        public Counter Restart(ulong now) => this with { IsRunning = true, Start = now, Counted = Mode == 0 ? Counted : 0 };

        public Counter Stop(ulong now) => this with { IsRunning = false, Counted = Ticks(now) };

        public Counter Latch(ulong now) => this with { Latched = Latched ?? Value(now) };

        public Counter Write(byte value, ulong now, bool runs)
        {
            bool isHigh = Access == 2 || SecondByte;
            int reload = isHigh ? (Reload & 0xFF) | (value << 8) : Access == 1 ? value : (Reload & 0xFF00) | value;
            bool more = Access == 3 && !SecondByte;
            return this with { Reload = reload, SecondByte = more, IsRunning = runs && !more, Start = now, Counted = 0 };
        }

        public (byte Value, Counter After) Read(ulong now)
        {
            int value = Latched ?? Value(now);
            bool isHigh = Access == 2 || SecondByte;
            bool more = Access == 3 && !SecondByte;
            return ((byte)(isHigh ? value >> 8 : value), this with { SecondByte = more, Latched = more ? Latched : null });
        }

        private ulong Ticks(ulong now) => Counted + (IsRunning ? (ulong)((UInt128)(now - Start) * Frequency / Second) : 0);

        private int Value(ulong now)
        {
            ulong ticks = Ticks(now);
            return Mode == 0
                ? (int)(Period - ticks & 0xFFFF)
                : Mode == 3
                    ? (int)((Period - (ticks * 2 % Period)) & 0xFFFE)
                    : (int)(Period - (ticks % Period) & 0xFFFF);
        }
    }
}
