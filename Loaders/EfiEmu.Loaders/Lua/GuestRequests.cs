using EfiEmu.Sdk;

namespace EfiEmu.Loaders.Lua;

/// <summary>Boot and runtime services, as a guest in Lua calls them: each through the pointer in guest memory.</summary>
internal sealed class GuestRequests(ScriptSession session)
{
    private const uint RuntimeServicesOffset = 88;
    private const uint GetVariableOffset = 72;
    private const uint SetVariableOffset = 88;
    private const uint ResetSystemOffset = 104;
    private const uint MostVariableBytes = 1 << 20;

    private IGuestContext Guest => session.Guest;

    private GuestBootServices Services => session.Guest.BootServices;

    private IGuestMemory Memory => session.Guest.Memory;

    /// <summary>The requests.</summary>
    public IEnumerable<RequestRow> Rows =>
    [
        Row("image_handle", r => r.Results.Push(Guest.ImageHandle.Value)),
        Row("system_table", r => r.Results.Push(Guest.SystemTable.Value)),
        .. MemoryRows,
        .. EventRows,
        .. ProtocolRows,
        .. ImageRows,
        Row("create_function", CreateFunction),
        Row("call", r => r.Results.Push(Guest.Call(r.Address(0), r.Rest(1)))),
        Row("call_service", r => r.Results.Push(Services.Call((uint)r.Integer(0), r.Rest(1)))),
        Row("console_write", r => r.Return(Guest.Print(r.Text(0)))),
        Row("rt_get_variable", GetVariable),
        Row("rt_set_variable", SetVariable),
        Row("rt_reset_system", r => r.Return(new EfiStatus(CallRuntime(ResetSystemOffset, r.Unsigned(0), r.Unsigned(1), 0, 0)))),
    ];

    private IEnumerable<RequestRow> MemoryRows =>
    [
        Row("read_memory_map", ReadMemoryMap),
        Row("get_memory_map", GetMemoryMap),
        Row("exit_boot_services", r => r.Return(Services.ExitBootServices(r.Unsigned(0)))),
        Row("allocate_pages", r =>
        {
            EfiResult<GuestAddress> pages = Services.AllocatePages(r.Unsigned(1), Type(r, 0), (AllocateType)r.Integer(2), r.Address(3));
            r.Return(pages.Status, pages.Value.Value);
        }),
        Row("free_pages", r => r.Return(Services.FreePages(r.Address(0), r.Unsigned(1)))),
        Row("allocate_pool", r =>
        {
            EfiResult<GuestAddress> pool = Services.AllocatePool(Type(r, 0), r.Unsigned(1));
            r.Return(pool.Status, pool.Value.Value);
        }),
        Row("free_pool", r => r.Return(Services.FreePool(r.Address(0)))),
    ];

    private IEnumerable<RequestRow> EventRows =>
    [
        Row("create_event", r =>
        {
            EfiResult<EfiEvent> created = Services.CreateEvent(
                (EventType)r.Integer(0), new Tpl(r.Unsigned(1)), r.Address(2), r.Address(3), r.Has(4) ? r.Guid(4) : null);
            r.Return(created.Status, created.Value.Value);
        }),
        Row("set_timer", r => r.Return(new EfiStatus(Services.Call(BootServicesTable.SetTimer, r.Rest(0))))),
        Row("signal_event", r => r.Return(Services.SignalEvent(r.Event(0)))),
        Row("close_event", r => r.Return(Services.CloseEvent(r.Event(0)))),
        Row("check_event", r => r.Return(Services.CheckEvent(r.Event(0)))),
        Row("wait_for_event", r =>
        {
            // Scripts count from 1.
            EfiResult<int> index = Services.WaitForEvent(Array.ConvertAll(r.Rest(0), value => new EfiEvent(value)));
            r.Return(index.Status, (ulong)index.Value + 1);
        }),
        Row("raise_tpl", r => r.Results.Push(Services.RaiseTpl(new Tpl(r.Unsigned(0))).Value)),
        Row("restore_tpl", r => Services.RestoreTpl(new Tpl(r.Unsigned(0)))),
    ];

