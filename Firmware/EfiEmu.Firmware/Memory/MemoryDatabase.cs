using EfiEmu.Platforms;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Memory;

/// <summary>
/// The memory of one boot as firmware keeps it: the memory space of the global coherency domain, and the page allocator over
/// the system memory in it. Pure: it signals nothing and touches no guest memory; what must be signalled is in
/// <see cref="DrainChanges"/>.
/// </summary>
/// <remarks>
/// <para>UEFI 2.10 section 7.2, PI 1.8 volume 2 section 7.2, with the observable behaviour of edk2.</para>
/// <para>
/// The map key starts at one for each RAM range of the layout plus one for each range that firmware occupies in it, as if the
/// core had just added and allocated them one by one. Real firmware has moved its key some thousand times by then.
/// </para>
/// <para>AllocatePages, FreePages and look-ups take time logarithmic in the number of ranges; the memory map is linear.</para>
/// </remarks>
internal sealed class MemoryDatabase
{
    private const ulong PageMask = GuestAddress.PageSize - 1;
    private const ulong MaximumPages = ulong.MaxValue / GuestAddress.PageSize;

    private readonly MemoryRules _rules;
    private readonly BinTable _bins;
    private readonly GcdMap _domain;
    private readonly AllocatorMap _allocator;

    /// <summary>Takes a layout over.</summary>
    /// <exception cref="ArgumentException">
    /// A range is empty, not made of pages or not in ascending order, or firmware occupies what is not system memory.
    /// </exception>
    public MemoryDatabase(MemoryLayout layout, MemoryRules rules)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(rules);
        LayoutChecks.Require(layout);
        _rules = rules;
        _bins = new BinTable(layout.Bins);
        _domain = new GcdMap(AddressBits(layout, rules));
        _allocator = new AllocatorMap(_bins);
        foreach (MemorySpace space in layout.Spaces.Where(s => s.Type != GcdMemoryType.NonExistent))
        {
            Register(space);
        }

