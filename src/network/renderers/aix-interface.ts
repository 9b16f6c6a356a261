import { formatMask } from "../ip-address.ts";
import type { Change } from "../../system/change.ts";
import type { Problem } from "../../text/problem.ts";
import type { AddressConfig, InterfaceConfig } from "../network-config.ts";
import {
  type AixInterfaceState,
  chdev,
  interfaceProblem,
  isLive,
  isReachable,
  isStored,
  isUp,
  storedValues,
} from "./aix-interface-state.ts";
import { renderAddresses6 } from "./aix-ipv6.ts";
import { commandChange } from "./renderer.ts";

/** What has to be done to one interface. */
export interface RenderedInterface {
  readonly changes: readonly Change[];
  readonly alternatives: ReadonlyMap<Change, Change>;
  readonly problems: readonly Problem[];
  /** It is taken out of the kernel meanwhile, and its routes with it. */
  readonly isDetached: boolean;
}

const IFCONFIG = "/usr/sbin/ifconfig";

/** Without jumbo frames on the adapter. */
export const MTU_PLAIN_MAX = 1500;
/** Of a virtual Ethernet adapter (aix/commands.md §3.1). */
const MTU_VIRTUAL_MAX = 65_390;
/** The smallest that IPv6 works with (RFC 8200 §5). */
const MTU_IPV6_MIN = 1280;

/**
 * The commands for one interface: adapter settings, for which alone it is detached; IPv4; IPv6; MTU.
 * What the configuration does not say of a family is cleared where it is left over from another
 * deploy; a link-local address, the way that RMC takes, never is.
 */
export function renderAixInterface(
  iface: InterfaceConfig,
  state: AixInterfaceState,
): RenderedInterface {
  const adapter = renderAdapter(iface.name, state);
  const { kernel: _, ...detached } = state;
  let current = adapter.isDetached ? detached : state;
  const ipv4 = renderIpv4(iface, current);
  current = ipv4.isRestarted ? detached : current;
  const ipv6 = renderAddresses6(iface, current);
  const mtu = renderMtu(iface, state);
  const addresses = [...ipv4.changes, ...ipv6.changes];
  const isRaised = addresses.some(
    (change) => change.kind === "command" && change.argv.includes("state=up"),
  );
  // Where no address of its own brings it up, now and at boot.
  const isLow = !isUp(current) && !isRaised && (isReachable(iface) || iface.addresses.length > 0);
  const raise = isLow ? [chdev(iface.name, ["state=up"])] : [];
  return {
    changes: [...adapter.changes, ...raise, ...addresses, ...mtu.changes],
    alternatives: ipv6.alternatives,
    problems: mtu.problems,
    isDetached: adapter.isDetached || ipv4.isRestarted,
  };
}

/** Those settings of the adapter that differ, as `attribute=value`. */
export function listAdapterChanges(
  adapter: NonNullable<AixInterfaceState["adapter"]>,
): readonly string[] {
  return [...adapter.settings].flatMap(([name, value]) => {
    const found = adapter.attributes.get(name)?.[0];
    return found === undefined || found === value ? [] : [`${name}=${value}`];
  });
}

/** An adapter changes only while no interface uses it: the one reason to detach. */
function renderAdapter(
  name: string,
  { adapter, kernel }: AixInterfaceState,
): { readonly changes: readonly Change[]; readonly isDetached: boolean } {
  const settings = adapter === undefined ? [] : listAdapterChanges(adapter);
  if (adapter === undefined || settings.length === 0) {
    return { changes: [], isDetached: false };
  }
  const detach = kernel === undefined ? [] : [renderDetach(name)];
  return {
    changes: [...detach, chdev(adapter.name, settings)],
    isDetached: kernel !== undefined,
  };
}

/** Out of the kernel; the ODM keeps what it has. */
export function renderDetach(name: string): Change {
  return commandChange([IFCONFIG, name, "down", "detach"]);
}

