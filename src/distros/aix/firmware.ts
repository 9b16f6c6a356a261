import type { System } from "../../system/system.ts";
import { readAttributes } from "./odm.ts";

/**
 * What sys0 says where others have DMI (compat datasources-clouds.md §11.1), by the keyword of
 * dmidecode(8) -s; "" for what AIX does not tell. Undefined: there is no such keyword.
 */
export async function readAixFirmware(sys: System, keyword: string): Promise<string | undefined> {
  if (keyword === "system-manufacturer") {
    return "IBM";
  }
  const attribute = ATTRIBUTES.get(keyword);
  if (attribute === undefined) {
    return /^(?:baseboard|bios|chassis|system)-[a-z-]+$/u.test(keyword) ? "" : undefined;
  }
  // All at once: asking for an attribute that this level does not have is an error.
  const attributes = await readAttributes(sys, "sys0");
  return attributes?.get(attribute)?.[0]?.trim() ?? "";
}

const ATTRIBUTES: ReadonlyMap<string, string> = new Map([
  ["system-uuid", "os_uuid"],
  ["system-serial-number", "systemid"],
  ["system-product-name", "modelname"],
]);
