-- A loader that leaves boot services as it should, where the first attempt cannot succeed: this SEV-SNP firmware accepts the
-- memory that the guest did not ask for inside ExitBootServices, and so moves the map key that the guest gave.
machine { platform = "sev-snp", memory = "16G" }

-- Asks for the size, allocates that and room for 8 descriptors more, fetches.
local status, map = bs.get_memory_map { slack = 8 }
expect(status, Status.Success)
print(#map.descriptors .. " descriptors, key " .. hex(map.key))

status = bs.exit_boot_services(map.key)
print("first attempt   " .. tostring(status))

-- From here on nothing may be allocated: fetch the map again, into the buffer that has room to spare.
if status == Status.InvalidParameter then
  status, map = bs.refetch_memory_map(map)
  expect(status, Status.Success)
  print(#map.descriptors .. " descriptors, key " .. hex(map.key))

  status = bs.exit_boot_services(map.key)
  print("second attempt  " .. tostring(status))
end

return status