        _allocator.Fill(
            layout.Spaces.Where(s => IsAllocatable(s.Type))
                .Select(s => Entry(MemoryType.Conventional, s.Range.Start, s.Range.Length, s.Capabilities)),
            layout.Allocated.Where(d => d.Type != MemoryType.Conventional)
                .Select(d => Entry(d.Type, d.PhysicalStart.Value, d.Bytes, d.Attributes)));
    }

    /// <summary>The map key.</summary>
    public ulong MapKey => _allocator.Key;

    /// <summary>Tree nodes that the calls so far have looked at: the measure of their cost.</summary>
    public long Visits => _allocator.Visits + _domain.Visits;

    /// <summary>The allocator's ranges in ascending order, bins left aside: what is really in use.</summary>
    public IReadOnlyList<MemoryDescriptor> Ranges => [.. _allocator.Entries.Select(e => e.Descriptor)];

    /// <summary>What moved the key since the last call.</summary>
    public IReadOnlyList<MapChange> DrainChanges() => _allocator.DrainChanges();

    /// <summary>EFI_BOOT_SERVICES.AllocatePages().</summary>
    /// <param name="allocateType">EFI_ALLOCATE_TYPE as the guest gave it.</param>
    /// <param name="memoryType">The type that the pages get.</param>
    /// <param name="pages">How many.</param>
    /// <param name="address">The highest byte for AllocateMaxAddress, the first byte for AllocateAddress; else ignored.</param>
    /// <remarks>
    /// <list type="bullet">
    /// <item><description>INVALID_PARAMETER: the allocate type is 3 or more.</description></item>
    /// <item><description>INVALID_PARAMETER: the memory type is Conventional, Persistent, Unaccepted, or 16 to 0x6FFFFFFF.</description></item>
    /// <item><description>NOT_FOUND: AllocateAddress of an address that is unaligned, of page 0 (since 202508), of 0 pages, of
    /// more pages than there are addresses, of memory that is not one free range, or in the bin of another special type.</description></item>
    /// <item><description>OUT_OF_RESOURCES: nothing fits, also for 0 pages.</description></item>
    /// </list>
    /// Differs from the specification: 0 pages is no INVALID_PARAMETER, and neither is an unaligned address. Differs from
    /// edk2: a count whose bytes exceed 64 bits is OUT_OF_RESOURCES, where edk2 computes with what is left of it.
    /// </remarks>
    public EfiResult<GuestAddress> AllocatePages(uint allocateType, MemoryType memoryType, ulong pages, GuestAddress address)
    {
        if (allocateType > (uint)AllocateType.Address || !MemoryTypeFacts.CanBeAllocated(memoryType))
        {
            return EfiStatus.InvalidParameter;
        }

        return (AllocateType)allocateType switch
        {
            AllocateType.Address => AllocateAt(memoryType, pages, address),
            AllocateType.MaxAddress => AllocateBelow(address.Value, memoryType, pages, MapChangeKind.AllocatePages),
            _ => AllocateBelow(ulong.MaxValue, memoryType, pages, MapChangeKind.AllocatePages),
        };
    }

    /// <summary>EFI_BOOT_SERVICES.FreePages(). The range may hold allocations of several types, and parts of allocations.</summary>
    /// <remarks>
    /// <list type="bullet">
    /// <item><description>NOT_FOUND: no range of system memory holds the address, or a page in the range is free or does not
    /// exist; what was freed before that page stays free.</description></item>
    /// <item><description>INVALID_PARAMETER: the address is not the start of a page, 0 pages, or more than there are addresses.</description></item>
    /// </list>
    /// </remarks>
    public EfiStatus FreePages(GuestAddress address, ulong pages) => Free(address, pages, MapChangeKind.FreePages);

    /// <summary>Pages for the pool: any type that the pool takes, from anywhere.</summary>
    /// <returns>The first byte; OUT_OF_RESOURCES when nothing fits.</returns>
    public EfiResult<GuestAddress> AllocatePoolPages(MemoryType memoryType, ulong pages) =>
        AllocateBelow(ulong.MaxValue, memoryType, pages, MapChangeKind.PoolGrowth);

    /// <summary>Gives pages of the pool back.</summary>
    /// <returns>As <see cref="FreePages"/>.</returns>
    public EfiStatus FreePoolPages(GuestAddress address, ulong pages) => Free(address, pages, MapChangeKind.PoolReturn);

    /// <summary>Whether the pool takes a memory type.</summary>
    public bool CanBePooled(MemoryType type) => MemoryTypeFacts.CanBeAllocated(type)
        || (_rules.AllocatesUnacceptedPool && type == MemoryType.Unaccepted);

    /// <summary>EFI_BOOT_SERVICES.GetMemoryMap(): the map, its key, and the size of the buffer that firmware asks for.</summary>
    /// <remarks>
    /// The caller's buffer must have <see cref="MemoryMap.RequiredSize"/> bytes, which is usually more than the map takes.
    /// Before edk2-stable202511 unaccepted ranges were forgotten in that size, so that a map could be larger than its buffer:
    /// edk2 then answers BUFFER_TOO_SMALL or writes past the end; here the size is never less than the map.
    /// </remarks>
    public MemoryMap GetMemoryMap()
    {
        IReadOnlyList<MemoryDescriptor> descriptors = MemoryMapComposer.Compose(_allocator, _domain, _bins);
        ulong asked = Math.Max(
            MemoryMapComposer.Estimate(_allocator, _domain, _bins, _rules), (ulong)descriptors.Count);
        return new MemoryMap(
            descriptors, MapKey, asked * MemoryMapComposer.DescriptorSize, MemoryMapComposer.DescriptorSize);
    }

    /// <summary>All ranges of the memory space in ascending order, those included where nothing exists.</summary>
    public IReadOnlyList<MemorySpaceDescriptor> GetMemorySpaceMap() => [.. _domain.Entries.Select(e => e.Descriptor)];

    /// <summary>The range of the memory space that holds an address.</summary>
    /// <returns>The range; NOT_FOUND outside the address space.</returns>
    public EfiResult<MemorySpaceDescriptor> GetMemorySpaceDescriptor(GuestAddress address) =>
        _domain.TryFind(address.Value, out GcdEntry entry) ? entry.Descriptor : EfiStatus.NotFound;

    /// <summary>Adds a range to the memory space. The whole pages of system memory join the allocator.</summary>
    /// <returns>As <see cref="GcdMap.Add"/>.</returns>
    public EfiStatus AddMemorySpace(GcdMemoryType type, GuestAddress address, ulong length, MemoryAttributes capabilities)
    {
        EfiStatus status = _domain.Add(type, address.Value, length, capabilities);
        if (status.IsError || !IsAllocatable(type))
        {
            return status;
        }

        ulong last = address.Value + length - 1;
        ulong firstPage = (address.Value / GuestAddress.PageSize) + ((address.Value & PageMask) == 0 ? 0UL : 1UL);
        ulong endPage = (last / GuestAddress.PageSize) + ((last & PageMask) == PageMask ? 1UL : 0UL);
        if (firstPage < endPage)
        {
            ulong start = firstPage * GuestAddress.PageSize;
            ulong bytes = (endPage - firstPage) * GuestAddress.PageSize;
            _domain.Claim(start, bytes);
            _allocator.AddFree(start, start + bytes - 1, capabilities, MapChangeKind.AddMemorySpace);
        }

        return status;
    }

    /// <summary>Removes a range from the memory space.</summary>
    /// <returns>As <see cref="GcdMap.Remove"/>.</returns>
    public EfiStatus RemoveMemorySpace(GuestAddress address, ulong length) => _domain.Remove(address.Value, length);

    /// <summary>Sets the attributes of a range of the memory space; the allocator's map does not change.</summary>
    /// <returns>As <see cref="GcdMap.SetAttributes"/>.</returns>
    public EfiStatus SetMemorySpaceAttributes(GuestAddress address, ulong length, MemoryAttributes attributes) =>
        _domain.SetAttributes(address.Value, length, attributes);

    /// <summary>Sets the capabilities of a range of the memory space, and with them what the map says of the memory in it.</summary>
    /// <returns>As <see cref="GcdMap.SetCapabilities"/>.</returns>
    public EfiStatus SetMemorySpaceCapabilities(GuestAddress address, ulong length, MemoryAttributes capabilities)
    {
        EfiStatus status = _domain.SetCapabilities(address.Value, length, capabilities);
        if (!status.IsError)
        {
            _allocator.SetAttributes(address.Value, address.Value + length - 1, capabilities);
        }

        return status;
    }

    /// <summary>What the page at an address holds; null where there is nothing that a memory map would show.</summary>
    public MemoryType? TypeOf(GuestAddress address) => DescriptorAt(address)?.Type;

    /// <summary>
    /// The range at an address, for reports: free memory in a bin counts as free, memory-mapped I/O counts without RUNTIME too.
    /// </summary>
    public MemoryDescriptor? DescriptorAt(GuestAddress address)
    {
        if (_allocator.TryFind(address.Value, out MapEntry entry))
        {
            return entry.Descriptor;
        }

        return _domain.TryFind(address.Value, out GcdEntry space) && space.Type != GcdMemoryType.NonExistent
            && !IsAllocatable(space.Type)
            ? MemoryMapComposer.Describe(space)
            : null;
    }

    private static bool IsAllocatable(GcdMemoryType type) => type is GcdMemoryType.SystemMemory or GcdMemoryType.MoreReliable;

    private static MapEntry Entry(MemoryType type, ulong start, ulong bytes, MemoryAttributes attributes) =>
        new(start, start + bytes - 1, type, attributes & ~GcdBits.NeverInAllocator, MapEntry.InStorage);

    private static int AddressBits(MemoryLayout layout, MemoryRules rules)
    {
        ulong top = layout.Spaces.Count == 0 ? 0 : layout.Spaces[^1].Range.End - 1;
        return Math.Max(rules.AddressBits, 64 - System.Numerics.BitOperations.LeadingZeroCount(top));
    }

    private void Register(in MemorySpace space)
    {
        (ulong start, ulong length) = space.Range;
        _domain.Add(space.Type, start, length, space.Capabilities | space.Attributes);
        if (space.Attributes != MemoryAttributes.None)
        {
            _domain.SetAttributes(start, length, space.Attributes);
        }

        if (IsAllocatable(space.Type))
        {
            _domain.Claim(start, length);
        }
    }

    private EfiResult<GuestAddress> AllocateAt(MemoryType type, ulong pages, GuestAddress address)
    {
        ulong start = address.Value;
        if (!address.IsPageAligned || (start == 0 && _rules.RefusesPageZero) || pages is 0 or > MaximumPages)
        {
            return EfiStatus.NotFound;
        }

        ulong end = unchecked(start + (pages * GuestAddress.PageSize) - 1);
        if (end <= start || _bins.BelongsToAnother(type, start, end))
        {
            return EfiStatus.NotFound;
        }

        EfiStatus status = _allocator.Occupy(start, end, type, MapChangeKind.AllocatePages);
        if (status.IsError && Promote())
        {
            status = _allocator.Occupy(start, end, type, MapChangeKind.AllocatePages);
        }

        return new EfiResult<GuestAddress>(status, address);
    }

    private EfiResult<GuestAddress> AllocateBelow(ulong bound, MemoryType type, ulong pages, MapChangeKind cause)
    {
        if (pages is 0 or > MaximumPages)
        {
            return EfiStatus.OutOfResources;
        }

        ulong start;
        while (!_allocator.TryFindFree(type, pages, bound, out start))
        {
            if (!Promote())
            {
                return EfiStatus.OutOfResources;
            }
        }

        EfiStatus status = _allocator.Occupy(start, start + (pages * GuestAddress.PageSize) - 1, type, cause);
        return new EfiResult<GuestAddress>(status, new GuestAddress(start));
    }

    private EfiStatus Free(GuestAddress address, ulong pages, MapChangeKind cause)
    {
        // The last byte of a range does not count as inside: edk2 says NOT_FOUND there and not INVALID_PARAMETER.
        if (!_allocator.TryFind(address.Value, out MapEntry entry) || entry.End == address.Value)
        {
            return EfiStatus.NotFound;
        }

        ulong end = unchecked(address.Value + (pages * GuestAddress.PageSize) - 1);
        if (!address.IsPageAligned || pages is 0 or > MaximumPages || end <= address.Value)
        {
            return EfiStatus.InvalidParameter;
        }

        return _allocator.Free(address.Value, end, cause);
    }

    private bool Promote()
    {
        IReadOnlyList<GcdEntry> promoted = _domain.PromoteUntested();
        foreach (GcdEntry entry in promoted)
        {
            _allocator.AddFree(entry.Start, entry.End, entry.Capabilities, MapChangeKind.Promotion);
        }

        return promoted.Count > 0;
    }
}
