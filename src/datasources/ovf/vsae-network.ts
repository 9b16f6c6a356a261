import type { AdapterInfo } from "../../distros/distro.ts";
import {
  formatMask,
  isSameNetwork,
  parseAddress,
  parsePrefixLength,
} from "../../network/ip-address.ts";
import type { ParsedNetwork } from "../../network/network-config.ts";
import { parseNetworkV1 } from "../../network/parse-v1.ts";
import type { Problem } from "../../text/problem.ts";
import type { VsaeAdapter, VsaeSettings } from "./vsae.ts";

/** The adapters of this machine, in number order, and the virtual slots they are in. */
export interface VsaeMachine {
  readonly adapters: readonly AdapterInfo[];
  /** Name of the IP interface → slot. */
  readonly slots: ReadonlyMap<string, number>;
}

/** As messages and the instance's `network` name it. */
export const VSAE_SOURCE = "ovf-env.xml";

/** The settings of all adapters for the machine's own; undefined where none has an address. */
export function buildVsaeNetwork(
  settings: VsaeSettings,
  machine: VsaeMachine,
): ParsedNetwork | undefined {
  const problems: Problem[] = [];
  const taken = new Set<string>();
  const notes: string[] = [];
  const placed: Placed[] = [];
  for (const given of settings.adapters) {
    if (!given.usesDhcp && given.addresses.length === 0) {
      continue;
    }
    const adapter = findAdapter(given, machine, notes);
    if (adapter === undefined || taken.has(adapter.name)) {
      const why = adapter === undefined ? "there is none" : `"${adapter.name}" is another one's`;
      const message = `Cannot use the address of adapter ${given.number}: expected an Ethernet adapter for it, but ${why}`;
      problems.push({ message, source: VSAE_SOURCE });
      continue;
    }
    taken.add(adapter.name);
    placed.push({ given, adapter });
  }
  if (placed.length === 0) {
    return problems.length === 0 ? undefined : { config: EMPTY, problems, notes };
  }
  const gatewayOwner =
    placed.find(({ given }) => isGatewayOf(given, settings.gateway)) ??
    placed.find(({ given }) => given.number === 1);
  const items: unknown[] = placed.map((one) =>
    itemOf(one, one === gatewayOwner ? settings.gateway : undefined),
  );
  const { nameservers, searchDomains } = settings;
  const dns = { type: "nameserver", address: nameservers, search: searchDomains };
  const parsed = parseNetworkV1(
    { version: 1, config: nameservers.length === 0 ? items : [...items, dns] },
    VSAE_SOURCE,
  );
  return {
    config: { ...parsed.config, interfaces: parsed.config.interfaces.filter(hasAddress) },
    problems: [...problems, ...parsed.problems.map(withoutPath)],
    notes: [...notes, ...(parsed.notes ?? [])],
  };
}

interface Placed {
  readonly given: VsaeAdapter;
  readonly adapter: AdapterInfo;
}

function itemOf({ given, adapter }: Placed, gateway: string | undefined): unknown {
  const { name, macAddress } = adapter;
  return {
    type: "physical",
    name,
    ...(macAddress === undefined ? {} : { mac_address: macAddress }),
    subnets: given.usesDhcp ? [{ type: "dhcp4" }] : subnetsOf(given, gateway),
  };
}

const EMPTY = { interfaces: [], nameservers: [], searchDomains: [] };

/** What nothing is known of is left as it is. */
function hasAddress({ dhcp4, addresses }: ParsedNetwork["config"]["interfaces"][number]): boolean {
  return dhcp4 || addresses.length > 0;
}

/** Key paths are those of the version 1 document that nobody wrote. */
function withoutPath({ message, severity }: Problem): Problem {
  return {
    message: message.replace(/^config\[\d+\][^\s:]*: /u, ""),
    source: VSAE_SOURCE,
    ...(severity === undefined ? {} : { severity }),
  };
}

/** The adapter in the slot that is named; where none is, the n-th one. */
function findAdapter(
  { number, slot }: VsaeAdapter,
  { adapters, slots }: VsaeMachine,
  notes: string[],
): AdapterInfo | undefined {
  const inSlot =
    slot === undefined ? undefined : adapters.find(({ name }) => slots.get(name) === Number(slot));
  if (inSlot !== undefined) {
    return inSlot;
  }
  const byOrder = adapters[number - 1];
  if (slot !== undefined && byOrder !== undefined) {
    notes.push(
      `No adapter is in the slot of adapter ${number} of the OVF environment: "${byOrder.name}", number ${number} of the machine's, is used`,
    );
  }
  return byOrder;
}

function isGatewayOf({ addresses, masks }: VsaeAdapter, gateway: string | undefined): boolean {
  const router = gateway === undefined ? undefined : parseAddress(gateway);
  const address = parseAddress(addresses[0]?.split("/", 1)[0] ?? "");
  const length = parsePrefixLength(4, addresses[0]?.split("/")[1] ?? masks[0] ?? "");
  return (
    router?.family === 4 &&
    address?.family === 4 &&
    length !== undefined &&
    isSameNetwork(router, address, length)
  );
}

function subnetsOf(
  { addresses, masks }: VsaeAdapter,
  gateway: string | undefined,
): readonly unknown[] {
  return addresses.map((address, index) => {
    const mask = masks[index] ?? masks[0];
    const length = mask === undefined ? undefined : parsePrefixLength(4, mask);
    return {
      type: "static",
      address,
      ...(mask === undefined
        ? {}
        : { netmask: length === undefined ? mask : formatMask(4, length) }),
      ...(index === 0 && gateway !== undefined ? { gateway } : {}),
    };
  });
}
