import { parseMacAddress } from "../../network/mac-address.ts";
import type { System } from "../../system/system.ts";
import type { AdapterInfo } from "../distro.ts";
import { parseInterfaceMacs } from "./network-state.ts";
import { listDevices, type OdmDevice, queryOdm } from "./odm.ts";

/** An Ethernet adapter that is there, by the name of its IP interface. */
export interface AixAdapter extends AdapterInfo {
  /** "ent0" for "en0". */
  readonly adapter: string;
  /** Virtual Ethernet of the hypervisor, type IBM,l-lan. */
  readonly isVirtual: boolean;
}

/** All adapters, Ethernet or not, and those Ethernet adapters that are there by themselves. */
export interface AixAdapters {
  /** In number order. */
  readonly adapters: readonly AixAdapter[];
  /** As lsdev lists them, EtherChannels and VLANs included. */
  readonly devices: readonly OdmDevice[];
}

/** EtherChannel, VLAN and Shared Ethernet Adapter: made of others, not there by themselves. */
const PSEUDO_TYPES = new Set(["ibm_ech", "eth", "sea"]);
const VIRTUAL_TYPE = "IBM,l-lan";

/**
 * The Available Ethernet adapters in number order; those that are only Defined are of another
 * machine and left alone. Their MAC addresses come from the vital product data of all at once,
 * else from entstat, else from netstat (aix/commands.md §2.5).
 */
export async function readAixAdapters(sys: System): Promise<AixAdapters> {
  const devices = await listDevices(sys, "adapter");
  const found = devices
    .filter(({ name, status, type }) => isThere(name, status) && !PSEUDO_TYPES.has(type))
    .sort((a, b) => numberOf(a.name) - numberOf(b.name));
  if (found.length === 0) {
    return { adapters: [], devices };
  }
  const macs = new Map(await readProductData(sys));
  for (const { name } of found) {
    const mac = macs.get(name) ?? (await readStatistics(sys, name));
    if (mac !== undefined) {
      macs.set(name, mac);
    }
  }
  if (found.some(({ name }) => !macs.has(name))) {
    const { stdout } = await sys.exec.query(["/usr/bin/netstat", "-in"], { okExitCodes: "any" });
    for (const [name, mac] of parseInterfaceMacs(stdout)) {
      const adapter = `ent${numberOf(name)}`;
      macs.set(adapter, macs.get(adapter) ?? mac);
    }
  }
  return { adapters: found.map((device) => toAdapter(device, macs.get(device.name))), devices };
}

function toAdapter({ name, type }: OdmDevice, macAddress: string | undefined): AixAdapter {
  return {
    name: `en${numberOf(name)}`,
    adapter: name,
    isVirtual: type === VIRTUAL_TYPE,
    ...(macAddress === undefined ? {} : { macAddress }),
  };
}

function isThere(name: string, status: string): boolean {
  return /^ent\d+$/u.test(name) && status === "Available";
}

function numberOf(name: string): number {
  return Number(/\d+$/u.exec(name)?.[0] ?? 0);
}

/** The "*" is lscfg's own; no shell is involved. */
async function readProductData(sys: System): Promise<readonly (readonly [string, string])[]> {
  const argv = ["/usr/sbin/lscfg", "-v", "-l", "ent*"];
  const { stdout } = await queryOdm(sys, argv, { okExitCodes: "any" });
  return parseProductData(stdout);
}

/** A device's block begins with its name after two blanks; "Network Address....D213C0153A04" is in it. */
function parseProductData(text: string): readonly (readonly [string, string])[] {
  const macs: (readonly [string, string])[] = [];
  let name: string | undefined;
  for (const line of text.split("\n")) {
    name = /^\s{0,3}(ent\d+)(?:\s|$)/u.exec(line)?.[1] ?? name;
    const mac = parseMacAddress(
      /^\s*Network Address\.+([0-9A-Fa-f]{12})\s*$/u.exec(line)?.[1] ?? "",
    );
    if (name !== undefined && mac !== undefined) {
      macs.push([name, mac]);
    }
  }
  return macs;
}

async function readStatistics(sys: System, name: string): Promise<string | undefined> {
  const argv = ["/usr/bin/entstat", "-d", name];
  const { stdout } = await sys.exec.query(argv, { okExitCodes: "any" });
  return parseMacAddress(/^Hardware Address:\s*(\S+)/mu.exec(stdout)?.[1] ?? "");
}
