-- What a script sees of Lua itself. Nothing here gives more than Lua gives; it makes the language safe to run and the same on
-- every run: budgets that nothing can swallow, no order that depends on addresses, no loop inside C without a bound.
local core, settings = ...

local debug, raw = debug, _G
local error, type, rawget, rawequal, select, math_type = error, type, rawget, rawequal, select, math.type
local getmetatable, tostring_of = getmetatable, tostring
local pack, unpack, find, sub = table.pack, table.unpack, string.find, string.sub
local charge, write = core.charge, core.write
local yield, resume, create, status, running = coroutine.yield, coroutine.resume, coroutine.create, coroutine.status, coroutine.running

-- Instructions between two looks at the budgets.
local STRIDE <const> = 1000

-- How far up a message looks for the script's line.
local MOST_LEVELS <const> = 100

-- Raised when the script must stop; no pcall keeps it.
local STOP <const> = {}

-- What a coroutine yields when it asks C# for something, and when it yields to its own resumer.
local CALL <const>, USER <const> = {}, {}

local G = {}
core.G, core.STOP = G, STOP

local function halt()
  error(STOP, 0)
end

local function spend(steps)
  if not charge(steps) then
    halt()
  end
end
core.spend = spend

local function watch()
  spend(STRIDE)
end

-- The script's line that is being run, for the beginning of a message.
local function place()
  -- Lua counts the frames anew for each level; a function that was called by a tail call has none.
  for level = 2, MOST_LEVELS do
    local frame = debug.getinfo(level, "Sl")
    if not frame then
      return ""
    end
    if frame.what ~= "C" and frame.source ~= "=efiemu" then
      return frame.short_src .. ":" .. frame.currentline .. ": "
    end
  end
  return ""
end

-- Raises an error at the script's line, wherever in this prelude it was found.
local function fault(message)
  error(place() .. message, 0)
end
core.fault = fault

-- Asks C#. The machine may run, and this coroutine with all of its resumers waits, without a frame of C between.
local function answer(where, ok, ...)
  if ok then
    return ...
  elseif ok == nil then
    error((...), 0)
  end
  fault(where .. ": " .. (...))
end

local roots = setmetatable({}, { __mode = "k" })

local function ask(where, request, ...)
  if not coroutine.isyieldable() then
    fault(where .. ": not possible inside a function that Lua's own C code calls")
  end
  return answer(where, yield(CALL, request, ...))
end
core.ask = ask

-- Numbers of objects, in the order in which they were first printed: an address would differ from run to run.
local numbers, last = setmetatable({}, { __mode = "k" }), 0

local function tostring(value)
  local kind = type(value)
  if kind == "nil" or kind == "boolean" or kind == "number" or kind == "string" then
    return tostring_of(value)
  end
  local meta = kind == "table" and debug.getmetatable(value)
  local convert = meta and rawget(meta, "__tostring")
  if convert then
    local text = convert(value)
    if type(text) ~= "string" then
      fault("'__tostring' must return a string")
    end
    return text
  end
  if not numbers[value] then
    last = last + 1
    numbers[value] = last
  end
  return kind .. ": " .. numbers[value]
end
core.tostring = tostring

-- Errors -------------------------------------------------------------------------------------------------------------------

local function keep(ok, problem, ...)
  if not ok and rawequal(problem, STOP) then
    halt()
  end
  return ok, problem, ...
end

local pcall, xpcall = pcall, xpcall

function G.pcall(...)
  return keep(pcall(...))
end

function G.xpcall(f, handler, ...)
  return keep(xpcall(f, function(problem)
    if rawequal(problem, STOP) then
      return problem
    end
    return handler(problem)
  end, ...))
end

local function describe(problem)
  if rawequal(problem, STOP) then
    return problem
  elseif type(problem) == "string" then
    -- Lua's own complaint about a value that a script gave to this prelude.
    local _, final = find(problem, "^efiemu:%d+: ")
    return final and place() .. sub(problem, final + 1) or problem
  elseif type(problem) == "number" or type(problem) == "table" and getmetatable(problem) then
    return tostring(problem)
  end
  return place() .. "(error object is a " .. type(problem) .. " value)"
end

