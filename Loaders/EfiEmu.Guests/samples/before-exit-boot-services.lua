-- Who hears of ExitBootServices, in which order, and at which task priority. BEFORE_EXIT_BOOT_SERVICES comes while everything
-- still works, at the first attempt alone; EXIT_BOOT_SERVICES when the timer is off and the map key was right.
machine { firmware = "edk2-202502" }

local names = {}
for name, level in pairs(Tpl) do
  names[level] = name
end

local function level()
  local before = bs.raise_tpl(Tpl.High)
  bs.restore_tpl(before)
  return names[before]
end

local function hear(label, group, tpl)
  local status = bs.create_event {
    group = group,
    tpl = tpl,
    notify = function()
      print(string.format("  %-24s at %s", label, level()))
    end,
  }
  expect(status, Status.Success)
end

hear("exit, callback", Guid.ExitBootServicesGroup, Tpl.Callback)
hear("exit, notify", Guid.ExitBootServicesGroup, Tpl.Notify)
hear("before exit, callback", Guid.BeforeExitBootServicesGroup, Tpl.Callback)
hear("before exit, notify", Guid.BeforeExitBootServicesGroup, Tpl.Notify)

local _, map = bs.get_memory_map {}
for _, key in ipairs { map.key - 1, map.key } do
  print("ExitBootServices(" .. hex(key) .. ")")
  print("  " .. tostring(bs.exit_boot_services(key)))
end
