import { readTextIfExists } from "../system/files.ts";
import type { System } from "../system/system.ts";

/** Names of files in /sys/class/dmi/id: what the firmware says of the machine (SMBIOS, types 1 and 3). */
export type DmiKey = "product_name" | "product_serial" | "product_uuid" | "chassis_asset_tag";

const LENGTH_MAX = 256;

/** What the firmware says, or undefined where it says nothing: there is no DMI on AIX and on POWER. */
export function readDmi(sys: System, key: DmiKey): string | undefined {
  if (sys.process.platform !== "linux") {
    return undefined;
  }
  try {
    const text = readTextIfExists(sys.fs, `/sys/class/dmi/id/${key}`)?.slice(0, LENGTH_MAX).trim();
    return text === "" ? undefined : text;
  } catch {
    // Only root may read the serial number: what may not be read is not known.
    return undefined;
  }
}