-- The first function of each thread that C# starts.
local function enter(f, ...)
  debug.sethook(watch, "", STRIDE)
  roots[running()] = true
  return xpcall(f, describe, ...)
end
core.enter = enter

-- Coroutines ---------------------------------------------------------------------------------------------------------------

-- Coroutines whose request C# is working on: nobody else may resume them, though Lua calls them suspended.
local waiting = setmetatable({}, { __mode = "k" })

local pump

local function go_on(co, ...)
  waiting[co] = nil
  return pump(co, resume(co, ...))
end

function pump(co, ok, tag, ...)
  if not ok then
    return keep(false, tag)
  elseif status(co) ~= "suspended" then
    return true, tag, ...
  elseif rawequal(tag, CALL) then
    waiting[co] = true
    return go_on(co, yield(CALL, ...))
  end
  return true, ...
end

local function check(where, co)
  if type(co) ~= "thread" then
    fault(where .. ": expected a coroutine, got " .. type(co))
  elseif roots[co] or waiting[co] then
    fault(where .. ": the coroutine is not suspended")
  end
end

G.coroutine = {
  status = function(co)
    local now = status(co)
    return now == "suspended" and (roots[co] or waiting[co]) and "normal" or now
  end,
  running = function()
    local co = running()
    return co, roots[co] == true
  end,
  isyieldable = function()
    return not roots[running()] and coroutine.isyieldable()
  end,
  yield = function(...)
    if roots[running()] then
      fault("attempt to yield from outside a coroutine")
    end
    return yield(USER, ...)
  end,
}

function G.coroutine.create(f)
  if type(f) ~= "function" then
    fault("coroutine.create: expected a function, got " .. type(f))
  end
  -- The stride of a new coroutine starts at 0.
  spend(STRIDE)
  local co = create(f)
  debug.sethook(co, watch, "", STRIDE)
  return co
end

function G.coroutine.resume(co, ...)
  check("coroutine.resume", co)
  if not coroutine.isyieldable() then
    fault("coroutine.resume: not possible inside a function that Lua's own C code calls")
  end
  return pump(co, resume(co, ...))
end

local function pass(ok, ...)
  if ok then
    return ...
  end
  error((...), 0)
end

function G.coroutine.wrap(f)
  local co = G.coroutine.create(f)
  return function(...)
    check("coroutine.wrap", co)
    return pass(pump(co, resume(co, ...)))
  end
end

function G.coroutine.close(co)
  check("coroutine.close", co)
  return keep(coroutine.close(co))
end

-- Order --------------------------------------------------------------------------------------------------------------------

local next, sort = next, table.sort

