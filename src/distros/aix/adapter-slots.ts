import type { System } from "../../system/system.ts";
import { queryOdm } from "./odm.ts";

/**
 * The virtual slots of Ethernet adapters, by the names of their IP interfaces: the number behind
 * "C" in the location code, as in "U9009.22A.1234567-V3-C32-T1". Adapters of hardware have none.
 */
export async function readAixAdapterSlots(sys: System): Promise<ReadonlyMap<string, number>> {
  // The "*" is lscfg's own; no shell is involved.
  const argv = ["/usr/sbin/lscfg", "-l", "ent*"];
  const { stdout } = await queryOdm(sys, argv, { okExitCodes: "any" });
  return parseAdapterSlots(stdout);
}

/** Lines of lscfg: "  ent0   U9009.22A.1234567-V3-C32-T1   Virtual I/O Ethernet Adapter (l-lan)". */
export function parseAdapterSlots(text: string): ReadonlyMap<string, number> {
  const slots = new Map<string, number>();
  for (const line of text.split("\n")) {
    const [, number, slot] =
      /^\s*ent(\d+)\s+\S*-V\d+-C(\d{1,9})(?:-T\d+)?(?:\s|$)/u.exec(line) ?? [];
    if (number !== undefined && slot !== undefined) {
      slots.set(`en${number}`, Number(slot));
    }
  }
  return slots;
}
