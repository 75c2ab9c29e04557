using System.Runtime.Intrinsics;

namespace EfiEmu.Cpu.Operations;

/// <summary>Vectors, element by element: for what is too rare to deserve a faster way.</summary>
internal static class Elements
{
    /// <summary>Each element as a function of itself and its index.</summary>
    public static Vector128<T> Map<T>(Vector128<T> value, Func<T, int, T> body)
    {
        Vector128<T> result = default;
        for (int at = 0; at < Vector128<T>.Count; at++)
        {
            result = result.WithElement(at, body(value[at], at));
        }

        return result;
    }

    /// <summary>Each pair of elements at the same index as one.</summary>
    public static Vector128<T> Zip<T>(Vector128<T> a, Vector128<T> b, Func<T, T, T> body) => Map(a, (x, at) => body(x, b[at]));
}
