-- The string library: Lua's own where it is bounded by its arguments, and searches that count their steps.
local core = ...

local G, fault, spend, search, tostring = core.G, core.fault, core.spend, core.search, core.tostring
local error, type, select, math_type, tointeger, tonumber = error, type, select, math.type, math.tointeger, tonumber
local sub, format, rep, find = string.sub, string.format, string.rep, string.find
local pack, unpack, concat = table.pack, table.unpack, table.concat

local library = {}
for _, name in ipairs { "byte", "char", "len", "lower", "pack", "packsize", "reverse", "sub", "unpack", "upper" } do
  library[name] = string[name]
end

-- The longest string that one call may make.
local LONGEST <const> = 256 << 20

local function text(where, number, value)
  if type(value) == "string" then
    return value
  elseif type(value) == "number" then
    return tostring(value)
  end
  fault("bad argument #" .. number .. " to '" .. where .. "' (string expected, got " .. (value == nil and "no value" or type(value)) .. ")")
end

local function whole(where, number, value, default)
  if value == nil and default then
    return default
  end
  local n = tointeger(tonumber(value))
  return n or fault("bad argument #" .. number .. " to '" .. where .. "' (number expected, got " .. type(value) .. ")")
end

function library.rep(s, n, separator)
  s, n, separator = text("rep", 1, s), whole("rep", 2, n), text("rep", 3, separator or "")
  local unit = #s + #separator
  if n <= 0 or unit == 0 then
    return ""
  elseif n > LONGEST // unit then
    fault("string.rep: the result is too long")
  end
  spend(n * unit // 64)
  return rep(s, n, separator)
end

-- Positions count from 0 between here and C#; kind is 0 anywhere, 1 at the start alone, 2 for a plain text.
local function halt_or(where, ok, ...)
  if ok == nil then
    spend(1)
    error(core.STOP, 0)
  elseif not ok then
    fault(where .. ": " .. (...))
  end
  return ...
end

local function capture(s, start, length)
  if length == -1 then
    fault("unfinished capture in a pattern")
  end
  return length == -2 and start + 1 or sub(s, start + 1, start + length)
end

local function captures(s, start, ...)
  if not start then
    return
  end
  return capture(s, start, (...)), captures(s, select(2, ...))
end

-- All captures, or the whole match where there are none.
local function found(s, start, final, ...)
  if select("#", ...) == 0 then
    return sub(s, start + 1, final)
  end
  return captures(s, ...)
end

local function place(s, init)
  init = whole("find", 3, init, 1)
  if init < 0 then
    init = #s + init + 1
  end
  return init < 1 and 1 or init
end

function library.find(s, pattern, init, plain)
  s, pattern = text("find", 1, s), text("find", 2, pattern)
  local from = place(s, init)
  if from > #s + 1 then
    return nil
  end
  -- As in Lua, a pattern without any of these is a plain text, whatever else is in it.
  local kind = (plain or not find(pattern, "[%^%$%*%+%?%.%(%[%%%-]")) and 2 or 0
  if kind == 0 and sub(pattern, 1, 1) == "^" then
    pattern, kind = sub(pattern, 2), 1
  end
  local function result(start, final, ...)
    if not start then
      return nil
    end
    return start + 1, final, captures(s, ...)
  end
  return result(halt_or("string.find", search(s, pattern, from - 1, kind)))
end

function library.match(s, pattern, init)
  s, pattern = text("match", 1, s), text("match", 2, pattern)
  local from, kind = place(s, init), 0
  if from > #s + 1 then
    return nil
  end
  if sub(pattern, 1, 1) == "^" then
    pattern, kind = sub(pattern, 2), 1
  end
  local function result(start, final, ...)
    if not start then
      return nil
    end
    return found(s, start, final, ...)
  end
  return result(halt_or("string.match", search(s, pattern, from - 1, kind)))
end

function library.gmatch(s, pattern, init)
  s, pattern = text("gmatch", 1, s), text("gmatch", 2, pattern)
  local at, last = place(s, init) - 1, -1
  local function result(start, final, ...)
    if not start then
      at = #s + 1
      return nil
    elseif final == last then
      -- An empty match right behind the match before is none.
      at = final + 1
      return false
    end
    at, last = final, final
    return found(s, start, final, ...)
  end
  local function step(first, ...)
    return first == false, first, ...
  end
  return function()
    while at <= #s do
      local values = pack(step(result(halt_or("string.gmatch", search(s, pattern, at, 0)))))
      if not values[1] then
        return unpack(values, 2, values.n)
      end
    end
    return nil
  end
end

-- What stands in the place of a match; the match itself for false and nil.
local function replacement(s, by, whole_match, ...)
  local kind, value = type(by), nil
  if kind == "function" then
    value = by(found(s, ...))
  elseif kind == "table" then
    value = by[(found(s, ...))]
  else
    local parts, at, taken = {}, 1, nil
    while true do
      local percent = find(by, "%", at, true)
      if not percent then
        parts[#parts + 1] = sub(by, at)
        return concat(parts)
      end
      parts[#parts + 1] = sub(by, at, percent - 1)
      local digit = sub(by, percent + 1, percent + 1)
      if digit == "%" then
        parts[#parts + 1] = "%"
      elseif digit == "0" then
        parts[#parts + 1] = whole_match
      elseif digit ~= "" and find("123456789", digit, 1, true) then
        taken = taken or pack(found(s, ...))
        local piece = taken[tonumber(digit)]
        if piece == nil then
          fault("string.gsub: invalid capture index %" .. digit .. " in replacement string")
        end
        parts[#parts + 1] = tostring(piece)
      else
        fault("string.gsub: invalid use of '%' in replacement string")
      end
      at = percent + 2
    end
  end
  if not value then
    return whole_match
  elseif type(value) ~= "string" and type(value) ~= "number" then
    fault("string.gsub: invalid replacement value (a " .. type(value) .. ")")
  end
  return tostring(value)
end

function library.gsub(s, pattern, by, most)
  s, pattern = text("gsub", 1, s), text("gsub", 2, pattern)
  local kind = type(by)
  if kind ~= "function" and kind ~= "table" then
    if kind ~= "string" and kind ~= "number" then
      fault("bad argument #3 to 'gsub' (string/function/table expected, got " .. (by == nil and "nil" or kind) .. ")")
    end
    by = tostring(by)
  end
  most = whole("gsub", 4, most, #s + 1)
  local anchored = sub(pattern, 1, 1) == "^"
  if anchored then
    pattern = sub(pattern, 2)
  end
  local parts, copied, at, last, count = {}, 0, 0, -1, 0
  local function place_match(start, final, ...)
    if not start then
      return false
    elseif final == last then
      at = final + 1
      return true
    end
    count = count + 1
    parts[#parts + 1] = sub(s, copied + 1, start)
    parts[#parts + 1] = replacement(s, by, sub(s, start + 1, final), start, final, ...)
    copied, at, last = final, final, final
    return true
  end
  while count < most and at <= #s do
    if not place_match(halt_or("string.gsub", search(s, pattern, at, anchored and 1 or 0))) or anchored then
      break
    end
  end
  parts[#parts + 1] = sub(s, copied + 1)
  return concat(parts), count
end

-- %s shows what tostring shows; %p would show an address.
function library.format(form, ...)
  form = text("format", 1, form)
  local arguments, number, at = pack(...), 0, 1
  while true do
    local percent = find(form, "%", at, true)
    if not percent then
      break
    end
    local _, final = find(form, "^[-+ #0]*%d*%.?%d*", percent + 1)
    local letter = sub(form, final + 1, final + 1)
    if letter ~= "%" then
      number = number + 1
      if letter == "p" then
        fault("string.format: %p is not offered to scripts: addresses differ from run to run")
      elseif letter == "s" and number <= arguments.n then
        arguments[number] = tostring(arguments[number])
      end
    end
    at = final + 2
  end
  return format(form, unpack(arguments, 1, arguments.n))
end

G.string = library

-- "x":rep(3) finds the library that scripts see.
local meta = debug.getmetatable("")
meta.__index = library
meta.__metatable = "string"
