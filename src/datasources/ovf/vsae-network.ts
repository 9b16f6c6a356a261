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
  const notes: string[] = [];
  const placed = placeAdapters(settings.adapters, machine, { problems, notes });
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

/**
 * Those in the slot that is named first, so that nobody takes the adapter of another; then the n-th
 * one each. An adapter that is in no slot of this machine has no address to take (DECISIONS 9),
 * unless nothing is known of the slots.
 */
function placeAdapters(
  given: readonly VsaeAdapter[],
  { adapters, slots }: VsaeMachine,
  { problems, notes }: { readonly problems: Problem[]; readonly notes: string[] },
): readonly Placed[] {
  const used = given.filter(({ usesDhcp, addresses }) => usesDhcp || addresses.length > 0);
  const placed = new Map<VsaeAdapter, AdapterInfo>();
  const taken = new Set<AdapterInfo>();
  const take = (one: VsaeAdapter, adapter: AdapterInfo | undefined, none: string): boolean => {
    if (adapter === undefined || taken.has(adapter)) {
      const why = adapter === undefined ? none : `"${adapter.name}" is another one's`;
      const message = `Cannot use the address of adapter ${one.number}: expected an Ethernet adapter for it, but ${why}`;
      problems.push({ message, source: VSAE_SOURCE });
      return false;
    }
    taken.add(adapter);
    placed.set(one, adapter);
    return true;
  };
  const isBySlot = ({ slot }: VsaeAdapter): boolean => slot !== undefined && slots.size > 0;
  for (const one of used.filter(isBySlot)) {
    const adapter = adapters.find(({ name }) => slots.get(name) === Number(one.slot));
    take(one, adapter, "none is in its slot");
  }
  for (const one of used.filter((other) => !isBySlot(other))) {
    const adapter = adapters[one.number - 1];
    if (take(one, adapter, "there is none") && one.slot !== undefined && adapter !== undefined) {
      notes.push(
        `The slots of this machine's adapters are not known: "${adapter.name}", number ${one.number} of them, is used for adapter ${one.number} of the OVF environment`,
      );
    }
  }
  return used.flatMap((one) => {
    const adapter = placed.get(one);
    return adapter === undefined ? [] : [{ given: one, adapter }];
  });
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
