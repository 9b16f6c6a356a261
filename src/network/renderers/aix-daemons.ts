import { commandChange, editChange, type EditedFile, type NetworkStep } from "./renderer.ts";
import { findDaemonLine } from "./rc-tcpip.ts";
import { type BlockWish, editInterfaceBlocks, listInterfaceBlocks } from "./interface-blocks.ts";
import type { Change } from "../../system/change.ts";
import type { Problem } from "../../text/problem.ts";
import type { NetworkConfig } from "../network-config.ts";
import { needsIpv6 } from "./aix-ipv6.ts";
import { interfaceProblem, isReachable } from "./aix-interface-state.ts";
import { isDefault } from "./aix-routes.ts";

export const DHCPCD_INI_PATH = "/etc/dhcpcd.ini";
export const DHCPC6_CNF_PATH = "/etc/dhcpv6/dhcpc6.cnf";

/** What there is of daemons that configure interfaces. */
export interface AixDaemonState {
  readonly rcTcpip: EditedFile | undefined;
  readonly dhcpcdIni: EditedFile | undefined;
  readonly dhcpc6Cnf: EditedFile | undefined;
  readonly hasDhcpcd6: boolean;
  /** Those of `listDaemonsToAsk` that run. */
  readonly active: ReadonlySet<string>;
  /** Every Ethernet interface of the machine. */
  readonly allInterfaces: readonly string[];
}

/** Steps before the addresses are set, and after. */
export interface RenderedDaemons {
  readonly before: readonly NetworkStep[];
  readonly after: readonly NetworkStep[];
  readonly problems: readonly Problem[];
}

/** The option of a DHCP server that names routers (RFC 2132 §3.5): not wanted twice on one machine. */
const NO_ROUTER = "reject 3";

/** Subsystems whose state decides something: those that are wanted, and those that are switched on and may have to go. */
export function listDaemonsToAsk(config: NetworkConfig, rcTcpip: string): readonly string[] {
  const isWanted = {
    dhcpcd: config.interfaces.some(({ dhcp4 }) => dhcp4),
    dhcpcd6: config.interfaces.some(({ dhcp6 }) => dhcp6 !== "no"),
    "ndpd-host": config.interfaces.some(needsIpv6),
  };
  return Object.entries(isWanted).flatMap(([name, wanted]) =>
    wanted || findDaemonLine(rcTcpip, name)?.isOn === true ? [name] : [],
  );
}

/** dhcpcd, dhcpcd6, autoconf6 and ndpd-host as the configuration needs them (aix/commands.md §3.8 to 3.10). */
export function renderAixDaemons(config: NetworkConfig, state: AixDaemonState): RenderedDaemons {
  const dhcp4 = renderDhcp4(config, state);
  const dhcp6 = renderDhcp6(config, state);
  return {
    before: [...dhcp4.before, ...dhcp6.before],
    after: [...renderIpv6Daemons(config, state), ...dhcp4.after, ...dhcp6.after],
    problems: dhcp6.problems,
  };
}

/** Interfaces that have addresses of ours, and members of EtherChannels, which have none: no DHCP client of before is left on them. */
function describedNames(config: NetworkConfig): ReadonlySet<string> {
  return new Set([
    ...config.interfaces.filter(isReachable).map(({ name }) => name),
    ...config.interfaces.flatMap(({ link }) => (link.kind === "bond" ? link.members : [])),
  ]);
}

function renderDhcp4(
  config: NetworkConfig,
  state: AixDaemonState,
): Pick<RenderedDaemons, "before" | "after"> {
  const wanted = config.interfaces.filter(({ dhcp4 }) => dhcp4);
  const hasDefault = config.interfaces.some(({ routes }) =>
    routes.some((route) => route.family === 4 && isDefault(route)),
  );
  const router = hasDefault ? undefined : (wanted.find(({ name }) => name === "en0") ?? wanted[0]);
  const wishes = wanted.map(({ name }): BlockWish => {
    const rejects = name !== router?.name;
    return rejects
      ? { name, lines: [NO_ROUTER], present: [NO_ROUTER] }
      : { name, lines: [], absent: [NO_ROUTER] };
  });
  return renderClient(config, state, {
    daemon: "dhcpcd",
    path: DHCPCD_INI_PATH,
    file: state.dhcpcdIni,
    wishes,
  });
}

