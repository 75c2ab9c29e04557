-- How much may the memory map grow between a loader's GetMemoryMap and its ExitBootServices? This loader leaves room for 8
-- descriptors. Here the map grows by 0 to 40 of them, one boot each, behind its back.
local SLACK <const> = 8

local function loader()
  local status, map = bs.get_memory_map { slack = SLACK }
  if status == Status.Success then
    status = bs.exit_boot_services(map.key)
  end
  if status == Status.InvalidParameter then
    status, map = bs.refetch_memory_map(map)
    if status == Status.Success then
      status = bs.exit_boot_services(map.key)
    end
  end
  return status
end

local curve, last = "", nil
for growth = 0, 40 do
  local undo = between { after = "bs.GetMemoryMap", before = "bs.ExitBootServices", grow = growth, times = 1 }
  local report = boot(loader)
  undo()
  local survives = report.status == Status.Success
  curve = curve .. (survives and "#" or ".")
  if survives then
    last = growth
  elseif growth == last + 1 then
    print("at " .. growth .. " more it ends with " .. tostring(report.status))
  end
end

print("0        10        20        30        40")
print(curve)
print("room for " .. SLACK .. " descriptors survives " .. last .. " more: the buffer itself, once it is allocated, is one")
