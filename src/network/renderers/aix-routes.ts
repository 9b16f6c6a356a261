import { canonicalAddress, formatMask, parseAddress, parsePrefixLength } from "../ip-address.ts";
import type { Change } from "../../system/change.ts";
import type { Problem } from "../../text/problem.ts";
import type { NetworkConfig, RouteConfig } from "../network-config.ts";
import { commandChange, type RenderedNetwork } from "./renderer.ts";

/** The routes that inet0 keeps for every boot, each text exactly as stored. */
export interface AixRouteState {
  readonly storedRoutes: readonly string[];
  readonly storedRoutes6: readonly string[];
}

/** A route as the kernel has it. */
export interface KernelRoute {
  readonly family: 4 | 6;
  /** Canonical; default is "0.0.0.0" or "::" with length 0. */
  readonly destination: string;
  readonly prefixLength: number;
  readonly gateway: string;
}

/**
 * The change of inet0's routes (aix/commands.md §3.3). `route` and `rout6` only ever append, so
 * each unwanted one is deleted by the exact text that is stored, without quotes, before the wanted
 * one is added. Unwanted are default routes through other gateways, and other ways to the same
 * network. Where the configuration names no gateway, nothing is deleted.
 */
export function renderAixRoutes(config: NetworkConfig, current: AixRouteState): RenderedNetwork {
  const { routes, problems } = chooseAixRoutes(config);
  const stored = parseStoredRoutes(current);
  const kept = findStoredRoutes(routes, current);
  const deletions: Change[] = [];
  const additions: Change[] = [];
  for (const route of routes) {
    const [add, remove] = route.family === 4 ? ["route", "delroute"] : ["rout6", "delrout6"];
    for (const rival of stored[route.family]) {
      if (isSameTarget(rival, route) && rival.gateway !== route.gateway) {
        deletions.push(chdevInet0(`${remove}=${rival.text}`));
      }
    }
    if (!kept.includes(route)) {
      additions.push(chdevInet0(`${add}=${formatStoredRoute(route)}`));
    }
  }
  const changes = [...deletions, ...additions];
  return { steps: changes.length === 0 ? [] : [{ subject: "inet0", changes }], problems };
}

/** Those of `routes` that inet0 keeps already, in whatever spelling. */
export function findStoredRoutes(
  routes: readonly RouteConfig[],
  current: AixRouteState,
): readonly RouteConfig[] {
  const stored = parseStoredRoutes(current);
  return routes.filter((route) =>
    stored[route.family].some(
      (each) => isSameTarget(each, route) && each.gateway === route.gateway,
    ),
  );
}

/**
 * The routes an AIX machine gets: one default route for each family (en0's, else the first one
 * given), and all static IPv4 routes, each target once.
 */
export function chooseAixRoutes(config: NetworkConfig): {
  readonly routes: readonly RouteConfig[];
  readonly problems: readonly Problem[];
} {
  const problems: Problem[] = [];
  const chosen = new Map<string, RouteConfig>();
  const usable = config.interfaces.filter(({ link }) => link.kind === "physical");
  const inOrder = [
    ...usable.filter(({ name }) => name === "en0"),
    ...usable.filter(({ name }) => name !== "en0"),
  ];
  for (const { name, routes, line } of inOrder) {
    for (const route of routes) {
      const target = `${route.destination}/${route.prefixLength}`;
      if (route.family === 6 && route.prefixLength > 0) {
        const message = `A static IPv6 route, to "${target}" on "${name}", is not supported yet on AIX: it is left out`;
        problems.push(line === undefined ? { message } : { message, line });
      } else if (!chosen.has(target)) {
        chosen.set(target, route);
      }
    }
  }
  return { routes: [...chosen.values()], problems };
}

