import type { InterfaceConfig } from "../../network/network-config.ts";
import type { FileTree } from "../../system/file-tree.ts";
import { parseXml } from "../../text/parse-xml.ts";
import { parseOvfEnvironment } from "./parse-environment.ts";
import { readOvfFile } from "./read-file.ts";
import { readOvfNetwork, readOvfSettings } from "./read-settings.ts";
import { readVsae } from "./vsae.ts";
import { buildVsaeNetwork } from "./vsae-network.ts";

/** The interfaces that a disc's OVF environment describes, for a machine that is yet to be made; VSAE's by their order. */
export async function readOvfInterfaces(tree: FileTree): Promise<readonly InterfaceConfig[]> {
  const file = readOvfFile(tree);
  const parsed = file === undefined ? undefined : await parseXml(file.bytes);
  const environment =
    parsed === undefined || "fault" in parsed ? undefined : parseOvfEnvironment(parsed.root);
  if (environment === undefined || "reason" in environment) {
    return [];
  }
  const { properties } = environment;
  const { networkConfig } = readOvfSettings(properties);
  const network = networkConfig === undefined ? undefined : await readOvfNetwork(networkConfig);
  if (network !== undefined && "config" in network) {
    return network.config.interfaces;
  }
  const vsae = readVsae(properties);
  const count = Math.max(0, ...(vsae?.adapters ?? []).map(({ number }) => number));
  const length = Math.min(count, ADAPTERS_MAX);
  const adapters = Array.from({ length }, (_, index) => ({ name: `en${index}` }));
  const built =
    vsae === undefined ? undefined : buildVsaeNetwork(vsae, { adapters, slots: new Map() });
  return built?.config.interfaces ?? [];
}

/** More are not made. */
const ADAPTERS_MAX = 64;