    private IEnumerable<RequestRow> ProtocolRows =>
    [
        Row("locate_protocol", r =>
        {
            EfiResult<GuestAddress> found = Services.LocateProtocol(r.Guid(0), r.Address(1));
            r.Return(found.Status, found.Value.Value);
        }),
        Row("handle_protocol", r =>
        {
            EfiResult<GuestAddress> found = Services.HandleProtocol(r.Handle(0), r.Guid(1));
            r.Return(found.Status, found.Value.Value);
        }),
        Row("open_protocol", OpenProtocol),
        Row("close_protocol", r => r.Return(Services.CloseProtocol(r.Handle(0), r.Guid(1)))),
        Row("locate_handles", r =>
        {
            EfiResult<IReadOnlyList<EfiHandle>> found = Services.LocateHandles(r.Guid(0));
            r.Return(found.Status);
            r.Results.Push(found.Succeeded ? found.Value.Select(handle => (object)handle.Value) : (object?)null);
        }),
        Row("install_protocol_interface", r =>
        {
            EfiResult<EfiHandle> handle = Services.InstallProtocolInterface(r.Handle(0), r.Guid(1), r.Address(2));
            r.Return(handle.Status, handle.Value.Value);
        }),
        Row("uninstall_protocol_interface", r => r.Return(Services.UninstallProtocolInterface(r.Handle(0), r.Guid(1), r.Address(2)))),
        Row("register_protocol_notify", r =>
        {
            EfiResult<GuestAddress> registration = Services.RegisterProtocolNotify(r.Guid(0), r.Event(1));
            r.Return(registration.Status, registration.Value.Value);
        }),
        Row("install_configuration_table", r => r.Return(Services.InstallConfigurationTable(r.Guid(0), r.Address(1)))),
    ];

    private IEnumerable<RequestRow> ImageRows =>
    [
        Row("load_image", LoadImage),
        Row("start_image", r => r.Return(Services.StartImage(r.Handle(0)))),
        Row("unload_image", r => r.Return(Services.UnloadImage(r.Handle(0)))),
        Row("exit", r => r.Return(Services.Exit(new EfiStatus(r.Unsigned(0))))),
        Row("stall", r => r.Return(Services.Stall(r.Unsigned(0)))),
        Row("set_watchdog_timer", r => r.Return(Services.SetWatchdogTimer(r.Unsigned(0)))),
    ];

    private static RequestRow Row(string name, Action<ScriptRequest> answer) => new(name, RequestNeed.Guest, answer);

    private static MemoryType Type(ScriptRequest request, int index) => new(unchecked((uint)request.Integer(index)));

    private void ReadMemoryMap(ScriptRequest request)
    {
        // More slack than that is no memory map's.
        ulong slack = Math.Min(request.Unsigned(0), 1 << 20);
        EfiResult<GuestMemoryMap> read = Services.ReadMemoryMap(slack, Type(request, 1));
        request.Return(read.Status);
        request.Results.Push(read.Value is { } map
            ? Map(read.Status, map.Buffer, map.Room, map.Size, map.Key, map.DescriptorSize)
            : null);
    }

    private void GetMemoryMap(ScriptRequest request)
    {
        ulong room = request.Unsigned(0);
        ulong size = room;
        GuestAddress buffer = request.Address(1);
        EfiStatus status = Services.GetMemoryMap(ref size, buffer, out ulong key, out ulong stride);
        request.Return(status);
        request.Results.Push(Map(status, buffer, room, size, key, stride));
    }

    private LuaTable Map(EfiStatus status, GuestAddress buffer, ulong room, ulong size, ulong key, ulong stride) => new()
    {
        ["key"] = key,
        ["size"] = size,
        ["required_size"] = size,
        ["descriptor_size"] = stride,
        ["buffer"] = buffer,
        ["room"] = room,
        ["descriptors"] = status.IsError || stride == 0 ? Array.Empty<object>() : ReportTables.Descriptors(Memory, buffer, Math.Min(size, room), stride),
    };

