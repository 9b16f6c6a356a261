import { parseConfigDriveV1 } from "../../datasources/config-drive-v1.ts";
import {
  type OpenStackMetadata,
  parseOpenStackMetadata,
} from "../../datasources/openstack-metadata.ts";
import { parseSeed, readSeedTree } from "../../datasources/no-cloud/seed.ts";
import { readSeedNetwork } from "../../datasources/no-cloud/seed-network.ts";
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
export async function findAdapters(tree: FileTree | undefined): Promise<readonly PlanAdapter[]> {
  const adapters = new Map<string, string>();
  const unnamed: string[] = [];
  for (const { name, macAddress } of await physicalInterfaces(tree)) {
    if (macAddress === undefined) {
      unnamed.push(name);
    } else if (!adapters.has(macAddress)) {
      adapters.set(macAddress, name);
    }
  }
  // A text without addresses counts its interfaces in the order of their names; "en1" is AIX's second one.
  const numbered = unnamed.map((name) => Number(/^en[t]?(\d{1,2})$/u.exec(name)?.[1] ?? -1) + 1);
  const needed = Math.max(unnamed.length, ...numbered);
  const missing = Math.max(0, needed - adapters.size, adapters.size === 0 ? 1 : 0);
  for (let index = 0; index < missing; index += 1) {
    adapters.set(madeUpMac(index), unnamed[index] ?? `eth${index}`);
  }
  return [...adapters].slice(0, ADAPTERS_MAX).map(([macAddress, name]) => ({ name, macAddress }));
}

async function physicalInterfaces(tree: FileTree | undefined): Promise<readonly InterfaceConfig[]> {
  if (tree === undefined) {
    return [];
  }
  const metadata = readMetadata(tree);
  if (metadata === undefined) {
    const given = await seedInterfaces(tree);
    const described = given.length > 0 ? given : await ovfInterfaces(tree);
    return described.filter(({ link }) => link.kind === "physical");
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

/** Of a NoCloud seed; none where the tree is none. */
async function seedInterfaces(tree: FileTree): Promise<readonly InterfaceConfig[]> {
  try {
    const files = readSeedTree(tree);
    const seed = "missing" in files ? undefined : await parseSeed("", files);
    const { network } = seed === undefined || "reason" in seed ? {} : readSeedNetwork(seed);
    return network?.config.interfaces ?? [];
  } catch {
    // The boot itself says what is wrong with the files.
    return [];
  }
}

/** Of an OVF environment, whose reader is loaded only where there is nothing else. */
async function ovfInterfaces(tree: FileTree): Promise<readonly InterfaceConfig[]> {
  try {
    const { readOvfInterfaces } = await import("../../datasources/ovf/described-interfaces.ts");
    return await readOvfInterfaces(tree);
  } catch {
    // The boot itself says what is wrong with the file.
    return [];
  }
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
