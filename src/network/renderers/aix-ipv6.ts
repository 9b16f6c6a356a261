import { canonicalAddress, parsePrefixLength, withoutZone } from "../ip-address.ts";
import type { Change } from "../../system/change.ts";
import type { AddressConfig, InterfaceConfig } from "../network-config.ts";
import {
  type AixInterfaceState,
  chdev,
  isLinkLocal,
  isLive,
  isReachable,
  isStored,
  storedValues,
} from "./aix-interface-state.ts";
import { silently } from "./rc-tcpip.ts";
import { commandChange } from "./renderer.ts";

const IFCONFIG = "/usr/sbin/ifconfig";
const AUTOCONF6 = "/usr/sbin/autoconf6";

/**
 * The commands for the IPv6 addresses of one interface. An alias is written with "/" before the
 * length, and with "," where AIX refuses that (which one it takes is not confirmed); where a stored
 * one shows which it is, that one comes first.
 */
export function renderAddresses6(
  iface: InterfaceConfig,
  state: AixInterfaceState,
): { readonly changes: readonly Change[]; readonly alternatives: ReadonlyMap<Change, Change> } {
  const { name } = iface;
  const plan = planAddresses6(iface, state);
  const changes: Change[] = [];
  const alternatives = new Map<Change, Change>();
  for (const value of storedValues(state, "alias6")) {
    const stored = parseAlias6(value);
    if (stored !== undefined && isUnwanted(iface, plan.aliases, stored)) {
      changes.push(chdev(name, [`delalias6=${value}`]));
    }
  }
  if (needsIpv6(iface) && !hasLinkLocal(state)) {
    changes.push(commandChange([AUTOCONF6, "-i", name]));
  }
  const { primary } = plan;
  if (primary === "clear") {
    changes.push(chdev(name, ["netaddr6=", "prefixlen="]));
  } else if (primary !== undefined && !isPrimaryRight(primary, state)) {
    changes.push(
      chdev(name, [`netaddr6=${primary.address}`, `prefixlen=${primary.prefixLength}`, "state=up"]),
    );
  }
  const separators = storedValues(state, "alias6").some((value) => value.includes(","))
    ? [",", "/"]
    : ["/", ","];
  for (const alias of plan.aliases) {
    const { address, prefixLength } = alias;
    if (!isAliasStored(alias, state)) {
      const [first, second] = separators.map((separator) =>
        chdev(name, [`alias6=${address}${separator}${prefixLength}`]),
      );
      if (first !== undefined && second !== undefined) {
        changes.push(first);
        alternatives.set(first, second);
      }
    } else if (!isLive(state, address)) {
      changes.push(commandChange(aliasCommand(name, alias)));
    }
  }
  return { changes, alternatives };
}

/** What each boot repeats from /etc/rc.tcpip, since the ODM alone did not keep IPv6 for IBM (aix/commands.md §1, bug 9). */
export function renderBootAddresses6(
  iface: InterfaceConfig,
  state: AixInterfaceState,
): readonly string[] {
  const { primary, aliases } = planAddresses6(iface, state);
  const lines =
    primary === undefined || primary === "clear"
      ? []
      : [
          `/usr/sbin/chdev -l ${iface.name} -a netaddr6=${primary.address} -a prefixlen=${primary.prefixLength} -a state=up`,
        ];
  const commands = [...lines, ...aliases.map((alias) => aliasCommand(iface.name, alias).join(" "))];
  return commands.map(silently);
}

/** Whether IPv6 has to be started on it: it gets more than the link-local address that it is given. */
export function needsIpv6(iface: InterfaceConfig): boolean {
  return (
    iface.slaac ||
    iface.dhcp6 !== "no" ||
    iface.addresses.some(({ family, address }) => family === 6 && !isLinkLocal(address))
  );
}

