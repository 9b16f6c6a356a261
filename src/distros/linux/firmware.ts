import { readTextIfExists } from "../../system/files.ts";
import type { System } from "../../system/system.ts";

/**
 * What the firmware says of this machine, by the keyword of dmidecode(8) -s; "" where it says
 * nothing. Undefined: there is no such keyword.
 */
export function readLinuxFirmware(sys: System, keyword: string): string | undefined {
  const file = DMI_FILES.get(keyword);
  if (file === undefined) {
    return undefined;
  }
  try {
    return (readTextIfExists(sys.fs, `/sys/class/dmi/id/${file}`) ?? "")
      .trim()
      .slice(0, LENGTH_MAX);
  } catch {
    // Only root may read serial numbers: what may not be read is not known.
    return "";
  }
}

const LENGTH_MAX = 1024;

/** Files of /sys/class/dmi/id (kernel, drivers/firmware/dmi-id). */
const DMI_FILES: ReadonlyMap<string, string> = new Map([
  ["baseboard-asset-tag", "board_asset_tag"],
  ["baseboard-manufacturer", "board_vendor"],
  ["baseboard-product-name", "board_name"],
  ["baseboard-serial-number", "board_serial"],
  ["baseboard-version", "board_version"],
  ["bios-release-date", "bios_date"],
  ["bios-vendor", "bios_vendor"],
  ["bios-version", "bios_version"],
  ["chassis-asset-tag", "chassis_asset_tag"],
  ["chassis-manufacturer", "chassis_vendor"],
  ["chassis-serial-number", "chassis_serial"],
  ["chassis-version", "chassis_version"],
  ["system-manufacturer", "sys_vendor"],
  ["system-product-name", "product_name"],
  ["system-serial-number", "product_serial"],
  ["system-uuid", "product_uuid"],
  ["system-version", "product_version"],
]);
