import { formatMask, prefixLengthMax } from "../ip-address.ts";
import type { Change } from "../../system/change.ts";
import type { InterfaceConfig, NetworkConfig, RouteConfig } from "../network-config.ts";
import { type AixRouteState, isSameTarget, parseStoredRoutes } from "./aix-stored-routes.ts";
import { silently } from "./rc-tcpip.ts";
import { commandChange, type NetworkStep } from "./renderer.ts";

/** A route as the kernel has it. */
export interface KernelRoute {
  readonly family: 4 | 6;
  /** Canonical; default is "0.0.0.0" or "::" with length 0. */
  readonly destination: string;
  readonly prefixLength: number;
  readonly gateway: string;
  /** "en0" */
  readonly device: string;
}

const CHDEV = "/usr/sbin/chdev";
const ROUTE = "/usr/sbin/route";

/**
 * The change of inet0's routes (aix/commands.md §3.3). `route` and `rout6` only ever append, so
 * each unwanted one is deleted by the exact text that is stored, without quotes, before the wanted
 * one is added. Unwanted are default routes through other gateways, other ways to the same network,
 * all stored default routes of a family for which a server or a router tells the way, and routes
 * whose gateway can no longer be reached. Where the configuration names no gateway, no other is
 * deleted.
 */
export function renderAixRoutes(
  config: NetworkConfig,
  current: AixRouteState,
): NetworkStep | undefined {
  const routes = chooseAixRoutes(config);
  const stored = parseStoredRoutes(current);
  const kept = findStoredRoutes(routes, current);
  const lost = kept.filter((route) => !hasKernelRoute(route, current.kernelRoutes));
  const deletions: Change[] = [];
  for (const family of [4, 6] as const) {
    const wanted = routes.filter((route) => route.family === family);
    const isLearned = learnsDefault(config, family) && !wanted.some(isDefault);
    const remove = family === 4 ? "delroute" : "delrout6";
    const unwanted = stored[family].filter(
      (each) =>
        (isLearned && each.prefixLength === 0) ||
        current.isOrphaned(each.gateway) ||
        wanted.some((route) => isSameTarget(each, route) && each.gateway !== route.gateway),
    );
    deletions.push(
      ...unwanted.map(({ text }) => chdevInet0(`${remove}=${text}`)),
      ...renderRivals(config, current, wanted),
    );
  }
  const alternatives = new Map<Change, Change>();
  const additions = routes
    .filter((route) => !kept.includes(route))
    .map((route) => {
      const attribute = route.family === 4 ? "route" : "rout6";
      const change = chdevInet0(`${attribute}=${formatStoredRoute(route)}`);
      if (route.family === 6 && route.prefixLength > 0) {
        // The stored form of an IPv6 network is not confirmed; /etc/rc.tcpip keeps it in any case.
        alternatives.set(change, renderKernelRoute(route));
      }
      return change;
    });
  const changes = [...deletions, ...lost.map(renderKernelRoute), ...additions];
  return changes.length === 0 ? undefined : { subject: "inet0", changes, alternatives };
}

/**
 * Default routes of the kernel alone, through an interface that we address, beside the wanted one: a
 * DHCP server gave them before. Those of routers go when ndpd-host starts anew. Where the
 * configuration does not say how an interface gets its address, whoever gave it the route runs on
 * and would only give it again.
 */
function renderRivals(
  config: NetworkConfig,
  current: AixRouteState,
  wanted: readonly RouteConfig[],
): readonly Change[] {
  const route = wanted.find((each) => each.family === 4 && isDefault(each));
  const stored = parseStoredRoutes(current)[4].filter(({ prefixLength }) => prefixLength === 0);
  return current.kernelRoutes
    .filter(
      (each) =>
        route !== undefined &&
        each.family === 4 &&
        each.prefixLength === 0 &&
        each.gateway !== route.gateway &&
        config.interfaces.some((iface) => iface.name === each.device && isAddressed(iface)) &&
        !stored.some(({ gateway }) => gateway === each.gateway),
    )
    .map(({ gateway }) => commandChange([ROUTE, "delete", "default", gateway]));
}

/**
 * For routes that the kernel has and inet0 has not: into the database alone. chdev refuses what the
 * kernel has already, and on some levels does not store it then.
 */
export function renderStoredOnly(
  routes: readonly RouteConfig[],
  current: AixRouteState,
): readonly Change[] {
  const kept = findStoredRoutes(routes, current);
  return routes
    .filter((route) => !kept.includes(route) && hasKernelRoute(route, current.kernelRoutes))
    .map((route) => {
      const attribute = route.family === 4 ? "route" : "rout6";
      const setting = `${attribute}=${formatStoredRoute(route)}`;
      return commandChange([CHDEV, "-l", "inet0", "-P", "-a", setting]);
    });
}