    private void OpenProtocol(ScriptRequest request)
    {
        using var stack = new StackScope(Guest);
        GuestAddress found = stack.Place(0UL);
        var status = new EfiStatus(Services.Call(
            BootServicesTable.OpenProtocol,
            request.Unsigned(0), stack.Place(request.Guid(1)).Value, found.Value, Guest.ImageHandle.Value, request.Unsigned(3), request.Unsigned(2)));
        request.Return(status, Memory.ReadUInt64(found));
    }

    // The file's bytes lie in guest memory while firmware reads them.
    private void LoadImage(ScriptRequest request)
    {
        byte[] file = request.Bytes(0);
        EfiResult<GuestAddress> buffer = Services.AllocatePool(MemoryType.LoaderData, (ulong)file.Length);
        if (!buffer.TryGet(out GuestAddress address))
        {
            request.Return(buffer.Status);
            return;
        }

        Memory.Write(address, file);
        EfiResult<EfiHandle> image = Services.LoadImage(address, (ulong)file.Length);
        Services.FreePool(address);
        request.Return(image.Status, image.Value.Value);
    }

    private void CreateFunction(ScriptRequest request)
    {
        session.Meter.ChargeCallback();
        long function = request.Integer(0);
        string[] names = request.Text(1).Split(',', StringSplitOptions.RemoveEmptyEntries);
        bool returnsStatus = request.Boolean(4);
        var signature = new FunctionSignature(request.Text(2), request.Text(3), Array.ConvertAll(names, name => new Parameter(name)))
        {
            ReturnsStatus = returnsStatus,
        };
        request.Results.Push(Guest.CreateFunction(signature, call =>
        {
            var arguments = new object?[names.Length];
            for (int i = 0; i < arguments.Length; i++)
            {
                arguments[i] = call[i];
            }

            return session.CallFunction(function, Activity.Guest, arguments) ?? 0;
        }).Value);
    }

    private void GetVariable(ScriptRequest request)
    {
        using var stack = new StackScope(Guest);
        GuestAddress name = stack.Place(request.Text(0));
        GuestAddress vendor = stack.Place(request.Guid(1));
        GuestAddress attributes = stack.Place(0UL);
        GuestAddress size = stack.Place(0UL);
        ulong status = CallRuntime(GetVariableOffset, name.Value, vendor.Value, attributes.Value, size.Value, 0);
        if (new EfiStatus(status) != EfiStatus.BufferTooSmall)
        {
            request.Return(new EfiStatus(status));
            return;
        }

        uint bytes = (uint)Math.Min(Memory.ReadUInt64(size), MostVariableBytes);
        GuestAddress data = stack.Reserve(bytes);
        status = CallRuntime(GetVariableOffset, name.Value, vendor.Value, attributes.Value, size.Value, data.Value);
        request.Return(new EfiStatus(status));
        request.Results.Push(Memory.ReadBytes(data, (int)bytes).AsSpan());
        request.Results.Push((ulong)Memory.ReadUInt32(attributes));
    }

    private void SetVariable(ScriptRequest request)
    {
        byte[] bytes = request.Bytes(3);
        if (bytes.Length > MostVariableBytes)
        {
            throw new RequestException($"more than {MostVariableBytes} bytes of data");
        }

        using var stack = new StackScope(Guest);
        GuestAddress name = stack.Place(request.Text(0));
        GuestAddress vendor = stack.Place(request.Guid(1));
        GuestAddress data = stack.Reserve((ulong)bytes.Length);
        Memory.Write(data, bytes);
        request.Return(new EfiStatus(CallRuntime(
            SetVariableOffset, name.Value, vendor.Value, request.Unsigned(2), (ulong)bytes.Length, data.Value)));
    }

    private ulong CallRuntime(uint offset, params ReadOnlySpan<ulong> arguments) =>
        Guest.Call(Memory.ReadPointer(Memory.ReadPointer(Guest.SystemTable + RuntimeServicesOffset) + offset), arguments);
}
