using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Handles;

/// <summary>A driver binding as ConnectController sees it.</summary>
/// <param name="Handle">The handle that has the protocol.</param>
/// <param name="Image">The image handle in the protocol.</param>
/// <param name="Binding">The protocol's address, by which firmware tells bindings apart.</param>
/// <param name="Version">Its version.</param>
/// <param name="FamilyVersion">What the handle's driver family override answers; null where it has none.</param>
internal readonly record struct DriverBinding(
    EfiHandle Handle, EfiHandle Image, GuestAddress Binding, uint Version, uint? FamilyVersion = null);

/// <summary>Who is to be asked first.</summary>
/// <param name="Context">Driver binding handles that the caller of ConnectController named, in its order.</param>
/// <param name="Platform">Image handles that the platform driver override named, in its order.</param>
/// <param name="BusSpecific">Image handles that the controller's bus specific driver override named, in its order.</param>
internal sealed record DriverPreferences(
    IReadOnlyList<EfiHandle> Context, IReadOnlyList<EfiHandle> Platform, IReadOnlyList<EfiHandle> BusSpecific)
{
    public static DriverPreferences None { get; } = new([], [], []);
}

/// <summary>In which order ConnectController asks drivers. The loop that calls Supported and Start is the caller's.</summary>
/// <remarks>UEFI 2.10 section 7.3.12; MdeModulePkg/Core/Dxe/Hand/DriverSupport.c.</remarks>
internal static class DriverConnection
{
    /// <summary>
    /// Orders the bindings: the caller's, the platform's, driver families by version, the bus's, then all others by
    /// version, highest first.
    /// </summary>
    /// <param name="bindings">All bindings in database order.</param>
    /// <param name="preferences">Who comes first.</param>
    /// <param name="firmwareVersions">
    /// Versions of firmware's own drivers, older than all bindings. They support no controller of a guest's and are not in the
    /// answer, yet the sort swaps with them, which decides between drivers of one version.
    /// </param>
    public static IReadOnlyList<DriverBinding> Order(
        IReadOnlyList<DriverBinding> bindings, DriverPreferences preferences, IReadOnlyList<uint>? firmwareVersions = null)
    {
        var order = new CandidateList(bindings, firmwareVersions ?? []);
        foreach (EfiHandle handle in preferences.Context)
        {
            order.AddHandle(handle);
        }

        foreach (EfiHandle image in preferences.Platform)
        {
            order.AddImage(image);
        }

        order.AddFamilies();
        foreach (EfiHandle image in preferences.BusSpecific)
        {
            order.AddImage(image);
        }

        int preferred = order.Count;
        order.AddRest();
        return order.SortedFrom(preferred);
    }

    private sealed class CandidateList(IReadOnlyList<DriverBinding> bindings, IReadOnlyList<uint> firmwareVersions)
    {
        private readonly List<DriverBinding> _order = [];
        private readonly HashSet<GuestAddress> _taken = [];
        private readonly bool[] _used = new bool[bindings.Count];

        public int Count => _order.Count;

        public void AddHandle(EfiHandle handle)
        {
            for (int index = 0; index < bindings.Count; index++)
            {
                if (bindings[index].Handle == handle)
                {
                    Add(index);
                    return;
                }
            }
        }

        public void AddImage(EfiHandle image)
        {
            for (int index = 0; index < bindings.Count; index++)
            {
                if (!_used[index] && bindings[index].Image == image)
                {
                    Add(index);
                }
            }
        }

        public void AddFamilies()
        {
            IOrderedEnumerable<int> families = Enumerable.Range(0, bindings.Count)
                .Where(index => !_used[index] && bindings[index].FamilyVersion is not null)
                .OrderByDescending(index => bindings[index].FamilyVersion);
            foreach (int index in families.ToList())
            {
                Add(index);
            }
        }

        public void AddRest()
        {
            _order.AddRange(firmwareVersions.Select(version => new DriverBinding(EfiHandle.Null, EfiHandle.Null, GuestAddress.Null, version)));
            for (int index = 0; index < bindings.Count; index++)
            {
                if (!_used[index])
                {
                    Add(index);
                }
            }
        }

        // A selection sort that swaps, as edk2 does: a driver that is swapped away lands behind others of its version.
        public List<DriverBinding> SortedFrom(int start)
        {
            for (int place = start; place < _order.Count; place++)
            {
                int highest = place;
                for (int index = place + 1; index < _order.Count; index++)
                {
                    highest = _order[index].Version > _order[highest].Version ? index : highest;
                }

                (_order[place], _order[highest]) = (_order[highest], _order[place]);
            }

            return [.. _order.Where(candidate => !candidate.Binding.IsNull)];
        }

        private void Add(int index)
        {
            if (_taken.Add(bindings[index].Binding))
            {
                _order.Add(bindings[index]);
                _used[index] = true;
            }
        }
    }
}
