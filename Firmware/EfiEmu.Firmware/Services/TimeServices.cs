using System.Buffers.Binary;
using EfiEmu.Platforms;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Services;

/// <summary>The real-time clock, driven by virtual time: it stands at a documented moment when the machine powers on.</summary>
/// <remarks>UEFI 2.10 section 8.3.</remarks>
internal sealed class TimeServices(Machine machine)
{
    /// <summary>Bytes of EFI_TIME.</summary>
    public const int TimeBytes = 16;

    /// <summary>Bytes of EFI_TIME_CAPABILITIES.</summary>
    public const int CapabilitiesBytes = 12;

    private const ushort UnspecifiedTimeZone = 0x07ff;

    // Two bytes of time zone, then one of daylight flags.
    private const int ZoneOffset = 12;
    private const int ZoneBytes = 3;
    private const long NanosecondsPerTick = 100;

    // One second: the resolution of a PC's clock.
    private const uint ResolutionHertz = 1;

    // 50 parts per million, in units of 1e-6 ppm, as the PC-AT real-time clock driver reports it.
    private const uint Accuracy = 50_000_000;

    private byte[]? _alarm;
    private bool _alarmEnabled;
    private byte[] _zone = [(byte)(UnspecifiedTimeZone & 0xff), UnspecifiedTimeZone >> 8, 0];
    private DateTime _powerOn = new(2025, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>EFI_TIME as it lies in memory.</summary>
    /// <remarks>Time zone and daylight flag are those of the last SetTime; until then the zone is unspecified.</remarks>
    public byte[] Now()
    {
        byte[] time = ToBytes(Clock());
        _zone.CopyTo(time, ZoneOffset);
        return time;
    }

    /// <summary>The wake-up alarm: whether it is enabled, and its time; midnight of the day of power-on before anyone sets it.</summary>
    public (bool Enabled, byte[] Time) Alarm => (_alarmEnabled, _alarm ?? ToBytes(_powerOn.Date));

    private DateTime Clock() => _powerOn.AddTicks((long)(machine.Clock.Nanoseconds / NanosecondsPerTick));

    private static byte[] ToBytes(DateTime now)
    {
        byte[] time = new byte[TimeBytes];
        BinaryPrimitives.WriteUInt16LittleEndian(time, (ushort)now.Year);
        time[2] = (byte)now.Month;
        time[3] = (byte)now.Day;
        time[4] = (byte)now.Hour;
        time[5] = (byte)now.Minute;
        time[6] = (byte)now.Second;
        BinaryPrimitives.WriteUInt16LittleEndian(time.AsSpan(ZoneOffset), UnspecifiedTimeZone);
        return time;
    }

    /// <summary>EFI_TIME_CAPABILITIES as it lies in memory.</summary>
    public static byte[] Capabilities()
    {
        byte[] capabilities = new byte[CapabilitiesBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(capabilities, ResolutionHertz);
        BinaryPrimitives.WriteUInt32LittleEndian(capabilities.AsSpan(4), Accuracy);
        return capabilities;
    }

    /// <summary>Sets or turns off the wake-up alarm. No machine sleeps here, so it never rings.</summary>
    /// <param name="enable">Whether to set it.</param>
    /// <param name="time">When; null where the guest passed NULL.</param>
    /// <returns>
    /// SUCCESS; INVALID_PARAMETER for a missing time or a field out of range; UNSUPPORTED for a time more than a day ahead
    /// (PcAtChipsetPkg/PcatRealTimeClockRuntimeDxe).
    /// </returns>
    public EfiStatus SetAlarm(bool enable, byte[]? time)
    {
        if (!enable)
        {
            _alarmEnabled = false;
            return EfiStatus.Success;
        }

        if (time is null || !IsValid(time))
        {
            return EfiStatus.InvalidParameter;
        }

        TimeSpan ahead = ToDateTime(time) - Clock();
        if (ahead < TimeSpan.Zero || ahead > TimeSpan.FromDays(1))
        {
            return EfiStatus.Unsupported;
        }

        _alarm = [.. time];
        _alarmEnabled = true;
        return EfiStatus.Success;
    }

    /// <summary>Sets the clock.</summary>
    /// <returns>SUCCESS; INVALID_PARAMETER when a field is out of range.</returns>
    public EfiStatus Set(ReadOnlySpan<byte> time)
    {
        if (!IsValid(time))
        {
            return EfiStatus.InvalidParameter;
        }

        _zone = time.Slice(ZoneOffset, ZoneBytes).ToArray();
        _powerOn = ToDateTime(time).AddTicks(-(long)(machine.Clock.Nanoseconds / NanosecondsPerTick));
        return EfiStatus.Success;
    }

    private static DateTime ToDateTime(ReadOnlySpan<byte> time) => new(
        BinaryPrimitives.ReadUInt16LittleEndian(time), time[2], time[3], time[4], time[5], time[6], DateTimeKind.Utc);

    private static bool IsValid(ReadOnlySpan<byte> time)
    {
        int year = BinaryPrimitives.ReadUInt16LittleEndian(time);
        short zone = BinaryPrimitives.ReadInt16LittleEndian(time[12..]);
        return year is >= 1998 and <= 2097
            && time[2] is >= 1 and <= 12
            && time[3] >= 1 && time[3] <= DateTime.DaysInMonth(year, time[2])
            && time[4] < 24 && time[5] < 60 && time[6] < 60
            && BinaryPrimitives.ReadUInt32LittleEndian(time[8..]) < 1_000_000_000
            && (zone is >= -1440 and <= 1440 || zone == UnspecifiedTimeZone)
            && (time[14] & ~3) == 0;
    }
}
