-- The lab: boots guests on machines of the script's choice, watches them, and does to them what firmware could do.
local core, settings = ...

local G, ask, fault, STOP = core.G, core.ask, core.fault, core.STOP
local integer, natural, text, guid, fields, callable = core.integer, core.natural, core.text, core.guid, core.fields, core.callable
local shown, tostring, is_status, number_of = core.shown, core.tostring, core.is_status, core.number_of
local type, rawequal, rawget, pcall, setmetatable = type, rawequal, rawget, pcall, setmetatable

-- Machines -----------------------------------------------------------------------------------------------------------------

local FIELDS <const> = {
  "platform", "memory", "memory_map", "firmware", "acceptance", "seed", "load_options", "initrd", "until", "max_instructions", "trace",
}

-- Options as C# takes them, in the order of FIELDS; nil leaves what was chosen before.
local function options(where, given)
  local a = fields(where, given, table.unpack(FIELDS))
  local function optional(kind, name)
    if a[name] ~= nil then
      return kind(where, name, a[name])
    end
  end
  return optional(text, "platform"), optional(core.bytes, "memory"), optional(text, "memory_map"), optional(text, "firmware"),
    optional(text, "acceptance"), optional(integer, "seed"), optional(text, "load_options"), optional(text, "initrd"),
    optional(text, "until"), optional(natural, "max_instructions"), a.trace
end

function G.machine(given)
  ask("machine", "machine", options("machine", given))
  if given.seed then
    math.randomseed(given.seed)
  end
end

-- Reports ------------------------------------------------------------------------------------------------------------------

-- Maps and events are long: they are made when they are asked for.
local lazy = {
  maps = "report_maps",
  events = "report_events",
}

local function text_of(report)
  return ask("report:text", "report_text", rawget(report, "id"))
end

local report_meta = { __metatable = false }

function report_meta.__index(report, name)
  if lazy[name] then
    local value = ask("report." .. name, lazy[name], rawget(report, "id"))
    report[name] = value
    return value
  elseif name == "text" then
    return text_of
  end
  return nil
end

function G.boot(what, given)
  local where = "boot"
  if type(what) == "function" then
    what = number_of(what)
  elseif type(what) ~= "string" then
    core.expected(where, "a function, guest:NAME or a path", "the guest", what)
  end
  return setmetatable(ask(where, "boot", what, options(where, given or {})), report_meta)
end

-- Watching and disturbing --------------------------------------------------------------------------------------------------

local function undo(where, id)
  return function()
    ask(where, "remove", id)
  end
end

local function function_name(where, what, name)
  name = text(where, what, name)
  local kind, member = string.match(name, "^(%a[%w_]*)%.(%a[%w_]*)$")
  if not kind then
    fault(where .. ": " .. shown(name) .. " is not the name of a function; write bs.GetMemoryMap or Rng.GetRNG")
  elseif kind == "bs" and not settings.services[member] then
    fault(where .. ": there is no service " .. shown(name))
  end
  return name
end

function G.on(event, f)
  if not settings.events[text("on", "event", event)] then
    fault("on: there is no event " .. shown(event) .. "; there are " .. settings.event_names)
  end
  return undo("on", ask("on", "on", event, number_of(callable("on", "f", f))))
end

function G.before(name, f)
  return undo("before", ask("before", "before", function_name("before", "function", name), number_of(callable("before", "f", f))))
end

function G.after(name, f)
  return undo("after", ask("after", "after", function_name("after", "function", name), number_of(callable("after", "f", f))))
end

-- The n-th call of a function in a boot gives a status without being made.
function G.fail(name, n, status)
  n = integer("fail", "n", n)
  if n < 1 then
    fault("fail: calls count from 1")
  end
  return undo("fail", ask("fail", "fail", function_name("fail", "function", name), n, core.status_value("fail", "status", status)))
end

-- Makes the map longer after one function has returned and before the next call of the other, in each boot so many times.
function G.between(given)
  local where = "between"
  local a = fields(where, given, "after", "before", "grow", "times")
  return undo(where, ask(where, "between", function_name(where, "after", a.after), function_name(where, "before", a.before),
    natural(where, "grow", a.grow), natural(where, "times", a.times, math.maxinteger)))
end

local function firmware(name, ...)
  return ask("firmware." .. name, "firmware_" .. name, ...)
end

local function with_status(value, ...)
  return core.status_of(value), ...
end

-- What a driver of the firmware could do, behind the guest's back.
G.firmware = core.closed("firmware", {
  allocate_pages = function(memory_type, pages)
    local where = "firmware.allocate_pages"
    return with_status(firmware("allocate_pages", core.MemoryType(where, "type", memory_type), integer(where, "pages", pages)))
  end,
  free_pages = function(address, pages)
    local where = "firmware.free_pages"
    return with_status(firmware("free_pages", integer(where, "address", address), integer(where, "pages", pages)))
  end,
  allocate_pool = function(memory_type, bytes)
    local where = "firmware.allocate_pool"
    return with_status(firmware("allocate_pool", core.MemoryType(where, "type", memory_type), integer(where, "bytes", bytes)))
  end,
  free_pool = function(buffer)
    return with_status(firmware("free_pool", integer("firmware.free_pool", "buffer", buffer)))
  end,
  signal_group = function(group)
    firmware("signal_group", guid("firmware.signal_group", "group", group))
  end,
  elapse = function(nanoseconds)
    firmware("elapse", natural("firmware.elapse", "nanoseconds", nanoseconds))
  end,
  grow_map = function(descriptors)
    firmware("grow_map", natural("firmware.grow_map", "descriptors", descriptors))
  end,
  remark = function(line)
    firmware("remark", text("firmware.remark", "text", line))
  end,
  memory_map = function()
    return firmware("memory_map")
  end,
  now = function()
    return firmware("now")
  end,
})

-- Expectations -------------------------------------------------------------------------------------------------------------

local function equal(a, b)
  if a == b then
    return true
  elseif type(a) ~= "table" or type(b) ~= "table" or is_status(a) or is_status(b) then
    return false
  end
  for key, value in G.pairs(a) do
    if not equal(value, b[key]) then
      return false
    end
  end
  for key in G.pairs(b) do
    if a[key] == nil then
      return false
    end
  end
  return true
end

local MOST_SHOWN <const> = 20

local function display(value, inside)
  if type(value) ~= "table" or is_status(value) then
    return is_status(value) and tostring(value) or shown(value)
  elseif inside then
    return "{...}"
  end
  local parts = {}
  for key, member in G.pairs(value) do
    if #parts == MOST_SHOWN then
      parts[#parts + 1] = "..."
      break
    end
    parts[#parts + 1] = (math.type(key) and "" or tostring(key) .. " = ") .. display(member, true)
  end
  return "{" .. table.concat(parts, ", ") .. "}"
end

function G.expect(value, expected, message)
  if not equal(value, expected) then
    fault("expect: " .. (message and tostring(message) .. ": " or "") .. "got " .. display(value) .. ", expected " .. display(expected))
  end
  return value
end

function G.expect_error(f, part)
  local ok, problem = pcall(callable("expect_error", "f", f))
  if rawequal(problem, STOP) then
    error(STOP, 0)
  elseif ok then
    fault("expect_error: there was no error")
  end
  problem = tostring(problem)
  if part ~= nil and not G.string.find(problem, text("expect_error", "part", part), 1, true) then
    fault("expect_error: got " .. shown(problem) .. ", expected one with " .. shown(part))
  end
  return problem
end

-- C# keeps these.
return core.enter, core.functions, core.statuses, core.status_meta, G
