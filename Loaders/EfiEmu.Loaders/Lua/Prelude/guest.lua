-- What a guest has: boot services, runtime services, memory, and functions at guest addresses. Each call goes through the
-- pointers in guest memory. The first touch at a script's top level starts the machine, with the script as its guest.
local core, settings = ...

local G, ask, fault, status_of = core.G, core.ask, core.fault, core.status_of
local integer, natural, text, guid, fields, callable = core.integer, core.natural, core.text, core.guid, core.fields, core.callable
local status_value, shown, is_status = core.status_value, core.shown, core.is_status
local type, math_type, debug = type, math.type, debug

-- C# calls functions of the script by their numbers.
local functions, count = {}, 0

local function number_of(f)
  count = count + 1
  functions[count] = f
  return count
end
core.functions, core.number_of = functions, number_of

local function with_status(value, ...)
  return status_of(value), ...
end

-- A service that returns a status, and perhaps more.
local function service(name, ...)
  return with_status(ask("bs." .. name, name, ...))
end

local bs = {}

-- Memory -------------------------------------------------------------------------------------------------------------------

-- Without size: asks, allocates size and slack, fetches. With size: the bare call, with exactly these arguments.
function bs.get_memory_map(arguments)
  local where = "bs.get_memory_map"
  local a = fields(where, arguments or {}, "size", "buffer", "slack", "type")
  if a.size ~= nil or a.buffer ~= nil then
    if a.slack ~= nil or a.type ~= nil then
      fault(where .. ": slack and type are for a call without size and buffer")
    end
    return service("get_memory_map", natural(where, "size", a.size), integer(where, "buffer", a.buffer, 0))
  end
  return with_status(ask(where, "read_memory_map", natural(where, "slack", a.slack, 8), core.MemoryType(where, "type", a.type, 2)))
end

-- Into the buffer of a map that was fetched before: the one thing that is safe after a failed ExitBootServices.
function bs.refetch_memory_map(map)
  if type(map) ~= "table" or not math_type(map.buffer) or not math_type(map.room) then
    core.expected("bs.refetch_memory_map", "a memory map", "map", map)
  end
  return service("get_memory_map", map.room, map.buffer)
end

function bs.exit_boot_services(key)
  return service("exit_boot_services", integer("bs.exit_boot_services", "key", key))
end

function bs.allocate_pages(memory_type, pages, address)
  local where = "bs.allocate_pages"
  return service("allocate_pages", core.MemoryType(where, "type", memory_type), integer(where, "pages", pages),
    address == nil and 0 or 2, integer(where, "address", address, 0))
end

function bs.allocate_pages_below(memory_type, pages, address)
  local where = "bs.allocate_pages_below"
  return service("allocate_pages", core.MemoryType(where, "type", memory_type), integer(where, "pages", pages),
    1, integer(where, "address", address))
end

function bs.free_pages(address, pages)
  return service("free_pages", integer("bs.free_pages", "address", address), integer("bs.free_pages", "pages", pages))
end

function bs.allocate_pool(memory_type, bytes)
  local where = "bs.allocate_pool"
  return service("allocate_pool", core.MemoryType(where, "type", memory_type), integer(where, "bytes", bytes))
end

function bs.free_pool(buffer)
  return service("free_pool", integer("bs.free_pool", "buffer", buffer))
end

-- Protocols ----------------------------------------------------------------------------------------------------------------

function bs.locate_protocol(protocol, registration)
  local where = "bs.locate_protocol"
  return service("locate_protocol", guid(where, "protocol", protocol), integer(where, "registration", registration, 0))
end

function bs.handle_protocol(handle, protocol)
  local where = "bs.handle_protocol"
  return service("handle_protocol", integer(where, "handle", handle), guid(where, "protocol", protocol))
end

function bs.open_protocol(handle, protocol, attributes, controller)
  local where = "bs.open_protocol"
  return service("open_protocol", integer(where, "handle", handle), guid(where, "protocol", protocol),
    core.OpenProtocol(where, "attributes", attributes, settings.numbers.OpenProtocol.Exclusive), integer(where, "controller", controller, 0))
end

function bs.close_protocol(handle, protocol)
  local where = "bs.close_protocol"
  return service("close_protocol", integer(where, "handle", handle), guid(where, "protocol", protocol))
end

function bs.locate_handles(protocol)
  return service("locate_handles", guid("bs.locate_handles", "protocol", protocol))
end

function bs.install_protocol_interface(handle, protocol, interface)
  local where = "bs.install_protocol_interface"
  return service("install_protocol_interface", integer(where, "handle", handle, 0), guid(where, "protocol", protocol),
    integer(where, "interface", interface, 0))
end

