import type { AdapterInfo } from "../../distros/distro.ts";
import { rankedMetric } from "../../network/dhcp-overrides.ts";
import { formatAddress, parseAddress, parsePrefixLength } from "../../network/ip-address.ts";
import { parseMacAddress } from "../../network/mac-address.ts";
import type {
  AddressConfig,
  InterfaceConfig,
  NetworkConfig,
} from "../../network/network-config.ts";
import { parseInteger } from "../../text/integer-option.ts";
import type { Problem } from "../../text/problem.ts";
import { isRecord } from "../../text/record.ts";

const SOURCE = "network/interfaces/macs";

/** What the metadata says of the network. */
export interface Ec2Network {
  /** Absent: no adapter of this machine is in the metadata. */
  readonly config?: NetworkConfig;
  readonly problems: readonly Problem[];
}

/**
 * The network of `network/interfaces/macs/<mac>/` (compat datasources-clouds.md §4.3): DHCP on each
 * adapter that machine and metadata both have, in the order of network-card, device-number and MAC,
 * which the metrics of their routes repeat,
 * and the second and later addresses of each fixed. With `primaryOnly`, DHCP on the first one alone.
 */
export function readEc2Network(
  metadata: Readonly<Record<string, unknown>>,
  adapters: readonly AdapterInfo[],
  primaryOnly: boolean,
): Ec2Network {
  const problems: Problem[] = [];
  const nics = listNics(metadata, adapters);
  const used = primaryOnly ? nics.slice(0, 1) : nics;
  if (used.length === 0) {
    return { problems };
  }
  const interfaces = used.map((nic, index) => {
    const iface = toInterface(nic, primaryOnly, problems);
    // With one adapter there is nothing to put in order.
    return used.length === 1 ? iface : withMetric(iface, rankedMetric(index));
  });
  return { config: { interfaces, nameservers: [], searchDomains: [] }, problems };
}

function withMetric(iface: InterfaceConfig, routeMetric: number): InterfaceConfig {
  return {
    ...iface,
    dhcp4Overrides: { routeMetric },
    ...(iface.dhcp6 === "no" ? {} : { dhcp6Overrides: { routeMetric } }),
  };
}

interface Nic {
  readonly name: string;
  readonly mac: string;
  readonly leaves: Readonly<Record<string, unknown>>;
}

function listNics(
  metadata: Readonly<Record<string, unknown>>,
  adapters: readonly AdapterInfo[],
): readonly Nic[] {
  const macs = SOURCE.split("/").reduce<unknown>(
    (at, name) => (isRecord(at) ? at[name] : undefined),
    metadata,
  );
  const nics: Nic[] = [];
  for (const [text, leaves] of Object.entries(isRecord(macs) ? macs : {})) {
    const mac = parseMacAddress(text);
    const adapter = adapters.find(
      ({ macAddress }) => macAddress !== undefined && parseMacAddress(macAddress) === mac,
    );
    if (mac !== undefined && adapter !== undefined && isRecord(leaves)) {
      nics.push({ name: adapter.name, mac, leaves });
    }
  }
  return nics.sort(
    (a, b) =>
      orderOf(a, "network-card") - orderOf(b, "network-card") ||
      orderOf(a, "device-number") - orderOf(b, "device-number") ||
      (a.mac < b.mac ? -1 : 1),
  );
}

/** What does not say comes last. */
function orderOf({ leaves }: Nic, key: string): number {
  return parseInteger(leaves[key]) ?? Number.MAX_SAFE_INTEGER;
}

function toInterface(
  { name, mac, leaves }: Nic,
  primaryOnly: boolean,
  problems: Problem[],
): InterfaceConfig {
  const addresses6 = listTexts(leaves["ipv6s"]);
  const addresses = primaryOnly
    ? []
    : [
        ...furtherAddresses(mac, { list: listTexts(leaves["local-ipv4s"]), family: 4 }, [
          leaves["subnet-ipv4-cidr-block"],
          problems,
        ]),
        ...furtherAddresses(mac, { list: addresses6, family: 6 }, [
          leaves["subnet-ipv6-cidr-blocks"] ?? leaves["subnet-ipv6-cidr-block"],
          problems,
        ]),
      ];
  return {
    name,
    link: { kind: "physical" },
    macAddress: mac,
    dhcp4: true,
    dhcp6: addresses6.length > 0 && !primaryOnly ? "stateful" : "no",
    slaac: false,
    addresses,
    routes: [],
    nameservers: [],
    searchDomains: [],
  };
}

/** The first address is DHCP's. */
function furtherAddresses(
  mac: string,
  { list, family }: { readonly list: readonly string[]; readonly family: 4 | 6 },
  [block, problems]: readonly [unknown, Problem[]],
): readonly AddressConfig[] {
  const fallback = family === 4 ? 24 : 128;
  const [cidr] = listTexts(block);
  const further = list.slice(1).sort();
  const prefixLength =
    cidr === undefined ? undefined : parsePrefixLength(family, cidr.replace(/^.*\//su, ""));
  if (further.length > 0 && prefixLength === undefined) {
    problems.push({
      message: `The subnet of IPv${family} of ${mac} is not known: /${fallback} is used`,
      source: SOURCE,
      path: [mac],
      severity: "warning",
    });
  }
  return further.flatMap((text) => {
    const address = parseAddress(text);
    if (address?.family !== family) {
      problems.push({
        message: `Cannot use an address of ${mac}: expected one of IPv${family}, found ${JSON.stringify(text.slice(0, 60))}`,
        source: SOURCE,
        path: [mac],
      });
      return [];
    }
    return [{ family, address: formatAddress(address), prefixLength: prefixLength ?? fallback }];
  });
}

function listTexts(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((item) => typeof item === "string").filter((text) => text !== "");
}
