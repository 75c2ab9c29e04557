-- UEFI's values: statuses, GUIDs, memory types, task priorities, and how numbers print.
local core, settings = ...

local G, fault, tostring = core.G, core.fault, core.tostring
local type, math_type, tointeger, rawget, setmetatable = type, math.type, math.tointeger, rawget, setmetatable
local format, lower, find, sub, gsub, match = string.format, string.lower, string.find, string.sub, string.gsub, string.match

-- What was given, for a message.
local function shown(value)
  if type(value) == "string" then
    return format("%q", value)
  elseif type(value) == "table" or type(value) == "function" or type(value) == "thread" then
    return "a " .. type(value)
  end
  return tostring(value)
end
core.shown = shown

-- A name for each of a set of values; a name that is none of them is a typing error.
local function names(what, list)
  return setmetatable({}, {
    __index = function(_, name)
      return rawget(list, name) or fault(what .. "." .. tostring(name) .. ": there is no such name")
    end,
    __newindex = function(_, name)
      fault(what .. "." .. tostring(name) .. ": cannot be set")
    end,
    __pairs = function()
      return G.pairs(list)
    end,
    __metatable = false,
  })
end
core.names = names

-- Statuses -----------------------------------------------------------------------------------------------------------------

local statuses, status_meta = {}, { __metatable = "status" }

function status_meta.__tostring(status)
  return rawget(status, "name")
end

function status_meta.__index(status, member)
  if member == "is_error" then
    return rawget(status, "value") < 0
  elseif member == "is_warning" then
    return rawget(status, "value") > 0
  end
  fault("Status has no member " .. shown(member))
end

local function status_of(value)
  local status = statuses[value]
  if not status then
    status = setmetatable({ value = value, name = format("0x%x", value) }, status_meta)
    statuses[value] = status
  end
  return status
end
core.status_of = status_of

local by_name = {}
for _, row in ipairs(settings.statuses) do
  local status = setmetatable({ value = row.value, name = row.name }, status_meta)
  statuses[row.value], by_name[row.member] = status, status
end

G.Status = names("Status", by_name)
local meta = debug.getmetatable(G.Status)
function meta.__call(_, value)
  if math_type(value) ~= "integer" then
    fault("Status: expected an integer, got " .. shown(value))
  end
  return status_of(value)
end

local function is_status(value)
  return type(value) == "table" and debug.getmetatable(value) == status_meta
end
core.is_status = is_status

-- Arguments ----------------------------------------------------------------------------------------------------------------

local function expected(where, kind, what, value)
  fault(where .. ": expected " .. kind .. " for " .. what .. ", got " .. shown(value))
end
core.expected = expected

-- A whole number, or the default where there is one.
local function integer(where, what, value, default)
  if value == nil and default ~= nil then
    return default
  end
  return math_type(value) and tointeger(value) or expected(where, "an integer", what, value)
end
core.integer = integer

local function natural(where, what, value, default)
  local n = integer(where, what, value, default)
  return n >= 0 and n or expected(where, "a number that is not negative", what, value)
end
core.natural = natural

function core.text(where, what, value, default)
  if value == nil and default ~= nil then
    return default
  end
  return type(value) == "string" and value or expected(where, "a string", what, value)
end

function core.callable(where, what, value)
  return type(value) == "function" and value or expected(where, "a function", what, value)
end

function core.fields(where, value, ...)
  if type(value) ~= "table" or is_status(value) then
    expected(where, "a table", "the arguments", value)
  end
  for name in G.pairs(value) do
    local known = false
    for i = 1, select("#", ...) do
      known = known or name == select(i, ...)
    end
    if not known then
      fault(where .. ": there is no argument " .. shown(name) .. "; there are " .. table.concat({ ... }, ", "))
    end
  end
  return value
end

-- A status, or its number.
function core.status_value(where, what, value, default)
  if value == nil and default then
    return default
  elseif is_status(value) then
    return value.value
  end
  return math_type(value) == "integer" and value or expected(where, "a Status", what, value)
end

-- A number with a name: MemoryType.LoaderData, or just "LoaderData".
local function named(list, kind)
  return function(where, what, value, default)
    if value == nil and default then
      return default
    elseif type(value) == "string" then
      return list[value] or fault(where .. ": there is no " .. kind .. " " .. shown(value))
    end
    return integer(where, what, value)
  end
end

for name, list in G.pairs(settings.numbers) do
  G[name] = names(name, list)
  core[name] = named(list, name)
end

-- GUIDs are their text, in lower case; so they compare, and serve as keys.
local HEX <const> = "%x%x%x%x"
local SHAPE <const> = "^" .. HEX .. HEX .. "%-" .. HEX .. "%-" .. HEX .. "%-" .. HEX .. "%-" .. HEX .. HEX .. HEX .. "$"

local function guid(where, what, value, default)
  if value == nil and default then
    return default
  elseif type(value) == "string" then
    local text = lower(value)
    return find(text, SHAPE) and text or settings.guids[value]
      or fault(where .. ": " .. shown(value) .. " is neither a GUID nor the name of one")
  end
  return expected(where, "a GUID or its name", what, value)
end
core.guid = guid

G.Guid = names("Guid", settings.guids)
debug.getmetatable(G.Guid).__call = function(_, value)
  return guid("Guid", "the GUID", value)
end

-- Numbers as people read them ----------------------------------------------------------------------------------------------

function G.hex(value)
  return format("0x%x", integer("hex", "the number", value))
end

local UNITS <const> = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" }

local function grouped(n)
  local digits, count = format("%d", n), nil
  repeat
    digits, count = gsub(digits, "^(%d+)(%d%d%d)", "%1,%2")
  until count == 0
  return digits
end

-- 14 GiB where that is exact, 13.5 MiB where it is rounded.
function G.size(bytes)
  bytes = natural("size", "the bytes", bytes)
  local unit, scale = 1, 1
  while unit < #UNITS and bytes // scale >= 1024 do
    unit, scale = unit + 1, scale << 10
  end
  return (bytes % scale == 0 and grouped(bytes // scale) or format("%.1f", bytes / scale)) .. " " .. UNITS[unit]
end

-- Bytes: a number, or a text such as 512M or 8GiB.
function core.bytes(where, what, value)
  if type(value) ~= "string" then
    return integer(where, what, value)
  end
  local digits, unit = match(value, "^(%d+)([KMGTPkmgtp]?)i?B?$")
  local shift = digits and #digits < 16 and find("KMGTP", string.upper(unit), 1, true)
  return shift and tointeger(digits) << (unit == "" and 0 or 10 * shift)
    or fault(where .. ": " .. shown(value) .. " is not a size; write 512M, 8G, 2TiB or a number of bytes")
end

-- An error of a name that a table does not have.
function core.closed(what, members)
  return setmetatable({}, {
    __index = function(_, name)
      return rawget(members, name) or fault(what .. " has no " .. shown(name))
    end,
    __newindex = function(_, name)
      fault(what .. "." .. tostring(name) .. ": cannot be set")
    end,
    __metatable = false,
  })
end

core.statuses, core.status_meta = statuses, status_meta