function bs.uninstall_protocol_interface(handle, protocol, interface)
  local where = "bs.uninstall_protocol_interface"
  return service("uninstall_protocol_interface", integer(where, "handle", handle), guid(where, "protocol", protocol),
    integer(where, "interface", interface, 0))
end

function bs.register_protocol_notify(protocol, event)
  local where = "bs.register_protocol_notify"
  return service("register_protocol_notify", guid(where, "protocol", protocol), integer(where, "event", event))
end

function bs.install_configuration_table(table_guid, address)
  local where = "bs.install_configuration_table"
  return service("install_configuration_table", guid(where, "guid", table_guid), integer(where, "table", address, 0))
end

-- Events -------------------------------------------------------------------------------------------------------------------

function bs.create_event(arguments)
  local where = "bs.create_event"
  local a = fields(where, arguments, "type", "tpl", "notify", "context", "group")
  local notify = 0
  if a.notify ~= nil then
    local f = callable(where, "notify", a.notify)
    notify = ask(where, "create_function", number_of(f), "event,context", "guest", "Notify", false)
  end
  return service("create_event",
    core.EventType(where, "type", a.type, a.notify and settings.numbers.EventType.NotifySignal or 0),
    core.Tpl(where, "tpl", a.tpl, a.notify and settings.numbers.Tpl.Callback or 0),
    notify, integer(where, "context", a.context, 0), a.group ~= nil and guid(where, "group", a.group) or nil)
end

-- The trigger counts in units of 100 ns, as the service does.
function bs.set_timer(event, delay, trigger)
  local where = "bs.set_timer"
  return service("set_timer", integer(where, "event", event), core.TimerDelay(where, "delay", delay), integer(where, "trigger", trigger, 0))
end

for _, name in ipairs { "signal_event", "close_event", "check_event" } do
  bs[name] = function(event)
    return service(name, integer("bs." .. name, "event", event))
  end
end

function bs.wait_for_event(...)
  local events = table.pack(...)
  for i = 1, events.n do
    events[i] = integer("bs.wait_for_event", "event " .. i, events[i])
  end
  return service("wait_for_event", table.unpack(events, 1, events.n))
end

function bs.raise_tpl(tpl)
  return ask("bs.raise_tpl", "raise_tpl", core.Tpl("bs.raise_tpl", "tpl", tpl))
end

function bs.restore_tpl(tpl)
  ask("bs.restore_tpl", "restore_tpl", core.Tpl("bs.restore_tpl", "tpl", tpl))
end

-- Images and the rest ------------------------------------------------------------------------------------------------------

function bs.load_image(file)
  return service("load_image", text("bs.load_image", "file", file))
end

function bs.start_image(image)
  return service("start_image", integer("bs.start_image", "image", image))
end

function bs.unload_image(image)
  return service("unload_image", integer("bs.unload_image", "image", image))
end

function bs.exit(status)
  return service("exit", status_value("bs.exit", "status", status, 0))
end

function bs.stall(microseconds)
  return service("stall", natural("bs.stall", "microseconds", microseconds))
end

function bs.set_watchdog_timer(seconds)
  return service("set_watchdog_timer", natural("bs.set_watchdog_timer", "seconds", seconds))
end

-- Integers, truth values, statuses and nil as a function at a guest address gets them.
local function raw(where, ...)
  local arguments = table.pack(...)
  for i = 1, arguments.n do
    local value = arguments[i]
    if is_status(value) then
      arguments[i] = value.value
    elseif type(value) == "boolean" then
      arguments[i] = value and 1 or 0
    else
      arguments[i] = integer(where, "argument " .. i, value, 0)
    end
  end
  return table.unpack(arguments, 1, arguments.n)
end

-- The bare call of a service, with whatever arguments; gives RAX.
function bs.call(name, ...)
  local offset = settings.services[text("bs.call", "name", name)]
  if not offset then
    fault("bs.call: there is no service " .. shown(name))
  end
  return ask("bs.call", "call_service", offset, raw("bs.call", ...))
end

G.bs = core.closed("bs", bs)

function G.call(address, ...)
  return ask("call", "call", integer("call", "address", address), raw("call", ...))
end

-- Runtime services ---------------------------------------------------------------------------------------------------------

local function runtime(name, ...)
  return with_status(ask("rt." .. name, "rt_" .. name, ...))
end

G.rt = core.closed("rt", {
  get_variable = function(name, vendor)
    local where = "rt.get_variable"
    return runtime("get_variable", text(where, "name", name), guid(where, "vendor", vendor))
  end,
  set_variable = function(name, vendor, attributes, data)
    local where = "rt.set_variable"
    return runtime("set_variable", text(where, "name", name), guid(where, "vendor", vendor),
      integer(where, "attributes", attributes), text(where, "data", data))
  end,
  reset_system = function(kind, status)
    local where = "rt.reset_system"
    return runtime("reset_system", integer(where, "type", kind, 0), status_value(where, "status", status, 0))
  end,
})

