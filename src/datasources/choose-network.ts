import type { AdapterInfo } from "../distros/distro.ts";
import type { InstanceNetwork } from "../instance/instance.ts";
import { parseMacAddress } from "../network/mac-address.ts";
import type { InterfaceConfig, NetworkConfig, ParsedNetwork } from "../network/network-config.ts";
import { parseEni } from "../network/parse-eni.ts";
import { parseOpenStackNetwork } from "../network/parse-openstack.ts";
import { errorMessage } from "../text/error-message.ts";
import type { Problem } from "../text/problem.ts";
import type { OpenStackMetadata } from "./openstack-metadata.ts";

/** Values of `datasource: {ConfigDrive: {network_source: …}}`. */
export type NetworkSource = "auto" | "network_data" | "eni";

/** The adapters of this machine; where one of these MAC addresses is missing, looks for adapters that were attached late. */
export type ReadAdapters = (wanted: readonly string[]) => Promise<readonly AdapterInfo[]>;

/** What was chosen, and why not the other. */
export interface ChosenNetwork {
  readonly network?: InstanceNetwork;
  readonly problems: readonly Problem[];
  /** For the log at INFO. */
  readonly notes: readonly string[];
  /** For the log at DEBUG. */
  readonly details: readonly string[];
}

/**
 * Which of the network settings on a config drive count (DECISIONS 8): network_data.json where each
 * of its links with an address is an adapter of this machine, by MAC; else the interfaces text;
 * else none. PowerVC supplies both, and the text knows adapters by their order alone.
 */
export async function chooseNetwork(
  metadata: Pick<OpenStackMetadata, "networkData" | "interfaces">,
  preference: NetworkSource,
  readAdapters: ReadAdapters,
): Promise<ChosenNetwork> {
  const { networkData, interfaces } = metadata;
  const data =
    networkData === undefined || preference === "eni"
      ? undefined
      : {
          ...parseOpenStackNetwork(networkData.data, networkData.source),
          source: networkData.source,
        };
  const readText = (): Candidate | undefined =>
    interfaces === undefined || preference === "network_data"
      ? undefined
      : { ...parseEni(interfaces.text, interfaces.source), source: interfaces.source };
  if (data === undefined) {
    return choose(readText(), []);
  }
  if (preference === "network_data") {
    return choose(data, []);
  }
  const reason = await findReasonAgainst(data.config, readAdapters);
  const text = readText();
  if (reason === undefined) {
    return choose(withSearchDomains(data, text), []);
  }
  const why = `Settings in "${data.source}" are not used: ${reason}`;
  if (text === undefined || text.config.interfaces.length === 0) {
    const problems = [...data.problems, ...(text?.problems ?? [])];
    // A document that cannot be read at all has been told of: that nothing is in it says no more.
    const isTold = data.config.interfaces.length === 0 && data.problems.length > 0;
    return {
      problems: isTold ? problems : [...problems, { message: why, source: data.source }],
      notes: [],
      details: [],
    };
  }
  return choose(text, [`${why}; "${text.source}" is used instead`]);
}

/** network_data.json has no word for search domains; the interfaces text of the same drive may name them. */
function withSearchDomains(data: Candidate, text: Candidate | undefined): Candidate {
  const domains = (text?.config.interfaces ?? []).flatMap((iface) => iface.searchDomains);
  const searchDomains = [...new Set([...(text?.config.searchDomains ?? []), ...domains])];
  const hasOwn =
    data.config.searchDomains.length > 0 ||
    data.config.interfaces.some((iface) => iface.searchDomains.length > 0);
  return hasOwn || searchDomains.length === 0
    ? data
    : { ...data, config: { ...data.config, searchDomains } };
}

interface Candidate extends ParsedNetwork {
  readonly source: string;
}

function choose(candidate: Candidate | undefined, notes: readonly string[]): ChosenNetwork {
  if (candidate === undefined) {
    return { problems: [], notes, details: [] };
  }
  const { config, source, problems, notes: details = [] } = candidate;
  return config.interfaces.length === 0
    ? { problems, notes, details }
    : { network: { source, config }, problems, notes, details };
}

/** Undefined where network_data.json describes this machine's adapters. */
async function findReasonAgainst(
  config: NetworkConfig,
  readAdapters: ReadAdapters,
): Promise<string | undefined> {
  const used = config.interfaces.filter(hasAddress);
  if (used.length === 0) {
    return "no link in it has an address";
  }
  const byName = new Map(config.interfaces.map((link) => [link.name, link]));
  let adapters: readonly AdapterInfo[];
  try {
    adapters = await readAdapters(listMacs(used, byName));
  } catch (error) {
    return `the adapters of this machine cannot be told (${errorMessage(error)})`;
  }
  for (const link of used) {
    for (const name of physicalLinks(link.name, byName)) {
      const physical = byName.get(name);
      if (!isAdapter(name, physical, adapters)) {
        const mac = physical?.macAddress;
        const what = mac === undefined ? "" : ` with the MAC "${mac}"`;
        return `no adapter of this machine is its link "${name}"${what}`;
      }
    }
  }
  return undefined;
}

function listMacs(
  used: readonly InterfaceConfig[],
  byName: ReadonlyMap<string, InterfaceConfig>,
): readonly string[] {
  const names = new Set(used.flatMap((link) => physicalLinks(link.name, byName)));
  return [...names].flatMap((name) => byName.get(name)?.macAddress ?? []);
}

function hasAddress(link: InterfaceConfig): boolean {
  return (
    link.link.kind !== "loopback" &&
    (link.addresses.length > 0 || link.dhcp4 || link.dhcp6 !== "no" || link.slaac)
  );
}

/** The physical links that carry a link: itself, the members of a bond, what a VLAN is on. */
function physicalLinks(
  name: string,
  byName: ReadonlyMap<string, InterfaceConfig>,
  seen: Set<string> = new Set(),
): readonly string[] {
  if (seen.has(name)) {
    return [];
  }
  seen.add(name);
  const link = byName.get(name)?.link;
  switch (link?.kind) {
    case "bond":
      return link.members.flatMap((member) => physicalLinks(member, byName, seen));
    case "vlan":
      return physicalLinks(link.parent, byName, seen);
    default:
      return [name];
  }
}

function isAdapter(
  name: string,
  link: InterfaceConfig | undefined,
  adapters: readonly AdapterInfo[],
): boolean {
  const mac = link?.macAddress;
  return adapters.some((adapter) =>
    mac === undefined
      ? adapter.name === name
      : adapter.macAddress !== undefined && parseMacAddress(adapter.macAddress) === mac,
  );
}
