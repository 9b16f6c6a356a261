import type { InstanceNetwork } from "../../instance/instance.ts";
import { parseEni } from "../../network/parse-eni.ts";
import { parseNetworkConfig } from "../../network/parse-network-config.ts";
import type { Problem } from "../../text/problem.ts";
import type { MergedSeed } from "./merge-seeds.ts";

/** The network that a seed asks for. */
export interface SeedNetwork {
  readonly network?: InstanceNetwork;
  readonly problems: readonly Problem[];
  /** For the log at DEBUG. */
  readonly details: readonly string[];
}

/** `network-config` counts; the interfaces text in meta-data only where there is none that can be used. */
export function readSeedNetwork({
  network,
  metadata,
}: Pick<MergedSeed, "network" | "metadata">): SeedNetwork {
  const settings =
    network === undefined ? undefined : parseNetworkConfig(network.data, network.source);
  if (network !== undefined && settings?.kind === "settings") {
    const { config, problems, notes = [] } = settings;
    return { network: { source: network.source, config }, problems, details: notes };
  }
  if (settings?.kind === "disabled") {
    return { problems: [], details: ["the seed says that the network is left as it is"] };
  }
  const given = settings?.problems ?? [];
  const text = metadata["network-interfaces"];
  if (typeof text !== "string" || text.trim() === "") {
    return { problems: given, details: [] };
  }
  const { config, problems, notes = [] } = parseEni(text, INTERFACES_SOURCE);
  return {
    ...(config.interfaces.length === 0 ? {} : { network: { source: INTERFACES_SOURCE, config } }),
    problems: [...given, ...problems],
    details: notes,
  };
}

const INTERFACES_SOURCE = "network-interfaces in meta-data";
