import type { InterfaceConfig, NetworkConfig } from "../../network/network-config.ts";
import {
  type AixInterfaceState,
  chdev,
  hasSettings,
  interfaceProblem,
} from "../../network/renderers/aix-interface-state.ts";
import { listAdapterChanges, renderDetach } from "../../network/renderers/aix-interface.ts";
import {
  type AixPseudoAdapter,
  findEtherChannel,
  findOwner,
  findVlan,
  listLarge,
  planEtherChannel,
  renderEtherChannel,
  renderVlan,
} from "../../network/renderers/aix-links.ts";
import type { Problem } from "../../text/problem.ts";
import type { DistroContext } from "../distro.ts";
import type { AixAdapters } from "./adapters.ts";
import { withoutSettings } from "./match-adapters.ts";
import type { NetworkRun } from "./network-run.ts";
import { type KernelState, readStored } from "./network-state.ts";

/** What carries the interfaces of a configuration, once EtherChannels and VLANs are made. */
export interface AixLinks {
  /** With AIX's names for all of them; what could not be made has no settings any more. */
  readonly config: NetworkConfig;
  /** By interface, where the adapter below it has settings of its own. */
  readonly adapters: ReadonlyMap<string, LinkAdapter>;
  /** Interfaces that were taken out of the kernel. */
  readonly detached: ReadonlySet<string>;
  /** What the ODM had for the members that were detached, by interface. */
  readonly members: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;
  /** New ones: "ent2". */
  readonly made: readonly string[];
  readonly problems: readonly Problem[];
}

type LinkAdapter = NonNullable<AixInterfaceState["adapter"]>;
type Attributes = ReadonlyMap<string, readonly string[]>;

/** State of `ensureAixLinks` while it goes through the interfaces. */
interface Work {
  readonly ctx: DistroContext;
  readonly run: NetworkRun;
  readonly kernel: KernelState;
  /** "en0" → "ent0", and the source's name of a bond → its adapter. */
  readonly adapterOf: Map<string, string>;
  readonly known: AixPseudoAdapter[];
  /** Numbers that adapters have, Defined ones too. */
  readonly numbers: Set<number>;
  readonly large: ReadonlySet<string>;
  readonly adapters: Map<string, LinkAdapter>;
  readonly detached: Set<string>;
  readonly members: Map<string, Attributes>;
  readonly made: string[];
  readonly problems: Problem[];
}

/**
 * Makes the EtherChannels and VLANs that a configuration describes, where they are not there yet
 * (DECISIONS 10), each EtherChannel before the VLANs on it, and finds out what the adapters of
 * interfaces with large packets have to be told. The interfaces of members are detached for good.
 */
export async function ensureAixLinks(
  ctx: DistroContext,
  run: NetworkRun,
  given: {
    readonly config: NetworkConfig;
    readonly found: AixAdapters;
    readonly kernel: KernelState;
  },
): Promise<AixLinks> {
  const { config, found, kernel } = given;
  const work: Work = {
    ctx,
    run,
    kernel,
    adapterOf: new Map(found.adapters.map(({ name, adapter }) => [name, adapter])),
    known: await readPseudoAdapters(ctx, config, found),
    numbers: new Set(found.devices.map(({ name }) => Number(/^ent(\d+)$/u.exec(name)?.[1] ?? -1))),
    large: listLarge(config),
    adapters: new Map(),
    detached: new Set(),
    members: new Map(),
    made: [],
    problems: [],
  };
  const names = new Map<InterfaceConfig, string>();
  for (const kind of ["bond", "vlan"] as const) {
    for (const iface of config.interfaces.filter(({ link }) => link.kind === kind)) {
      const adapter = await ensureLink(work, iface);
      if (adapter !== undefined) {
        names.set(iface, adapter);
        work.adapterOf.set(iface.name, adapter);
      }
    }
  }
  await readLargeAdapters(work, config);
  const members = new Set(
    config.interfaces.flatMap(({ link }) => (link.kind === "bond" ? link.members : [])),
  );
  const { adapters, detached, made, problems } = work;
  return {
    config: {
      ...config,
      interfaces: config.interfaces.map((iface) => nameInterface(work, iface, names, members)),
    },
    adapters,
    detached,
    members: work.members,
    made,
    problems,
  };
}

/** EtherChannels always, since an adapter in one is not free; VLANs where one may be meant or in the way. */
async function readPseudoAdapters(
  ctx: DistroContext,
  config: NetworkConfig,
  { devices }: AixAdapters,
): Promise<AixPseudoAdapter[]> {
  const known: AixPseudoAdapter[] = [];
  const hasVlans =
    config.interfaces.some(({ link }) => link.kind === "bond" || link.kind === "vlan") ||
    listLarge(config).size > 0;
  for (const { name, type, status } of devices) {
    const kind = type === "ibm_ech" ? "etherchannel" : type === "eth" ? "vlan" : undefined;
    if (status === "Available" && (kind === "etherchannel" || (kind === "vlan" && hasVlans))) {
      known.push({ name, kind, attributes: (await readStored(ctx, name)) ?? new Map() });
    }
  }
  return known;
}