/**
 * Addresses and name servers (stateful), or name servers alone. The grammar is that of IBM's
 * documentation, "DHCPv6 client configuration file"; that dhcpcd6 is happy with so little is not
 * confirmed.
 */
function renderDhcp6(config: NetworkConfig, state: AixDaemonState): RenderedDaemons {
  const wanted = config.interfaces.filter(({ dhcp6 }) => dhcp6 !== "no");
  if (wanted.length > 0 && !state.hasDhcpcd6) {
    const problems = wanted.map((iface) =>
      interfaceProblem(
        iface,
        `Cannot ask for an address by DHCPv6 on "${iface.name}": "/usr/sbin/dhcpcd6" is not there; install fileset bos.net.tcp.client_core (bos.net.tcp.client before AIX 7.2)`,
      ),
    );
    return { before: [], after: [], problems };
  }
  const wishes = wanted.map(({ name, dhcp6 }): BlockWish => {
    const address = dhcp6 === "stateful" ? ["option ia-na {", " ianame 1", "}"] : [];
    return { name, lines: [...address, "option request-option { 23 24 }"] };
  });
  const client = { daemon: "dhcpcd6", path: DHCPC6_CNF_PATH, file: state.dhcpc6Cnf, wishes };
  return { ...renderClient(config, state, client), problems: [] };
}

interface Client {
  readonly daemon: string;
  readonly path: string;
  readonly file: EditedFile | undefined;
  readonly wishes: readonly BlockWish[];
}

function renderClient(
  config: NetworkConfig,
  state: AixDaemonState,
  { daemon, path, file, wishes }: Client,
): Pick<RenderedDaemons, "before" | "after"> {
  const isOn = findDaemonLine(state.rcTcpip?.text ?? "", daemon)?.isOn === true;
  const isActive = state.active.has(daemon);
  const described = describedNames(config);
  const unwanted = new Set([...described].filter((name) => !wishes.some((w) => w.name === name)));
  const before = file?.text ?? "";
  const text = editInterfaceBlocks(before, wishes, unwanted);
  const edit = text === before ? [] : [editChange(path, text, file)];
  const step = (changes: readonly Change[]): readonly NetworkStep[] =>
    changes.length === 0 ? [] : [{ subject: daemon, changes }];
  if (wishes.length > 0) {
    if (!isOn || !isActive) {
      return { before: [], after: step([...edit, switchOn(daemon)]) };
    }
    // While addresses and routes change, it must not put back what it had.
    const [stop, start] = restart(daemon);
    return edit.length === 0
      ? { before: [], after: [] }
      : { before: step([...edit, stop]), after: step([start]) };
  }
  // It stays for the interfaces of others that it serves by name, and goes where there are none:
  // "any" could be one of ours.
  const servesOthers = listInterfaceBlocks(text).some((name) => name !== "any");
  const isStopped = isOn && !servesOthers && described.size > 0;
  const isRestarted = isActive && servesOthers && edit.length > 0;
  const changes = [
    ...edit,
    ...(isStopped ? [switchOff(daemon)] : isRestarted ? restart(daemon) : []),
  ];
  return { before: step(changes), after: [] };
}

/**
 * autoconf6 at boot has one line, for one interface or for all. Where all would be too many, the
 * further ones have lines of ours (`extraAutoconf`).
 */