/** Those of `routes` that the machine keeps over a boot, in whatever spelling; IPv6 networks also by /etc/rc.tcpip alone. */
export function findStoredRoutes(
  routes: readonly RouteConfig[],
  current: AixRouteState,
): readonly RouteConfig[] {
  const stored = parseStoredRoutes(current);
  return routes.filter(
    (route) =>
      stored[route.family].some(
        (each) => isSameTarget(each, route) && each.gateway === route.gateway,
      ) ||
      (route.family === 6 &&
        route.prefixLength > 0 &&
        current.bootLines.includes(bootRoute(route)) &&
        hasKernelRoute(route, current.kernelRoutes)),
  );
}

/** The routes an AIX machine gets: one way to each target, en0's before the others', else the first one given. */
export function chooseAixRoutes(config: NetworkConfig): readonly RouteConfig[] {
  const chosen = new Map<string, RouteConfig>();
  const usable = config.interfaces.filter(({ link }) => link.kind !== "loopback");
  const inOrder = [
    ...usable.filter(({ name }) => name === "en0"),
    ...usable.filter(({ name }) => name !== "en0"),
  ];
  for (const route of inOrder.flatMap(({ routes }) => routes)) {
    const target = `${route.destination}/${route.prefixLength}`;
    if (!chosen.has(target)) {
      chosen.set(target, route);
    }
  }
  return [...chosen.values()];
}

/** Whether the configuration says how an interface gets addresses. */
export function isAddressed({ addresses, dhcp4, dhcp6, slaac }: InterfaceConfig): boolean {
  return addresses.length > 0 || dhcp4 || dhcp6 !== "no" || slaac;
}

/** Whether a server or a router tells the default route of this family. */
export function learnsDefault(config: NetworkConfig, family: 4 | 6): boolean {
  return config.interfaces.some((iface) =>
    family === 4 ? iface.dhcp4 : iface.slaac || iface.dhcp6 !== "no",
  );
}

/** Kernel-only commands for routes that the kernel has not. */
export function renderMissingAixRoutes(
  routes: readonly RouteConfig[],
  kernelRoutes: readonly KernelRoute[],
): readonly Change[] {
  return routes.filter((route) => !hasKernelRoute(route, kernelRoutes)).map(renderKernelRoute);
}

/** Whether the kernel has this route. */
export function hasKernelRoute(route: RouteConfig, kernelRoutes: readonly KernelRoute[]): boolean {
  return kernelRoutes.some(
    (each) =>
      each.family === route.family &&
      each.destination === route.destination &&
      each.prefixLength === route.prefixLength &&
      each.gateway === route.gateway,
  );
}

/** What each boot repeats from /etc/rc.tcpip for the IPv6 ones; a route that is there already is no fault. */
export function renderBootRoutes6(routes: readonly RouteConfig[]): readonly string[] {
  return routes.filter(({ family }) => family === 6).map(bootRoute);
}

function bootRoute(route: RouteConfig): string {
  return silently([ROUTE, "add", ...routeArguments(route)].join(" "));
}

/** Whether it is the way to everywhere else. */
export function isDefault({ prefixLength }: Pick<RouteConfig, "prefixLength">): boolean {
  return prefixLength === 0;
}

/** The forms that AIX itself stores (captured, aix/commands.md §3.3). The hop count stays 0: metrics only order routes that are not both kept here. */
function formatStoredRoute({ family, destination, prefixLength, gateway }: RouteConfig): string {
  if (prefixLength === 0) {
    return family === 4 ? `net,-hopcount,0,,0,${gateway}` : `net,-hopcount,0,,,::,${gateway}`;
  }
  if (prefixLength === prefixLengthMax(family)) {
    return family === 4
      ? `host,-hopcount,0,,,,,,${destination},${gateway}`
      : `host,-hopcount,0,,,${destination},${gateway}`;
  }
  return family === 4
    ? `net,-hopcount,0,-netmask,${formatMask(4, prefixLength)},,,,,${destination},${gateway}`
    : `net,-hopcount,0,-prefixlen,${prefixLength},,${destination},${gateway}`;
}

function renderKernelRoute(route: RouteConfig): Change {
  return commandChange([ROUTE, "add", ...routeArguments(route)]);
}

function routeArguments({ family, destination, prefixLength, gateway }: RouteConfig): string[] {
  if (prefixLength === 0) {
    return family === 4 ? ["default", gateway] : ["-inet6", "default", gateway];
  }
  const isHost = prefixLength === prefixLengthMax(family);
  if (family === 6) {
    return isHost
      ? ["-inet6", "-host", destination, gateway]
      : ["-inet6", "-net", destination, "-prefixlen", String(prefixLength), gateway];
  }
  return isHost
    ? ["-host", destination, gateway]
    : ["-net", destination, "-netmask", formatMask(4, prefixLength), gateway];
}

function chdevInet0(setting: string): Change {
  return commandChange([CHDEV, "-l", "inet0", "-a", setting]);
}
