import { parseAddress, prefixLengthMax } from "../../network/ip-address.ts";
import { parseMacAddress } from "../../network/mac-address.ts";
import type { ParsedNetwork } from "../../network/network-config.ts";
import { rankedMetric } from "../../network/dhcp-overrides.ts";
import type { Raw } from "../../network/given.ts";
import { parseNetworkV2 } from "../../network/parse-v2.ts";
import { parseInteger } from "../../text/integer-option.ts";
import { isRecord } from "../../text/record.ts";
import { IMDS_SOURCE } from "./parse-imds.ts";

/** `datasource.Azure` has a switch for each. */
export interface ImdsNetworkOptions {
  readonly withSecondaryAddresses: boolean;
  /** False: adapters keep the names that they have. */
  readonly setsNames: boolean;
}

const INTERFACE_COUNT_MAX = 64;
const ADDRESS_COUNT_MAX = 256;

/**
 * The network of a machine in Azure (compat datasources-clouds.md §2.3): its first addresses by
 * DHCP, the others static. Undefined where the document describes no adapter with an address.
 */
export function buildImdsNetwork(
  network: unknown,
  options: ImdsNetworkOptions,
): ParsedNetwork | undefined {
  const list = isRecord(network) && Array.isArray(network["interface"]) ? network["interface"] : [];
  const devices = list.slice(0, INTERFACE_COUNT_MAX).flatMap((given: unknown, index) => {
    const device = isRecord(given) ? buildDevice(given, index, options) : undefined;
    return device === undefined ? [] : [{ ...device, index }];
  });
  if (devices.length === 0) {
    return undefined;
  }
  const ethernets = devices.map(({ name, settings, index }): [string, unknown] => [
    name,
    // With one adapter there is nothing to put in order.
    devices.length === 1 ? settings : { ...settings, ...overridesOf(settings, index) },
  ]);
  return parseNetworkV2({ version: 2, ethernets: Object.fromEntries(ethernets) }, IMDS_SOURCE);
}

/** The first adapter's routes and name servers come first. */
function overridesOf(settings: Raw, index: number): Raw {
  const overrides = {
    "route-metric": rankedMetric(index),
    ...(index === 0 ? {} : { "use-dns": false }),
  };
  return {
    "dhcp4-overrides": overrides,
    ...(settings["dhcp6"] === true ? { "dhcp6-overrides": overrides } : {}),
  };
}

function buildDevice(
  given: Readonly<Record<string, unknown>>,
  index: number,
  { withSecondaryAddresses, setsNames }: ImdsNetworkOptions,
): { readonly name: string; readonly settings: Raw } | undefined {
  const mac = typeof given["macAddress"] === "string" ? given["macAddress"] : "";
  const macAddress = parseMacAddress(mac);
  const addresses = ([4, 6] as const).map((family) => readAddresses(given, family));
  const [v4 = [], v6 = []] = addresses;
  if (macAddress === undefined || (v4.length === 0 && v6.length === 0)) {
    return undefined;
  }
  const others = withSecondaryAddresses ? [...v4.slice(1), ...v6.slice(1)] : [];
  const bare = macAddress.replaceAll(":", "");
  const name = setsNames ? `eth${index}` : `enx${bare}`;
  return {
    name,
    settings: {
      match: { macaddress: macAddress },
      ...(setsNames ? { "set-name": name } : {}),
      dhcp4: true,
      ...(v6.length === 0 ? {} : { dhcp6: true }),
      ...(others.length === 0 ? {} : { addresses: others }),
    },
  };
}

/** With the length of the first subnet's prefix. */
function readAddresses(given: Readonly<Record<string, unknown>>, family: 4 | 6): readonly string[] {
  const own = given[`ipv${family}`];
  if (!isRecord(own) || !Array.isArray(own["ipAddress"])) {
    return [];
  }
  const [subnet]: readonly unknown[] = Array.isArray(own["subnet"]) ? own["subnet"] : [];
  const length = parseInteger(isRecord(subnet) ? subnet["prefix"] : undefined);
  const isLength = length !== undefined && length > 0 && length <= prefixLengthMax(family);
  const prefixLength = isLength ? length : family === 4 ? 24 : 128;
  return own["ipAddress"].slice(0, ADDRESS_COUNT_MAX).flatMap((entry: unknown) => {
    const address: unknown = isRecord(entry) ? entry["privateIpAddress"] : undefined;
    return typeof address === "string" && parseAddress(address)?.family === family
      ? [`${address}/${prefixLength}`]
      : [];
  });
}