function nameInterface(
  work: Work,
  iface: InterfaceConfig,
  names: ReadonlyMap<InterfaceConfig, string>,
  members: ReadonlySet<string>,
): InterfaceConfig {
  if (iface.link.kind === "bond" || iface.link.kind === "vlan") {
    const adapter = names.get(iface);
    return adapter === undefined
      ? withoutSettings(iface)
      : { ...iface, name: interfaceOf(adapter) };
  }
  if (iface.link.kind === "physical" && members.has(iface.name)) {
    if (iface.addresses.length > 0 || iface.dhcp4 || iface.slaac || iface.dhcp6 !== "no") {
      const message = `Cannot give "${iface.name}" an address: it is a member of an EtherChannel; give the address to that`;
      work.problems.push(interfaceProblem(iface, message));
    }
    return withoutSettings(iface);
  }
  const adapter = work.adapterOf.get(iface.name);
  const owner =
    iface.link.kind === "physical" && adapter !== undefined && hasSettings(iface)
      ? findOwner(work.known, [adapter])?.owner
      : undefined;
  if (owner === undefined) {
    return iface;
  }
  const message = `Cannot configure "${iface.name}": its adapter belongs to EtherChannel ${owner}; describe a bond of its members, or remove it with "rmdev -dl ${owner}" and run "cloud-init single -n network --frequency always"`;
  work.problems.push(interfaceProblem(iface, message));
  return withoutSettings(iface);
}

/** The adapter that is the bond or the VLAN, made where it is new; undefined, with a problem, where that fails. */
async function ensureLink(work: Work, iface: InterfaceConfig): Promise<string | undefined> {
  const { link } = iface;
  if (link.kind === "bond") {
    return ensureBond(work, iface, link);
  }
  if (link.kind !== "vlan") {
    return undefined;
  }
  const base = work.adapterOf.get(link.parent);
  if (base === undefined || work.known.some(({ name, kind }) => name === base && kind === "vlan")) {
    const why = base === undefined ? "there is no such adapter" : "that is a VLAN itself";
    report(work, iface, `Cannot make VLAN "${iface.name}" on "${link.parent}": ${why}`);
    return undefined;
  }
  const found = findVlan(work.known, base, link.id);
  if (found !== undefined) {
    return found.name;
  }
  await prepareBase(work, link.parent, base);
  const attributes = new Map([
    ["base_adapter", [base]],
    ["vlan_tag_id", [String(link.id)]],
  ]);
  return make(work, iface, renderVlan(base, link.id), { kind: "vlan", attributes });
}

async function ensureBond(
  work: Work,
  iface: InterfaceConfig,
  link: Extract<InterfaceConfig["link"], { readonly kind: "bond" }>,
): Promise<string | undefined> {
  const members = link.members.flatMap((name) => work.adapterOf.get(name) ?? []);
  const lost = link.members.filter((name) => !work.adapterOf.has(name));
  if (lost.length > 0) {
    report(
      work,
      iface,
      `Cannot find an adapter for ${lost.join(", ")}, of EtherChannel "${iface.name}"`,
    );
  }
  if (members.length === 0) {
    report(work, iface, `Cannot make EtherChannel "${iface.name}": it has no adapter`);
    return undefined;
  }
  const primary = work.adapterOf.get(link.parameters["primary"] ?? "");
  const plan = planEtherChannel(link, members, {
    hasJumboFrames: work.large.has(iface.name),
    ...(primary === undefined ? {} : { primary }),
  });
  for (const note of plan.notes) {
    const message = `EtherChannel "${iface.name}": ${note}`;
    work.problems.push({ ...interfaceProblem(iface, message), severity: "warning" });
  }
  const found = findEtherChannel(work.known, plan);
  const owner = findOwner(work.known, members);
  if (found === undefined && owner !== undefined) {
    const message = `Cannot make EtherChannel "${iface.name}" of ${members.join(", ")}: ${owner.member} belongs to ${owner.owner}, which has other members; remove that with "rmdev -dl ${owner.owner}" and run "cloud-init single -n network --frequency always"`;
    report(work, iface, message);
    return undefined;
  }
  const made = new Map([...plan.settings].map(([name, value]) => [name, [value]]));
  const attributes = new Map([
    ...made,
    ["adapter_names", [plan.main.join(",")]],
    ["backup_adapter", [plan.backup ?? "NONE"]],
  ]);
  let name = found?.name;
  if (name === undefined) {
    for (const member of members) {
      await detachMember(work, iface, interfaceOf(member));
    }
    name = await make(work, iface, renderEtherChannel(plan), { kind: "etherchannel", attributes });
  }
  if (name !== undefined) {
    const adapter = { name, attributes: found?.attributes ?? attributes, settings: plan.settings };
    work.adapters.set(interfaceOf(name), withoutBusySettings(work, iface, adapter));
  }
  return name;
}

