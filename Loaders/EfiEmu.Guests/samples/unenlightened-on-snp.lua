-- What a kernel that knows nothing of unaccepted memory gets of 16 GiB, under each way in which firmware may treat it.
machine { platform = "sev-snp", memory = "16G" }

print("acceptance               at exit  lost     accepting  attempts")
for _, policy in ipairs { "negotiated", "lazy", "lazy-without-negotiation", "accept-all" } do
  local accepting = 0
  local undo = on("memory_accepted", function(event)
    accepting = accepting + event.cost_nanoseconds
  end)
  local report = boot("guest:unenlightened-kernel", { acceptance = policy })
  undo()

  local statuses = {}
  for i, attempt in ipairs(report.attempts) do
    statuses[i] = tostring(attempt.status):gsub("EFI_", "")
  end
  print(string.format("%-24s %-8s %-8s %5.3f s    %s", policy, size(report.ram.accepted_at_exit_boot_services),
    size(report.ram.lost_to_guest), accepting / 1e9, table.concat(statuses, ", ")))
end
