import { parseAddress, formatAddress, formatMask } from "../ip-address.ts";
import type { Change } from "../../system/change.ts";
import type { Problem } from "../../text/problem.ts";
import type { AddressConfig, InterfaceConfig, NetworkConfig } from "../network-config.ts";
import { type AixRouteState, renderAixRoutes } from "./aix-routes.ts";
import { commandChange, type NetworkStep, type RenderedNetwork } from "./renderer.ts";
import { renderResolvConf, renderResolvConfStep, type ResolvConfState } from "./resolv-conf.ts";

/** What of an AIX machine decides which commands are needed. */
export interface AixNetworkState extends AixRouteState {
  /** By name: "en0". Those that the configuration describes, at least. */
  readonly interfaces: ReadonlyMap<string, AixInterfaceState>;
  readonly resolvConf: ResolvConfState;
}

export interface AixInterfaceState {
  /** Values of the ODM; `alias4` and `alias6` can have several. Empty where it could not be read. */
  readonly attributes: ReadonlyMap<string, readonly string[]>;
  /** As the kernel has it. Absent: not attached. */
  readonly kernel?: {
    readonly isUp: boolean;
    /** Canonical. */
    readonly addresses: readonly string[];
  };
  /** A virtual Ethernet adapter takes large packets without jumbo frames being switched on. */
  readonly isVirtual: boolean;
}

/**
 * Commands that give an AIX machine this network (aix/commands.md §3): addresses first, since a
 * changed address can take routes away, then routes, then name resolution. The interfaces of
 * `config` carry AIX's names; those that it does not describe are not touched (DECISIONS 9).
 */
export function renderAix(config: NetworkConfig, current: AixNetworkState): RenderedNetwork {
  const steps: NetworkStep[] = [];
  const problems: Problem[] = [];
  for (const iface of config.interfaces) {
    problems.push(...listUnsupported(iface));
    const state = current.interfaces.get(iface.name) ?? UNKNOWN_STATE;
    if (iface.link.kind === "physical") {
      const { changes, problems: found } = renderInterface(iface, state);
      problems.push(...found);
      if (changes.length > 0) {
        steps.push({ subject: iface.name, changes });
      }
    }
  }
  const routes = renderAixRoutes(config, current);
  const resolver = renderResolvConf(config);
  const resolverStep = renderResolvConfStep(resolver.text, current.resolvConf, isAllStatic(config));
  return {
    steps: [...steps, ...routes.steps, ...(resolverStep === undefined ? [] : [resolverStep])],
    problems: [...problems, ...routes.problems, ...resolver.problems],
  };
}

const UNKNOWN_STATE: AixInterfaceState = { attributes: new Map(), isVirtual: false };

const CHDEV = "/usr/sbin/chdev";
const IFCONFIG = "/usr/sbin/ifconfig";

/** Without jumbo frames on the adapter. */
const MTU_PLAIN_MAX = 1500;
/** Of a virtual Ethernet adapter (aix/commands.md §3.1). */
const MTU_VIRTUAL_MAX = 65_390;

/** Whether a server is asked for no setting at all, and at least one address is given. */
function isAllStatic(config: NetworkConfig): boolean {
  return (
    config.interfaces.some((iface) => iface.addresses.length > 0) &&
    config.interfaces.every((iface) => !iface.dhcp4 && iface.dhcp6 === "no" && !iface.slaac)
  );
}

function listUnsupported(iface: InterfaceConfig): readonly Problem[] {
  const { name, link, line } = iface;
  const found: string[] = [];
  if (link.kind === "bond") {
    found.push(`EtherChannel "${name}" of ${link.members.join(", ")}`);
  } else if (link.kind === "vlan") {
    found.push(`VLAN "${name}" (${link.id} on ${link.parent})`);
  } else if (link.kind === "loopback") {
    found.push(`An address on the loopback interface "${name}"`);
  } else {
    if (iface.dhcp4) {
      found.push(`DHCP on "${name}"`);
    }
    if (iface.dhcp6 !== "no") {
      found.push(`DHCPv6 on "${name}"`);
    }
    if (iface.slaac) {
      found.push(`IPv6 address autoconfiguration on "${name}"`);
    }
  }
  return found.map((what) =>
    problemOf(`${what} is not supported yet on AIX: it is left out`, line),
  );
}