-- Memory -------------------------------------------------------------------------------------------------------------------

local memory = {}

for bits, largest in pairs { [8] = 0xff, [16] = 0xffff, [32] = 0xffffffff, [64] = -1 } do
  memory["read_u" .. bits] = function(address)
    return ask("memory.read_u" .. bits, "memory_read", integer("memory.read_u" .. bits, "address", address), bits)
  end
  memory["write_u" .. bits] = function(address, value)
    local where = "memory.write_u" .. bits
    ask(where, "memory_write", integer(where, "address", address), integer(where, "value", value) & largest, bits)
  end
end

function memory.read_bytes(address, bytes)
  local where = "memory.read_bytes"
  return ask(where, "memory_read_bytes", integer(where, "address", address), natural(where, "bytes", bytes))
end

function memory.write_bytes(address, bytes)
  local where = "memory.write_bytes"
  ask(where, "memory_write_bytes", integer(where, "address", address), text(where, "bytes", bytes))
end

function memory.fill(address, bytes, value)
  local where = "memory.fill"
  ask(where, "memory_fill", integer(where, "address", address), natural(where, "bytes", bytes), integer(where, "value", value, 0) & 0xff)
end

function memory.read_guid(address)
  return ask("memory.read_guid", "memory_read_guid", integer("memory.read_guid", "address", address))
end

function memory.write_guid(address, value)
  local where = "memory.write_guid"
  ask(where, "memory_write_guid", integer(where, "address", address), guid(where, "guid", value))
end

-- UTF-16 in guest memory, UTF-8 in Lua.
function memory.read_utf16(address)
  return ask("memory.read_utf16", "memory_read_utf16", integer("memory.read_utf16", "address", address))
end

function memory.write_utf16(address, value)
  local where = "memory.write_utf16"
  ask(where, "memory_write_utf16", integer(where, "address", address), text(where, "text", value))
end

G.memory = core.closed("memory", memory)

-- Functions that others call -----------------------------------------------------------------------------------------------

-- The names of a function's parameters, which say how many arguments it gets.
local function parameters_of(f)
  local about, list = debug.getinfo(f, "u"), {}
  for i = 1, about.nparams do
    list[i] = debug.getlocal(f, i)
  end
  for i = #list + 1, about.isvararg and 4 or 0 do
    list[i] = "argument " .. i
  end
  return table.concat(list, ",")
end

-- An interface in guest memory whose members are functions of the script. Each gets This and its arguments as integers, as
-- many as it has parameters, and returns a Status, an integer, a truth value or nothing, which is EFI_SUCCESS.
function G.protocol(name, members, bytes)
  local where = "protocol"
  local label = ask(where, "guid_name", guid(where, "guid", name))
  if type(members) ~= "table" then
    core.expected(where, "a list of functions", "members", members)
  end
  local addresses, last = {}, 0
  for i, member in ipairs(members) do
    local at = where .. ": member " .. i
    member = fields(at, member, "name", "offset", "f")
    local offset = natural(at, "offset", member.offset, (i - 1) * 8)
    local f = callable(at, "f", member.f)
    addresses[#addresses + 1] = { offset, ask(where, "create_function", number_of(f), parameters_of(f), label,
      text(at, "name", member.name, "Member" .. i), true) }
    last = offset + 8 > last and offset + 8 or last
  end
  bytes = natural(where, "bytes", bytes, last)
  if bytes < last or bytes > 65536 then
    fault(where .. ": " .. bytes .. " bytes do not hold its members")
  end
  local status, interface = bs.allocate_pool("LoaderData", bytes)
  if status.is_error then
    fault(where .. ": allocate_pool returned " .. core.tostring(status))
  end
  memory.fill(interface, bytes, 0)
  for _, member in ipairs(addresses) do
    memory.write_u64(interface + member[1], member[2])
  end
  return interface
end

-- What the guest's console shows; print is the script's own output.
G.console = core.closed("console", {
  write = function(line)
    return status_of(ask("console.write", "console_write", text("console.write", "text", line)))
  end,
})

function G.guid_name(value)
  return ask("guid_name", "guid_name", guid("guid_name", "guid", value))
end

function G.read_file(path)
  return ask("read_file", "read_file", text("read_file", "path", path))
end

-- Globals that are no values of their own: they belong to the guest that runs.
local dynamic = { image_handle = true, system_table = true }

setmetatable(G, {
  __index = function(_, name)
    if dynamic[name] then
      return ask(name, name)
    elseif core.missing[name] then
      fault(core.missing[name])
    end
    return nil
  end,
  __metatable = false,
})
