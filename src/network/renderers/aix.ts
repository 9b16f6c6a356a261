import { describeUnusedOverrides } from "../dhcp-overrides.ts";
import { isSameNetwork, parseAddress } from "../ip-address.ts";
import type { Problem } from "../../text/problem.ts";
import type { AddressConfig, InterfaceConfig, NetworkConfig } from "../network-config.ts";
import {
  type AixDaemonState,
  listDhcpInterfaces,
  planAutoconf,
  renderAixDaemons,
  restart,
} from "./aix-daemons.ts";
import { renderAixInterface } from "./aix-interface.ts";
import {
  type AixInterfaceState,
  hasSettings,
  interfaceProblem,
  isLinkLocal,
  isReachable,
} from "./aix-interface-state.ts";
import { needsIpv6, renderBootAddresses6, storedNetworks } from "./aix-ipv6.ts";
import { chooseAixRoutes, isDefault, renderAixRoutes, renderBootRoutes6 } from "./aix-routes.ts";
import type { AixRouteState } from "./aix-stored-routes.ts";
import {
  editMarkedLines,
  findDaemonLine,
  listMarkedLines,
  RC_TCPIP_PATH,
  silently,
} from "./rc-tcpip.ts";
import { editChange, type NetworkStep, type RenderedNetwork } from "./renderer.ts";
import { renderResolvConf, renderResolvConfStep, type ResolvConfState } from "./resolv-conf.ts";

/** What of an AIX machine decides which commands are needed. */
export interface AixNetworkState
  extends Omit<AixRouteState, "bootLines" | "isOrphaned">, AixDaemonState {
  /** By name: "en0". Those that the configuration describes, at least. */
  readonly interfaces: ReadonlyMap<string, AixInterfaceState>;
  /** Addresses of the interfaces that the configuration does not describe. */
  readonly otherAddresses: readonly AddressConfig[];
  readonly resolvConf: ResolvConfState;
}

/**
 * Commands that give an AIX machine this network (aix/commands.md §3): what a boot repeats, daemons
 * that have to go, then addresses, since a changed address can take routes away, daemons, routes,
 * and name resolution. The interfaces of `config` carry AIX's names, those of EtherChannels and VLANs
 * too; those that it does not describe are not touched (DECISIONS 9).
 */
export function renderAix(config: NetworkConfig, current: AixNetworkState): RenderedNetwork {
  const steps: NetworkStep[] = [];
  const problems: Problem[] = [];
  const detached = new Set<string>();
  for (const iface of config.interfaces) {
    if (iface.link.kind === "loopback") {
      const message = `Cannot give the loopback interface "${iface.name}" an address of its own: AIX keeps none for it`;
      problems.push(interfaceProblem(iface, message));
    } else if (hasSettings(iface)) {
      const rendered = renderAixInterface(iface, interfaceState(iface.name, current));
      problems.push(...rendered.problems);
      if (rendered.isDetached) {
        detached.add(iface.name);
      }
      if (rendered.changes.length > 0) {
        const { changes, alternatives } = rendered;
        steps.push({ subject: iface.name, changes, alternatives });
      }
    }
  }
  const routeState: AixRouteState = {
    ...current,
    kernelRoutes: current.kernelRoutes.filter(({ device }) => !detached.has(device)),
    bootLines: listMarkedLines(current.rcTcpip?.text ?? ""),
    isOrphaned: createOrphanTest(config, current),
  };
  const daemons = renderAixDaemons(config, current);
  const resolver = renderResolvConf(config);
  const unused = describeUnusedOverrides(config);
  return {
    steps: [
      renderRcTcpip(config, current),
      ...daemons.before,
      ...steps,
      ...daemons.after.filter(({ subject }) => subject === "ndpd-host"),
      renderAixRoutes(config, routeState),
      renderRouterRestart(config, current),
      ...daemons.after.filter(({ subject }) => subject !== "ndpd-host"),
      renderResolvConfStep(resolver.text, current.resolvConf, isAllStatic(config)),
    ].filter((step) => step !== undefined),
    problems: [
      ...problems,
      ...daemons.problems,
      ...resolver.problems,
      ...(unused === undefined ? [] : [unused]),
    ],
  };
}

/** Networks of before, and those of afterwards. An interface that asks a server may get any network. */
function createOrphanTest(
  config: NetworkConfig,
  current: AixNetworkState,
): (gateway: string) => boolean {
  const isFixed = (iface: InterfaceConfig, family: 4 | 6): boolean =>
    isReachable(iface) && (family === 4 ? !iface.dhcp4 : !iface.slaac && iface.dhcp6 === "no");
  const old = config.interfaces.flatMap((iface) =>
    storedNetworks(interfaceState(iface.name, current)).filter(({ family }) =>
      isFixed(iface, family),
    ),
  );
  const next = [
    ...config.interfaces.flatMap(({ addresses }) => addresses),
    ...current.otherAddresses,
  ];
  return (gateway) => isIn(old, gateway) && !isIn(next, gateway);
}

