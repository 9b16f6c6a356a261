import type { System } from "../../system/system.ts";
import { readAttributes } from "./odm.ts";

/**
 * What tells this partition from every other, and stays when it migrates: `partition_uuid`, at
 * newer levels only, else `os_uuid`, else the partition number with the machine's serial number
 * (DECISIONS 7). Undefined where sys0 tells none of them.
 */
export async function readAixMachineId(sys: System): Promise<string | undefined> {
  // All at once: asking for an attribute that this level does not have is an error.
  const attributes = await readAttributes(sys, "sys0");
  const read = (name: string): string | undefined => attributes?.get(name)?.[0];
  const uuid = [read("partition_uuid"), read("os_uuid")].find(isTold);
  if (uuid !== undefined) {
    return uuid.toLowerCase();
  }
  const partition = read("id_to_partition");
  const machine = read("systemid");
  return isTold(partition) && isTold(machine) ? `${machine}/${partition}` : undefined;
}

function isTold(value: string | undefined): value is string {
  return value !== undefined && value !== "" && value !== "N/A" && !/^[0-]+$/u.test(value);
}
