using System.Globalization;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Reports;

/// <summary>A service call as one line of text, as traces and fault reports print it.</summary>
public static class CallText
{
    /// <summary>bs.LocateProtocol(Rng 3152bca5-eade-433d-862e-c01cdc291f44, ...) -> EFI_SUCCESS.</summary>
    public static string Of(ServiceCalled call)
    {
        ArgumentNullException.ThrowIfNull(call);
        string result = call.ReturnsStatus
            ? new EfiStatus(call.Result).ToString()
            : "0x" + call.Result.ToString("x", CultureInfo.InvariantCulture);
        return $"{call.Function.Interface}.{call.Function.Name}({string.Join(", ", call.Arguments)}) -> {result}";
    }
}