function renderIpv4(
  iface: InterfaceConfig,
  state: AixInterfaceState,
): { readonly changes: readonly Change[]; readonly isRestarted: boolean } {
  const { name } = iface;
  if (!isReachable(iface)) {
    return { changes: [], isRestarted: false };
  }
  const given = iface.addresses.filter(({ family }) => family === 4);
  const primary = iface.dhcp4 ? undefined : given[0];
  const aliases = iface.dhcp4 ? given : given.slice(1);
  const wanted = new Set(aliases.map(aliasValue));
  const stored = storedValues(state, "alias4");
  const changes = stored
    .filter((value) => !wanted.has(value))
    .map((value) => chdev(name, [`delalias4=${value}`]));
  const isCleared = primary === undefined && storedValues(state, "netaddr").length > 0;
  if (primary !== undefined) {
    changes.push(...renderLeased(iface, state), ...renderPrimary(name, primary, state));
  } else if (isCleared) {
    // As administrators do it: the address goes while the interface is down.
    changes.push(
      chdev(name, ["state=down"]),
      chdev(name, ["netaddr=", "netmask="]),
      chdev(name, ["state=up"]),
    );
  }
  const { kernel: _, ...restarted } = state;
  const current = isCleared ? restarted : state;
  for (const alias of aliases) {
    if (!stored.includes(aliasValue(alias))) {
      changes.push(chdev(name, [`alias4=${aliasValue(alias)}`]));
    } else if (!isLive(current, alias.address)) {
      // Storing it again would add a second row: only the kernel lacks it.
      const mask = formatMask(4, alias.prefixLength);
      changes.push(commandChange([IFCONFIG, name, "alias", alias.address, "netmask", mask]));
    }
  }
  return { changes, isRestarted: isCleared };
}

/** The first address is the interface's own, the others are aliases. */
function renderPrimary(
  name: string,
  { address, prefixLength }: AddressConfig,
  state: AixInterfaceState,
): readonly Change[] {
  const mask = formatMask(4, prefixLength);
  const isRight =
    isStored(state, "netaddr", address) &&
    isStored(state, "netmask", mask) &&
    isLive(state, address);
  return isRight ? [] : [chdev(name, [`netaddr=${address}`, `netmask=${mask}`, "state=up"])];
}

/** Addresses that a DHCP server gave before the interface became static. Others in the kernel alone are somebody else's, a cluster's say. */
function renderLeased(iface: InterfaceConfig, state: AixInterfaceState): readonly Change[] {
  const known = new Set([
    ...iface.addresses.map(({ address }) => address),
    ...storedValues(state, "netaddr"),
    ...storedValues(state, "alias4").map((value) => value.split(",", 1)[0] ?? value),
  ]);
  return state.hasDhcp === true
    ? (state.kernel?.addresses ?? [])
        .filter((address) => !address.includes(":") && !known.has(address))
        .map((address) => commandChange([IFCONFIG, iface.name, "delete", address]))
    : [];
}

function aliasValue({ address, prefixLength }: AddressConfig): string {
  return `${address},${formatMask(4, prefixLength)}`;
}

function renderMtu(
  iface: InterfaceConfig,
  state: AixInterfaceState,
): { readonly changes: readonly Change[]; readonly problems: readonly Problem[] } {
  const { name, mtuBytes } = iface;
  if (mtuBytes === undefined || isStored(state, "mtu", String(mtuBytes))) {
    return { changes: [], problems: [] };
  }
  if (mtuBytes > MTU_VIRTUAL_MAX && state.isVirtual) {
    const message = `Cannot set MTU ${mtuBytes} on "${name}": a virtual Ethernet adapter takes ${MTU_VIRTUAL_MAX} at most; give a smaller one`;
    return { changes: [], problems: [interfaceProblem(iface, message)] };
  }
  const isTooSmall = mtuBytes < MTU_IPV6_MIN && iface.addresses.some(({ family }) => family === 6);
  const message = `MTU ${mtuBytes} on "${name}" is too small for its IPv6 address: IPv6 needs ${MTU_IPV6_MIN}`;
  return {
    changes: [chdev(name, [`mtu=${mtuBytes}`])],
    problems: isTooSmall ? [{ ...interfaceProblem(iface, message), severity: "warning" }] : [],
  };
}
