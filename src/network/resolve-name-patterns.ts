import { matchesGlob } from "../text/glob.ts";
import type { Problem } from "../text/problem.ts";
import type { InterfaceConfig, Link, NetworkConfig } from "./network-config.ts";

/** A configuration without name patterns. */
export interface ResolvedNetwork {
  readonly config: NetworkConfig;
  readonly problems: readonly Problem[];
}

/** Whether `resolveNamePatterns` has anything to do; only then must adapters be asked for. */
export function hasNamePatterns(config: NetworkConfig): boolean {
  return config.interfaces.some(({ namePattern }) => namePattern !== undefined);
}

/**
 * Gives interfaces that are described by a pattern (version 2, `match: {name: "en*"}`) the names of
 * the adapters that match it, in the order of `adapterNames`. Adapters that the configuration names
 * itself are not taken. One without addresses of its own is made for each adapter that matches; one
 * with addresses goes to the first. Without any match it is left out, with a problem. AIX's `en0`
 * also matches patterns for "ent0" and "eth0".
 */
export function resolveNamePatterns(
  config: NetworkConfig,
  adapterNames: readonly string[],
): ResolvedNetwork {
  const problems: Problem[] = [];
  const taken = new Set(
    config.interfaces.flatMap(({ name, namePattern }) => (namePattern === undefined ? [name] : [])),
  );
  /** Name in the configuration → names of adapters. */
  const renamed = new Map<string, readonly string[]>();
  const interfaces: InterfaceConfig[] = [];
  for (const iface of config.interfaces) {
    const { namePattern, ...rest } = iface;
    if (namePattern === undefined) {
      interfaces.push(iface);
      continue;
    }
    const found = adapterNames.filter((name) => !taken.has(name) && matches(namePattern, name));
    const used = iface.addresses.length > 0 ? found.slice(0, 1) : found;
    if (used.length < found.length) {
      const message = `The addresses of "${iface.name}" go to ${used.join("")}: of the adapters that match "${namePattern}" (${found.join(", ")}) it is the first`;
      problems.push({ message, severity: "warning" });
    } else if (used.length === 0) {
      const there = adapterNames.length === 0 ? "none" : adapterNames.slice(0, 8).join(", ");
      const message = `Cannot find an adapter for "${iface.name}": none matches "${namePattern}" (this machine has ${there}); the interface is left out`;
      problems.push({ message });
    }
    renamed.set(iface.name, used);
    for (const name of used) {
      taken.add(name);
      interfaces.push({ ...rest, name });
    }
  }
  const resolved = interfaces.map((iface) => withRenamedLink(iface, renamed));
  return { config: { ...config, interfaces: resolved }, problems };
}

function matches(pattern: string, name: string): boolean {
  const number = /^en(\d+)$/u.exec(name)?.[1];
  const names = number === undefined ? [name] : [name, `ent${number}`, `eth${number}`];
  return names.some((each) => matchesGlob(pattern, each));
}

function withRenamedLink(
  iface: InterfaceConfig,
  renamed: ReadonlyMap<string, readonly string[]>,
): InterfaceConfig {
  return { ...iface, link: renameLink(iface.link, renamed) };
}

function renameLink(link: Link, renamed: ReadonlyMap<string, readonly string[]>): Link {
  switch (link.kind) {
    case "bond":
      return { ...link, members: link.members.flatMap((name) => renamed.get(name) ?? [name]) };
    case "vlan":
      return { ...link, parent: renamed.get(link.parent)?.[0] ?? link.parent };
    default:
      return link;
  }
}