/** `ADDRESS/LENGTH` or `ADDRESS,LENGTH`, canonical; undefined for other text. */
export function parseAlias6(value: string): AddressConfig | undefined {
  const [, text = "", length = ""] = /^([^/,]+)[/,](\d{1,3})$/u.exec(value) ?? [];
  const address = canonicalAddress(withoutZone(text));
  return address === undefined ? undefined : { family: 6, address, prefixLength: Number(length) };
}

/**
 * Which address is the interface's own and which are aliases. A link-local one that is there and not
 * described stays the interface's own: RMC may use it.
 */
function planAddresses6(
  iface: InterfaceConfig,
  state: AixInterfaceState,
): { readonly primary?: AddressConfig | "clear"; readonly aliases: readonly AddressConfig[] } {
  const wanted = iface.addresses.filter(({ family }) => family === 6);
  const stored = storedAddress6(state);
  const isManagement =
    stored !== undefined &&
    isLinkLocal(stored) &&
    !wanted.some(({ address }) => address === stored);
  if (isManagement) {
    return { aliases: wanted };
  }
  const [primary, ...aliases] = wanted;
  if (primary !== undefined) {
    return { primary, aliases };
  }
  return stored !== undefined && isReachable(iface) ? { primary: "clear", aliases } : { aliases };
}

function storedAddress6(state: AixInterfaceState): string | undefined {
  const [text] = storedValues(state, "netaddr6");
  return text === undefined ? undefined : canonicalAddress(withoutZone(text));
}

/** Left over from another deploy. One of the link stays, as does everything on an interface of the link only. */
function isUnwanted(
  iface: InterfaceConfig,
  wanted: readonly AddressConfig[],
  stored: AddressConfig,
): boolean {
  return (
    isReachable(iface) &&
    !isLinkLocal(stored.address) &&
    !wanted.some((each) => isSameAddress(each, stored))
  );
}

function isAliasStored(alias: AddressConfig, state: AixInterfaceState): boolean {
  return storedValues(state, "alias6").some((value) => {
    const stored = parseAlias6(value);
    return stored !== undefined && isSameAddress(stored, alias);
  });
}

function isSameAddress(a: AddressConfig, b: AddressConfig): boolean {
  return a.address === b.address && a.prefixLength === b.prefixLength;
}

function isPrimaryRight(primary: AddressConfig, state: AixInterfaceState): boolean {
  return (
    storedAddress6(state) === primary.address &&
    isStored(state, "prefixlen", String(primary.prefixLength)) &&
    isLive(state, primary.address)
  );
}

function hasLinkLocal(state: AixInterfaceState): boolean {
  return state.kernel?.addresses.some(isLinkLocal) === true;
}

function aliasCommand(name: string, { address, prefixLength }: AddressConfig): readonly string[] {
  return [IFCONFIG, name, "inet6", `${address}/${prefixLength}`, "alias"];
}

/** The addresses that the ODM has for an interface, whatever the spelling, canonical. */
export function storedAddresses(state: AixInterfaceState): readonly string[] {
  return storedNetworks(state).map(({ address }) => address);
}

/** The same with their prefix lengths, where those can be read. */
export function storedNetworks(state: AixInterfaceState): readonly AddressConfig[] {
  const ipv4 = (address = "", mask = ""): readonly AddressConfig[] => {
    const prefixLength = parsePrefixLength(4, mask);
    return address === "" || prefixLength === undefined
      ? []
      : [{ family: 4, address, prefixLength }];
  };
  const own6 = storedAddress6(state);
  const length6 = parsePrefixLength(6, storedValues(state, "prefixlen")[0] ?? "64") ?? 64;
  return [
    ...ipv4(storedValues(state, "netaddr")[0], storedValues(state, "netmask")[0]),
    ...storedValues(state, "alias4").flatMap((value) => ipv4(...value.split(",", 2))),
    ...(own6 === undefined ? [] : [{ family: 6, address: own6, prefixLength: length6 } as const]),
    ...storedValues(state, "alias6").flatMap((value) => parseAlias6(value) ?? []),
  ];
}