/** For good: at the next boot too the adapter belongs to the EtherChannel. */
async function detachMember(work: Work, iface: InterfaceConfig, name: string): Promise<void> {
  const attributes = (await readStored(work.ctx, name)) ?? new Map<string, readonly string[]>();
  const isAttached = work.kernel.interfaces.some((each) => each.name === name);
  if (!isAttached && attributes.get("state")?.[0] !== "up") {
    return;
  }
  work.members.set(name, attributes);
  work.detached.add(name);
  const step = { subject: name, changes: [chdev(name, ["state=detach"])] };
  for (const message of await work.run.apply(step)) {
    report(work, iface, message);
  }
}

/** An adapter's jumbo frames have to be on before a VLAN uses it. */
async function prepareBase(work: Work, name: string, base: string): Promise<void> {
  const isPhysical = !work.known.some((each) => each.name === base);
  if (!isPhysical || !work.large.has(name) || work.adapters.has(name)) {
    return;
  }
  const adapter = await readLarge(work, base);
  const settings = listAdapterChanges(adapter);
  if (settings.length > 0) {
    const isAttached = work.kernel.interfaces.some((each) => each.name === name);
    const detach = isAttached ? [renderDetach(name)] : [];
    const step = { subject: base, changes: [...detach, chdev(base, settings)] };
    const failures = await work.run.apply(step);
    work.problems.push(...failures.map((message) => ({ message })));
    if (isAttached) {
      work.detached.add(name);
    }
  }
  const attributes = new Map([...adapter.attributes, ["jumbo_frames", ["yes"]]]);
  work.adapters.set(name, { ...adapter, attributes, settings: new Map() });
}

/** Adapters below interfaces with large packets: an EtherChannel's are known by now. */
async function readLargeAdapters(work: Work, config: NetworkConfig): Promise<void> {
  for (const iface of config.interfaces) {
    const { name, link } = iface;
    const adapter = work.adapterOf.get(name);
    if (link.kind === "physical" && adapter !== undefined && work.large.has(name)) {
      if (!work.adapters.has(name)) {
        const large = await readLarge(work, adapter);
        work.adapters.set(name, withoutBusySettings(work, iface, large));
      }
    }
  }
}

async function readLarge(work: Work, adapter: string): Promise<LinkAdapter> {
  const attributes = (await readStored(work.ctx, adapter)) ?? new Map<string, readonly string[]>();
  return { name: adapter, attributes, settings: new Map([["jumbo_frames", "yes"]]) };
}

/** An adapter that a VLAN of before is on cannot change: to detach its interface would be for nothing. */
function withoutBusySettings(
  work: Work,
  iface: InterfaceConfig,
  adapter: LinkAdapter,
): LinkAdapter {
  const changes = listAdapterChanges(adapter);
  const vlan = work.known.find(
    ({ kind, attributes }) =>
      kind === "vlan" && attributes.get("base_adapter")?.[0] === adapter.name,
  );
  if (changes.length === 0 || vlan === undefined) {
    return adapter;
  }
  const message = `Cannot set ${changes.join(", ")} of ${adapter.name} for "${iface.name}" while VLAN ${vlan.name} is on it: detach the VLAN's interface, run "chdev -l ${adapter.name} -a ${changes.join(" -a ")}", and attach it again`;
  report(work, iface, message);
  return { ...adapter, settings: new Map() };
}

/** mkdev prints the name, "ent2 Available". A plan has to guess it: AIX takes the lowest free number. */
async function make(
  work: Work,
  iface: InterfaceConfig,
  argv: readonly string[],
  made: Pick<AixPseudoAdapter, "kind" | "attributes">,
): Promise<string | undefined> {
  const result = await work.run.command(iface.name, argv);
  if (typeof result === "string") {
    report(work, iface, result);
    return undefined;
  }
  let number = 0;
  while (work.numbers.has(number)) {
    number += 1;
  }
  const name = /^(ent\d+)\s+Available/mu.exec(result.stdout)?.[1] ?? `ent${number}`;
  work.numbers.add(Number(name.slice("ent".length)));
  work.known.push({ name, ...made });
  work.made.push(name);
  work.ctx.log.info(`Made ${name} for "${iface.name}"`);
  return name;
}

function interfaceOf(adapter: string): string {
  return `en${adapter.slice("ent".length)}`;
}

function report(work: Work, iface: InterfaceConfig, message: string): void {
  work.problems.push(interfaceProblem(iface, message));
}
