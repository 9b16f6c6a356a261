import { parseAddress } from "../ip-address.ts";
import type { InterfaceConfig, Link, NetworkConfig } from "../network-config.ts";
import { MTU_PLAIN_MAX } from "./aix-interface.ts";

/** An adapter that is made of others and that the machine has already. */
export interface AixPseudoAdapter {
  /** "ent2" */
  readonly name: string;
  /** Type ibm_ech, or the type that VLANs have. */
  readonly kind: "etherchannel" | "vlan";
  readonly attributes: ReadonlyMap<string, readonly string[]>;
}

/** How AIX says what a Linux bond is. */
export interface EtherChannel {
  /** Adapters of the channel: "ent0". */
  readonly main: readonly string[];
  /** Takes over where the whole channel fails. */
  readonly backup?: string;
  /** Attributes and their values. */
  readonly settings: ReadonlyMap<string, string>;
  /** What of the bond AIX has no word for. */
  readonly notes: readonly string[];
}

type Bond = Extract<Link, { readonly kind: "bond" }>;

/**
 * The EtherChannel for a bond (aix/commands.md §3.11). Modes of several active adapters keep them all;
 * active-backup is one adapter with one backup (network interface backup), and so are Linux's modes
 * that AIX does not have, since they too ask nothing of the switch.
 */
export function planEtherChannel(
  bond: Bond,
  adapters: readonly string[],
  options: { readonly primary?: string; readonly hasJumboFrames: boolean },
): EtherChannel {
  const settings = new Map<string, string>();
  const notes: string[] = [];
  const parameter = (name: string): string => bond.parameters[name] ?? "";
  let main = adapters;
  let backup: string | undefined;
  switch (bond.mode) {
    case "802.3ad":
      settings.set("mode", "8023ad");
      if (/^(?:fast|1)$/u.test(parameter("lacp-rate"))) {
        settings.set("interval", "short");
      }
      break;
    case "balance-rr":
      settings.set("mode", "round_robin");
      break;
    case "balance-xor":
      settings.set("mode", "standard");
      break;
    default: {
      const first = adapters.find((name) => name === options.primary) ?? adapters[0] ?? "";
      const [second, ...others] = adapters.filter((name) => name !== first);
      main = [first];
      backup = second;
      settings.set("mode", "standard");
      if (bond.mode !== "active-backup") {
        notes.push(`AIX has no bond mode "${bond.mode}": one adapter with one backup is made`);
      }
      if (others.length > 0) {
        notes.push(`an EtherChannel has one backup adapter, ${others.join(", ")} left out`);
      }
    }
  }
  const usesHash = bond.mode === "802.3ad" || bond.mode === "balance-xor";
  // Layers 3 and 4 are what AIX's port hashes look at; all other policies are its default.
  if (usesHash && /^(?:layer3\+4|encap3\+4|1)$/u.test(parameter("xmit-hash-policy"))) {
    settings.set("hash_mode", "src_dst_port");
  }
  const target = parameter("arp-ip-target").split(/[\s,]+/u)[0] ?? "";
  if (backup !== undefined && parseAddress(target)?.family === 4) {
    settings.set("netaddr", target);
  }
  if (options.hasJumboFrames) {
    settings.set("use_jumbo_frame", "yes");
  }
  return { main, ...(backup === undefined ? {} : { backup }), settings, notes };
}

/** The EtherChannel of just these adapters, in whatever roles. */
export function findEtherChannel(
  known: readonly AixPseudoAdapter[],
  { main, backup }: Pick<EtherChannel, "main" | "backup">,
): AixPseudoAdapter | undefined {
  const wanted = [...main, ...(backup === undefined ? [] : [backup])].sort().join();
  return known.find(
    (each) => each.kind === "etherchannel" && [...membersOf(each)].sort().join() === wanted,
  );
}

/** The EtherChannel that one of these adapters is in. */
export function findOwner(
  known: readonly AixPseudoAdapter[],
  adapters: readonly string[],
): { readonly owner: string; readonly member: string } | undefined {
  for (const each of known.filter(({ kind }) => kind === "etherchannel")) {
    const member = membersOf(each).find((name) => adapters.includes(name));
    if (member !== undefined) {
      return { owner: each.name, member };
    }
  }
  return undefined;
}

/** The VLAN with this number on this adapter. */
export function findVlan(
  known: readonly AixPseudoAdapter[],
  base: string,
  id: number,
): AixPseudoAdapter | undefined {
  return known.find(
    ({ kind, attributes }) =>
      kind === "vlan" &&
      attributes.get("base_adapter")?.[0] === base &&
      Number(attributes.get("vlan_tag_id")?.[0]) === id,
  );
}

/** The command that makes an EtherChannel. AIX chooses its name and prints it. */
export function renderEtherChannel({ main, backup, settings }: EtherChannel): readonly string[] {
  const attributes = [
    `adapter_names=${main.join(",")}`,
    ...(backup === undefined ? [] : [`backup_adapter=${backup}`]),
    ...[...settings].map(([name, value]) => `${name}=${value}`),
  ];
  return makeDevice("pseudo", "ibm_ech", attributes);
}

/** The command that makes a VLAN. */
export function renderVlan(base: string, id: number): readonly string[] {
  return makeDevice("vlan", "eth", [`base_adapter=${base}`, `vlan_tag_id=${id}`]);
}

function makeDevice(subclass: string, type: string, attributes: readonly string[]): string[] {
  const settings = attributes.flatMap((each) => ["-a", each]);
  return ["/usr/sbin/mkdev", "-c", "adapter", "-s", subclass, "-t", type, ...settings];
}

/** The interfaces that one is made of, by the names of the source. */
export function lowerNames({ link }: InterfaceConfig): readonly string[] {
  return link.kind === "bond" ? link.members : link.kind === "vlan" ? [link.parent] : [];
}

/** Interfaces through which packets above 1500 bytes go: their own, or those of a VLAN on them. */
export function listLarge(config: NetworkConfig): ReadonlySet<string> {
  return new Set(
    config.interfaces
      .filter(({ mtuBytes = 0 }) => mtuBytes > MTU_PLAIN_MAX)
      .flatMap(({ name, link }) => (link.kind === "vlan" ? [name, link.parent] : [name])),
  );
}

/** `backup_adapter` is NONE where there is none. */
function membersOf({ attributes }: AixPseudoAdapter): readonly string[] {
  return ["adapter_names", "backup_adapter"].flatMap((name) =>
    (attributes.get(name)?.[0] ?? "")
      .split(",")
      .filter((adapter) => adapter !== "" && adapter !== "NONE"),
  );
}
