-- Two loaders that do not survive the firmware that retry-right.lua survives, and what becomes of them.
machine { platform = "sev-snp", memory = "16G" }

-- Tries again with the key that failed: it was the right one for a map that no longer is.
local function stale_key()
  local _, map = bs.get_memory_map {}
  for _ = 1, 3 do
    local status = bs.exit_boot_services(map.key)
    if status == Status.Success then
      return status
    end
  end
  return Status.Aborted
end

-- Fetches the map again, and then does something with it that allocates: each fetch is stale before it is used.
local function late_allocation()
  for _ = 1, 3 do
    local _, map = bs.get_memory_map {}
    bs.allocate_pages("LoaderData", 1)
    if bs.exit_boot_services(map.key) == Status.Success then
      return Status.Success
    end
  end
  return Status.Aborted
end

for name, loader in pairs { ["stale key"] = stale_key, ["late allocation"] = late_allocation } do
  local report = boot(loader)
  print(name .. ": " .. report.end_)
  for _, attempt in ipairs(report.attempts) do
    print(string.format("  key 0x%x given, 0x%x current: %s", attempt.map_key, attempt.current_map_key, attempt.cause))
  end
  print("  " .. report.verdict)
  expect(report.exit_code, 1)
end