function renderIpv6Daemons(config: NetworkConfig, state: AixDaemonState): readonly NetworkStep[] {
  const rcTcpip = state.rcTcpip?.text ?? "";
  const line = findDaemonLine(rcTcpip, "autoconf6");
  const ndpd = findDaemonLine(rcTcpip, "ndpd-host");
  const { target } = planAutoconf(config, state);
  const changes: Change[] = [];
  if (config.interfaces.some(needsIpv6)) {
    if (target !== undefined && line?.isOn !== true) {
      changes.push(chrctcp("-a", "autoconf6"));
    }
    if (target !== undefined && !(line?.isOn === true && namesTarget(line.text, target))) {
      changes.push(commandChange([CHRCTCP, "-c", "autoconf6", "-f", `interface=${target}`]));
    }
    if (ndpd?.isOn !== true || !state.active.has("ndpd-host")) {
      changes.push(switchOn("ndpd-host"));
    }
    return changes.length === 0 ? [] : [{ subject: "ndpd-host", changes }];
  }
  if (line?.isOn === true && isOurs(line.text, config, state)) {
    changes.push(chrctcp("-d", "autoconf6"));
    if (ndpd?.isOn === true) {
      changes.push(switchOff("ndpd-host"));
    }
  }
  return changes.length === 0 ? [] : [{ subject: "ndpd-host", changes }];
}

/** For which interface autoconf6 has its line, and for which ones a line of ours is needed. */
export function planAutoconf(
  config: NetworkConfig,
  state: Pick<AixDaemonState, "rcTcpip" | "allInterfaces">,
): { readonly target?: string; readonly extra: readonly string[] } {
  const names = config.interfaces.filter(needsIpv6).map(({ name }) => name);
  const [first, ...others] = names;
  const line = findDaemonLine(state.rcTcpip?.text ?? "", "autoconf6");
  if (first === undefined) {
    return { extra: [] };
  }
  if (line === undefined) {
    return { extra: names };
  }
  if (line.isOn && namesTarget(line.text, "any")) {
    return { extra: [] };
  }
  const described = new Set(config.interfaces.map(({ name }) => name));
  const servesOthers = line.isOn && namedInterfaces(line.text).some((name) => !described.has(name));
  if (servesOthers) {
    return { extra: names };
  }
  if (others.length > 0 && state.allInterfaces.every((name) => names.includes(name))) {
    return { target: "any", extra: [] };
  }
  const kept = line.isOn ? names.find((name) => namesTarget(line.text, name)) : undefined;
  const target = kept ?? first;
  return { target, extra: names.filter((name) => name !== target) };
}

/** Whether what autoconf6 does at boot concerns interfaces of ours alone. */
function isOurs(text: string, config: NetworkConfig, state: AixDaemonState): boolean {
  const described = describedNames(config);
  const served = namesTarget(text, "any") ? state.allInterfaces : namedInterfaces(text);
  return served.length > 0 && served.every((name) => described.has(name));
}

/** The text that chrctcp makes of `interface=any` is not confirmed: "-A", or the word itself. */
function namesTarget(text: string, target: string): boolean {
  return target === "any" ? /\bany\b|-\w*A/u.test(text) : namedInterfaces(text).includes(target);
}

function namedInterfaces(text: string): readonly string[] {
  return text.match(/\ben\d+\b/gu) ?? [];
}

const CHRCTCP = "/usr/sbin/chrctcp";
const STOPSRC = "/usr/bin/stopsrc";
const STARTSRC = "/usr/bin/startsrc";

function chrctcp(flag: string, daemon: string): Change {
  return commandChange([CHRCTCP, flag, daemon]);
}

function switchOn(daemon: string): Change {
  return commandChange([CHRCTCP, "-S", "-a", daemon]);
}

function switchOff(daemon: string): Change {
  return commandChange([CHRCTCP, "-S", "-d", daemon]);
}

/** Not `refresh`: whether these daemons read their files again then is not confirmed. */
export function restart(daemon: string): readonly [Change, Change] {
  return [commandChange([STOPSRC, "-s", daemon]), commandChange([STARTSRC, "-s", daemon])];
}

/** Interfaces that a DHCP client configures now: its file names them, and it is switched on. */
export function listDhcpInterfaces(state: AixDaemonState): readonly string[] {
  const isOn = findDaemonLine(state.rcTcpip?.text ?? "", "dhcpcd")?.isOn === true;
  const names = listInterfaceBlocks(state.dhcpcdIni?.text ?? "");
  return isOn || state.active.has("dhcpcd")
    ? names.includes("any")
      ? state.allInterfaces
      : names
    : [];
}
