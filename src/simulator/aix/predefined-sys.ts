import { attribute, between, oneOf, type PredefinedAttribute } from "./attribute.ts";
import type { AixMachine } from "./machine.ts";

/**
 * Attributes of sys0, as an AIX 7.3 partition on PowerVS lists them. What says which partition
 * this is comes from the firmware, not from the ODM. Older levels lack some (`missingSysAttributes`).
 */
export function sysAttributes(machine: AixMachine): readonly PredefinedAttribute[] {
  const { identity, level, faults } = machine;
  const onOff = oneOf("true", "false");
  const all = [
    attribute("SW_dist_intr", "false", "Enable SW distribution of interrupts", "True", onOff),
    attribute("autorestart", "true", "Automatically REBOOT OS after a crash", "True", onOff),
    attribute("boottype", "disk", "N/A", "False"),
    attribute("capped", "false", "Partition is capped", "False"),
    attribute("chown_restrict", "true", "Chown Restriction Mode", "True", onOff),
    attribute("clouddev", "0", "Recreate ODM devices on next boot", "True", oneOf("0", "1")),
    attribute("conslogin", "enable", "System Console Login", "False"),
    attribute("cpuguard", "enable", "CPU Guard", "True", oneOf("enable", "disable")),
    attribute("dedicated", "false", "Partition is dedicated", "False"),
    attribute("enhanced_RBAC", "true", "Enhanced RBAC Mode", "True", onOff),
    attribute("ent_capacity", "1.00", "Entitled processor capacity", "False"),
    attribute("frequency", "24000000", "System Bus Frequency", "False"),
    attribute("fullcore", "true", "Enable full CORE dump", "True", onOff),
    attribute(
      "fwversion",
      "IBM,FW1050.70 (ML1050_132)",
      "Firmware version and revision levels",
      "False",
    ),
    attribute("ghostdev", "0", "Recreate ODM devices on system change", "True", oneOf("0", "1")),
    attribute("id_to_partition", identity.idToPartition, "Partition ID", "False"),
    attribute("id_to_system", identity.idToSystem, "System ID", "False"),
    attribute("iostat", "false", "Continuously maintain DISK I/O history", "True", onOff),
    attribute("keylock", "normal", "State of system keylock at boot time", "False"),
    attribute(
      "max_logname",
      "65",
      "Maximum login name length at boot time",
      "True",
      between(9, 256),
    ),
    attribute(
      "maxbuf",
      "20",
      "Maximum number of pages in block I/O BUFFER CACHE",
      "True",
      between(20, 1_000),
    ),
    attribute(
      "maxuproc",
      "128",
      "Maximum number of PROCESSES allowed per user",
      "True",
      between(40, 131_072),
    ),
    attribute("modelname", identity.modelName, "Machine name", "False"),
    attribute("ncargs", "256", "ARG/ENV list size in 4K byte blocks", "True", between(256, 1_024)),
    attribute("ngroups_allowed", "128", "Number of Groups Allowed", "True", between(128, 2_048)),
    attribute("os_uuid", identity.osUuid, "N/A", "True"),
    attribute("partition_uuid", identity.partitionUuid, "N/A", "False"),
    attribute("realmem", "8388608", "Amount of usable physical memory in Kbytes", "False"),
    attribute("rtasversion", "1", "Open Firmware RTAS version", "False"),
    attribute("systemid", identity.systemId, "Hardware system identifier", "False"),
  ];
  const missing =
    level === "7.2"
      ? [...faults.missingSysAttributes, "partition_uuid"]
      : faults.missingSysAttributes;
  return all.filter(({ name }) => !missing.includes(name));
}
