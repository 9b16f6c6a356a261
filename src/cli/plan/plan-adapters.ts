import { parseConfigDriveV1 } from "../../datasources/config-drive-v1.ts";
import {
  type OpenStackMetadata,
  parseOpenStackMetadata,
} from "../../datasources/openstack-metadata.ts";
import type { InterfaceConfig } from "../../network/network-config.ts";
import { parseEni } from "../../network/parse-eni.ts";
import { parseOpenStackNetwork } from "../../network/parse-openstack.ts";
import type { FileTree } from "../../system/file-tree.ts";

/** A network adapter that the drive expects. */
export interface PlanAdapter {
  /** As the drive calls it: "eth0", "tap4c2f…". */
  readonly name: string;
  /** Lower case, colons. */
  readonly macAddress: string;
}

/** More are not simulated. */
const ADAPTERS_MAX = 256;

/**
 * The adapters of a machine that fits the drive, in the order of network_data.json, then of the
 * interfaces text; one where the drive tells nothing. Those without a MAC get one that nobody has.
 */
export function findAdapters(tree: FileTree | undefined): readonly PlanAdapter[] {
  const adapters = new Map<string, string>();
  const unnamed: string[] = [];
  for (const { name, macAddress } of physicalInterfaces(tree)) {
    if (macAddress === undefined) {
      unnamed.push(name);
    } else if (!adapters.has(macAddress)) {
      adapters.set(macAddress, name);
    }
  }
  // A text without addresses counts its interfaces in the order of their names.
  const missing = Math.max(0, unnamed.length - adapters.size, adapters.size === 0 ? 1 : 0);
  for (let index = 0; index < missing; index += 1) {
    adapters.set(madeUpMac(index), unnamed[index] ?? `eth${index}`);
  }
  return [...adapters].slice(0, ADAPTERS_MAX).map(([macAddress, name]) => ({ name, macAddress }));
}

function physicalInterfaces(tree: FileTree | undefined): readonly InterfaceConfig[] {
  const metadata = tree === undefined ? undefined : readMetadata(tree);
  if (metadata === undefined) {
    return [];
  }
  const { networkData, interfaces } = metadata;
  const parsed = [
    ...(networkData === undefined
      ? []
      : [parseOpenStackNetwork(networkData.data, networkData.source)]),
    ...(interfaces === undefined ? [] : [parseEni(interfaces.text, interfaces.source)]),
  ];
  return parsed
    .flatMap(({ config }) => config.interfaces)
    .filter(({ link }) => link.kind === "physical");
}

function readMetadata(tree: FileTree): OpenStackMetadata | undefined {
  const answer = parseOpenStackMetadata(tree);
  const used = answer.kind === "none" ? parseConfigDriveV1(tree) : answer;
  return used.kind === "found" ? used.metadata : undefined;
}

/** Locally administered (IEEE 802-2014 §8.2), so that no maker has given it to an adapter. */
function madeUpMac(index: number): string {
  const byte = (index + 1).toString(16).padStart(4, "0");
  return `02:00:00:00:${byte.slice(0, 2)}:${byte.slice(2)}`;
}