function renderInterface(
  iface: InterfaceConfig,
  state: AixInterfaceState,
): { readonly changes: readonly Change[]; readonly problems: readonly Problem[] } {
  const addresses4 = iface.addresses.filter(({ family }) => family === 4);
  const [primary6, ...others6] = iface.addresses.filter(({ family }) => family === 6);
  const problems = others6.map(({ address }) =>
    problemOf(
      `A further IPv6 address, "${address}" on "${iface.name}", is not supported yet on AIX: it is left out`,
      iface.line,
    ),
  );
  const changes = [
    ...renderAddresses4(iface.name, addresses4, state),
    ...(primary6 === undefined ? [] : renderAddress6(iface.name, primary6, state)),
  ];
  const mtu = renderMtu(iface, state);
  if (mtu !== undefined && "message" in mtu) {
    problems.push(mtu);
  } else if (mtu !== undefined) {
    changes.push(mtu);
  }
  return { changes, problems };
}

/** The first address is the interface's own, the others are aliases; captured aliases go. */
function renderAddresses4(
  name: string,
  [primary, ...aliases]: readonly AddressConfig[],
  state: AixInterfaceState,
): readonly Change[] {
  if (primary === undefined) {
    return [];
  }
  const wanted = new Set(aliases.map(aliasValue));
  const stored = (state.attributes.get("alias4") ?? []).filter((value) => value !== "");
  const unwanted = stored.filter((value) => !wanted.has(value));
  const changes = unwanted.map((value) => chdev(name, [`delalias4=${value}`]));
  const mask = formatMask(4, primary.prefixLength);
  const isRight =
    isStored(state, "netaddr", primary.address) &&
    isStored(state, "netmask", mask) &&
    isLive(state, primary.address);
  if (!isRight) {
    changes.push(chdev(name, [`netaddr=${primary.address}`, `netmask=${mask}`, "state=up"]));
  }
  for (const alias of aliases) {
    if (!stored.includes(aliasValue(alias))) {
      changes.push(chdev(name, [`alias4=${aliasValue(alias)}`]));
    } else if (!isLive(state, alias.address)) {
      // Storing it again would add a second row: only the kernel lacks it.
      const aliasMask = formatMask(4, alias.prefixLength);
      changes.push(commandChange([IFCONFIG, name, "alias", alias.address, "netmask", aliasMask]));
    }
  }
  return changes;
}

function aliasValue({ address, prefixLength }: AddressConfig): string {
  return `${address},${formatMask(4, prefixLength)}`;
}

function renderAddress6(
  name: string,
  { address, prefixLength }: AddressConfig,
  state: AixInterfaceState,
): readonly Change[] {
  const storedText = state.attributes.get("netaddr6")?.[0] ?? "";
  const stored = parseAddress(storedText);
  const isRight =
    stored !== undefined &&
    formatAddress(stored) === address &&
    isStored(state, "prefixlen", String(prefixLength)) &&
    isLive(state, address);
  return isRight
    ? []
    : [chdev(name, [`netaddr6=${address}`, `prefixlen=${prefixLength}`, "state=up"])];
}

function renderMtu(iface: InterfaceConfig, state: AixInterfaceState): Change | Problem | undefined {
  const { name, mtuBytes, line } = iface;
  if (mtuBytes === undefined || isStored(state, "mtu", String(mtuBytes))) {
    return undefined;
  }
  if (mtuBytes > MTU_PLAIN_MAX && !state.isVirtual) {
    const message = `MTU ${mtuBytes} on "${name}" needs jumbo frames on its adapter, which is not supported yet on AIX: the MTU is left as it is`;
    return problemOf(message, line);
  }
  if (mtuBytes > MTU_VIRTUAL_MAX) {
    const message = `Cannot set MTU ${mtuBytes} on "${name}": a virtual Ethernet adapter takes ${MTU_VIRTUAL_MAX} at most`;
    return problemOf(message, line);
  }
  return chdev(name, [`mtu=${mtuBytes}`]);
}

function isStored(state: AixInterfaceState, attribute: string, value: string): boolean {
  return state.attributes.get(attribute)?.[0] === value;
}

/** Up for good and now, with this address. */
function isLive(state: AixInterfaceState, address: string): boolean {
  return (
    isStored(state, "state", "up") &&
    state.kernel?.isUp === true &&
    state.kernel.addresses.includes(address)
  );
}

function chdev(device: string, settings: readonly string[]): Change {
  return commandChange([CHDEV, "-l", device, ...settings.flatMap((each) => ["-a", each])]);
}

function problemOf(message: string, line: number | undefined): Problem {
  return line === undefined ? { message } : { message, line };
}
