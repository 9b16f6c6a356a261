import type { NetworkSettings } from "./parse-network-config.ts";
import type { Problem } from "../text/problem.ts";
import type { NetworkConfig } from "./network-config.ts";

/** A place that network settings can come from. */
export interface NetworkCandidate {
  /** For messages: "kernel command line", "/etc/cloud/cloud.cfg", "network_data.json". */
  readonly source: string;
  /** Parsed when it is this one's turn. */
  read(): NetworkSettings | Promise<NetworkSettings>;
}

/** Whose settings count. `problems` and `notes` are of every source that was read. */
export type ChosenSource = {
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
} & (
  | { readonly kind: "settings"; readonly source: string; readonly config: NetworkConfig }
  | { readonly kind: "disabled"; readonly source: string }
  | { readonly kind: "none" }
);

/**
 * The first source that says anything counts (compat core.md §4.2: kernel command line, system
 * configuration, datasource), be it settings or `{config: disabled}`. One that has nothing usable is
 * passed over with its problems: the machine is to be reachable.
 */
export async function chooseNetworkSource(
  candidates: readonly NetworkCandidate[],
): Promise<ChosenSource> {
  const problems: Problem[] = [];
  const notes: string[] = [];
  for (const { source, read } of candidates) {
    const settings = await read();
    if (settings.kind === "disabled") {
      return { kind: "disabled", source, problems, notes };
    }
    problems.push(...settings.problems);
    if (settings.kind === "settings") {
      notes.push(...(settings.notes ?? []));
      return { kind: "settings", source, config: settings.config, problems, notes };
    }
  }
  return { kind: "none", problems, notes };
}