function isIn(networks: readonly AddressConfig[], gateway: string): boolean {
  const target = parseAddress(gateway);
  return (
    target !== undefined &&
    !isLinkLocal(gateway) &&
    networks.some(({ address, prefixLength }) => {
      const own = parseAddress(address);
      return own !== undefined && isSameNetwork(own, target, prefixLength);
    })
  );
}

function interfaceState(name: string, current: AixNetworkState): AixInterfaceState {
  const known = current.interfaces.get(name) ?? { attributes: new Map(), isVirtual: false };
  return { ...known, hasDhcp: listDhcpInterfaces(current).includes(name) };
}

/** Whether a server is asked for no setting at all, and at least one address is given. */
function isAllStatic(config: NetworkConfig): boolean {
  return (
    config.interfaces.some((iface) => iface.addresses.length > 0) &&
    config.interfaces.every((iface) => !iface.dhcp4 && iface.dhcp6 === "no" && !iface.slaac)
  );
}

/** The static IPv6 settings for each boot, in lines of ours; none where nothing of IPv6 is wanted. */
function renderRcTcpip(config: NetworkConfig, current: AixNetworkState): NetworkStep | undefined {
  const { rcTcpip } = current;
  const { extra } = planAutoconf(config, current);
  const afterAutoconf = extra.map((name) => silently(`/usr/sbin/autoconf6 -i ${name}`));
  const routes = chooseAixRoutes(config);
  const atEnd = [
    ...config.interfaces
      .filter((iface) => iface.link.kind !== "loopback")
      .flatMap((iface) => renderBootAddresses6(iface, interfaceState(iface.name, current))),
    ...renderBootRoutes6(routes),
    ...(hasStaticDefault6(config) ? [RESTART_AT_BOOT] : []),
  ];
  const found = listMarkedLines(rcTcpip?.text ?? "");
  const isSame = JSON.stringify(found) === JSON.stringify([...afterAutoconf, ...atEnd]);
  const isOurs = config.interfaces.some(isReachable) || atEnd.length > 0;
  if (isSame || rcTcpip === undefined || !isOurs) {
    return undefined;
  }
  const text = editMarkedLines(rcTcpip.text, { afterAutoconf, atEnd });
  return { subject: RC_TCPIP_PATH, changes: [editChange(RC_TCPIP_PATH, text, rcTcpip)] };
}

/** A router's own default route could come before the static one: ndpd-host forgets it when it starts anew. It needs a moment to end, half a minute at most. */
const RESTART_AT_BOOT =
  "n=0; if /usr/bin/lssrc -s ndpd-host 2>/dev/null | /usr/bin/grep -q ' active'; then /usr/bin/stopsrc -s ndpd-host >/dev/null; until /usr/bin/lssrc -s ndpd-host | /usr/bin/grep -q inoperative || [ $n -ge 30 ]; do sleep 1; n=$((n+1)); done; /usr/bin/startsrc -s ndpd-host >/dev/null; fi";

function hasStaticDefault6(config: NetworkConfig): boolean {
  return (
    config.interfaces.some(needsIpv6) &&
    chooseAixRoutes(config).some((route) => route.family === 6 && isDefault(route))
  );
}

/** The same, now, where such a route is there. */
function renderRouterRestart(
  config: NetworkConfig,
  current: AixNetworkState,
): NetworkStep | undefined {
  const wanted = chooseAixRoutes(config).find((route) => route.family === 6 && isDefault(route));
  const isShadowed = hasForeignDefault6(config, current);
  const isOn = findDaemonLine(current.rcTcpip?.text ?? "", "ndpd-host")?.isOn === true;
  return wanted !== undefined && isShadowed && isOn && current.active.has("ndpd-host")
    ? { subject: "ndpd-host", changes: restart("ndpd-host") }
    : undefined;
}

/** Whether the kernel has a default route of IPv6 that neither the configuration nor inet0 names. */
function hasForeignDefault6(
  config: NetworkConfig,
  { kernelRoutes, storedRoutes6 }: AixNetworkState,
): boolean {
  const wanted = chooseAixRoutes(config).filter((route) => route.family === 6 && isDefault(route));
  return kernelRoutes.some(
    (each) =>
      each.family === 6 &&
      each.prefixLength === 0 &&
      !wanted.some(({ gateway }) => gateway === each.gateway) &&
      !storedRoutes6.some((text) => text.endsWith(`,${each.gateway}`)),
  );
}