-- The keys of a table: false and true, numbers, strings, each ascending. Lua's own order depends on addresses.
local function keys_of(t, where)
  local booleans, figures, texts, statuses, count = {}, {}, {}, {}, 0
  for key in next, t do
    local kind = type(key)
    count = count + 1
    if kind == "number" then
      figures[#figures + 1] = key
    elseif kind == "string" then
      texts[#texts + 1] = key
    elseif kind == "boolean" then
      booleans[#booleans + 1] = key
    elseif kind == "table" and getmetatable(key) == "status" then
      statuses[#statuses + 1] = key
    else
      fault(where .. ": keys of type " .. kind .. " have no order that is the same on every run")
    end
  end
  spend(count)
  if #booleans == 2 then
    booleans[1], booleans[2] = false, true
  end
  sort(figures)
  sort(texts)
  sort(statuses, function(a, b)
    return tostring(a) < tostring(b)
  end)
  local keys = booleans
  for _, list in ipairs { figures, texts, statuses } do
    for i = 1, #list do
      keys[#keys + 1] = list[i]
    end
  end
  return keys
end

local function is_table(where, t)
  if type(t) ~= "table" then
    fault("bad argument #1 to '" .. where .. "' (table expected, got " .. (t == nil and "nil" or type(t)) .. ")")
  end
end

function G.pairs(t)
  local meta = debug.getmetatable(t)
  if type(meta) == "table" and rawget(meta, "__pairs") then
    return rawget(meta, "__pairs")(t)
  end
  is_table("pairs", t)
  local keys, i = keys_of(t, "pairs"), 0
  return function(_, _)
    -- What was removed on the way is passed over.
    while true do
      i = i + 1
      local key = keys[i]
      if key == nil then
        return nil
      end
      local value = rawget(t, key)
      if value ~= nil then
        return key, value
      end
    end
  end, t, nil
end

function G.next(t, key)
  is_table("next", t)
  local keys, following = keys_of(t, "next"), 1
  while key ~= nil and not rawequal(keys[following], key) do
    if keys[following] == nil then
      fault("invalid key to 'next'")
    end
    following = following + 1
  end
  following = keys[key == nil and 1 or following + 1]
  if following ~= nil then
    return following, rawget(t, following)
  end
end

-- Stable, and without the random pivots of Lua's own.
function G.table_sort(t, before)
  is_table("sort", t)
  if before ~= nil and type(before) ~= "function" then
    fault("bad argument #2 to 'sort' (function expected, got " .. type(before) .. ")")
  end
  before = before or function(a, b)
    return a < b
  end
  local n, from, to = #t, t, {}
  local width = 1
  while width < n do
    for low = 1, n, 2 * width do
      local middle, high = low + width, low + 2 * width
      if middle > n + 1 then middle = n + 1 end
      if high > n + 1 then high = n + 1 end
      local left, right = low, middle
      for at = low, high - 1 do
        if left < middle and (right >= high or not before(from[right], from[left])) then
          to[at] = from[left]
          left = left + 1
        else
          to[at] = from[right]
          right = right + 1
        end
      end
    end
    from, to = to, from
    width = 2 * width
  end
  if from ~= t then
    for i = 1, n do
      t[i] = from[i]
    end
  end
end

-- The libraries ------------------------------------------------------------------------------------------------------------

for _, name in ipairs { "assert", "error", "getmetatable", "ipairs", "rawequal", "rawget", "rawlen", "rawset", "select", "tonumber", "type", "_VERSION" } do
  G[name] = raw[name]
end

G._G, G.tostring = G, tostring

local setmetatable = setmetatable

function G.setmetatable(t, meta)
  -- A finalizer runs without the hook that counts steps.
  if type(meta) == "table" and rawget(meta, "__gc") ~= nil then
    fault("setmetatable: __gc is not offered to scripts")
  end
  return setmetatable(t, meta)
end

function G.print(...)
  local texts = pack(...)
  for i = 1, texts.n do
    texts[i] = tostring(texts[i])
  end
  if not write(table.concat(texts, "\t", 1, texts.n) .. "\n") then
    halt()
  end
end

G.math = {}
for name, value in next, math do
  G.math[name] = value
end

math.randomseed(settings.seed)

function G.math.randomseed(seed)
  if math_type(seed) ~= "integer" then
    fault("math.randomseed: expected an integer for seed, got " .. type(seed))
  end
  math.randomseed(seed)
end

G.utf8 = {}
for name, value in next, utf8 do
  G.utf8[name] = value
end

-- Lua's C code walks these ranges without looking at the budgets.
local function bounded(f)
  return function(t, ...)
    if type(t) == "table" then
      spend(#t // 16)
      if #t > 10000000 then
        fault("a table of more than 10000000 elements")
      end
    end
    return f(t, ...)
  end
end

local function span(where, first, final)
  if math_type(first) and math_type(final) and final >= first then
    if final - first < 0 or final - first > 10000000 then
      fault(where .. ": more than 10000000 elements")
    end
    spend((final - first) // 16 // 1)
  end
end

G.table = { pack = pack, insert = bounded(table.insert), remove = bounded(table.remove), sort = G.table_sort }
G.table_sort = nil

function G.table.concat(t, separator, first, final)
  is_table("concat", t)
  span("table.concat", first or 1, final or #t)
  return table.concat(t, separator, first, final)
end

function G.table.unpack(t, first, final)
  span("table.unpack", first or 1, final or #t)
  return unpack(t, first, final)
end

function G.table.move(source, first, final, at, target)
  span("table.move", first, final)
  return table.move(source, first, final, at, target)
end

-- Names that people try, and why there is nothing behind them.
local missing = {}
for _, name in ipairs { "os", "io", "package", "debug", "require", "load", "loadstring", "loadfile", "dofile", "collectgarbage", "warn" } do
  missing[name] = name .. " is not offered to scripts"
end

core.missing = missing