/** Kernel-only commands for routes that inet0 keeps but that the kernel has lost. */
export function renderMissingAixRoutes(
  routes: readonly RouteConfig[],
  kernelRoutes: readonly KernelRoute[],
): readonly Change[] {
  return routes
    .filter((route) => !hasKernelRoute(route, kernelRoutes))
    .map((route) => commandChange(["/usr/sbin/route", "add", ...routeArguments(route)]));
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

function parseStoredRoutes(
  current: AixRouteState,
): Readonly<Record<4 | 6, readonly StoredRoute[]>> {
  return {
    4: current.storedRoutes.flatMap((text) => parseStoredRoute(text, 4)),
    6: current.storedRoutes6.flatMap((text) => parseStoredRoute(text, 6)),
  };
}

interface StoredRoute {
  readonly text: string;
  readonly destination: string;
  /** Undefined where the text does not tell. */
  readonly prefixLength: number | undefined;
  readonly gateway: string;
}

/**
 * Reads a stored route from its end: the number of fields differs between AIX levels and between
 * the tools that wrote it. Empty for text that cannot be read, which is then left alone.
 */
function parseStoredRoute(text: string, family: 4 | 6): readonly StoredRoute[] {
  const fields = text.split(",").filter((field) => field !== "");
  // chginet's form may end in a metric after the gateway.
  const last = fields.at(-1) ?? "";
  const end = fields.length > 3 && /^\d+$/u.test(last) ? fields.slice(0, -1) : fields;
  const [destinationText, gatewayText] = end.slice(-2);
  if (end.length < 3 || destinationText === undefined || gatewayText === undefined) {
    return [];
  }
  const gateway = canonicalAddress(withoutZone(gatewayText)) ?? gatewayText;
  if (/^(?:0|default|0\.0\.0\.0|::|::\/0)$/u.test(destinationText)) {
    const destination = family === 4 ? "0.0.0.0" : "::";
    return [{ text, destination, prefixLength: 0, gateway }];
  }
  const destination = canonicalAddress(destinationText) ?? destinationText;
  const before = end.slice(1, -2);
  const mask = before[before.indexOf("-netmask") + 1];
  // An older form has the mask where newer ones have the hop count.
  const maskText = before.includes("-netmask") ? mask : before.find((field) => field.includes("."));
  const prefixLength = end[0] === "host" ? 32 : parsePrefixLength(family, maskText ?? "");
  return [{ text, destination, prefixLength, gateway }];
}

function isSameTarget(stored: StoredRoute, route: RouteConfig): boolean {
  return (
    stored.destination === route.destination &&
    (stored.prefixLength === undefined || stored.prefixLength === route.prefixLength)
  );
}

/** The forms that AIX itself stores (captured, aix/commands.md §3.3). The hop count stays 0: metrics only order routes that are not both kept here. */
function formatStoredRoute({ family, destination, prefixLength, gateway }: RouteConfig): string {
  if (prefixLength === 0) {
    return family === 4 ? `net,-hopcount,0,,0,${gateway}` : `net,-hopcount,0,,,::,${gateway}`;
  }
  if (prefixLength === 32) {
    return `host,-hopcount,0,,,,,,${destination},${gateway}`;
  }
  return `net,-hopcount,0,-netmask,${formatMask(4, prefixLength)},,,,,${destination},${gateway}`;
}

function routeArguments({ family, destination, prefixLength, gateway }: RouteConfig): string[] {
  if (prefixLength === 0) {
    return family === 4 ? ["default", gateway] : ["-inet6", "default", gateway];
  }
  return prefixLength === 32
    ? ["-host", destination, gateway]
    : ["-net", destination, "-netmask", formatMask(4, prefixLength), gateway];
}

function chdevInet0(setting: string): Change {
  return commandChange(["/usr/sbin/chdev", "-l", "inet0", "-a", setting]);
}

/** AIX shows and takes "fe80::1%en0". */
export function withoutZone(address: string): string {
  const plain = address.split("%", 1)[0] ?? address;
  return parseAddress(plain) === undefined ? address : plain;
}
