import {
  canonicalAddress,
  formatAddress,
  isSameNetwork,
  parseAddress,
  withoutZone,
} from "../../network/ip-address.ts";
import type { KernelRoute } from "../../network/renderers/aix-routes.ts";

/** A row of the routing tables. */
export interface NetstatRoute extends KernelRoute {
  readonly flags: string;
}

/**
 * Reads `netstat -rn` of AIX (captured, aix/commands.md §3.5): networks without their trailing zero
 * octets ("198.51.100/24"), a gateway column that can be empty, "=>" after duplicates. Rows in other
 * forms are left out.
 */
export function parseNetstatRoutes(text: string): readonly NetstatRoute[] {
  const routes: NetstatRoute[] = [];
  let family: 4 | 6 | undefined;
  for (const line of text.split("\n")) {
    const protocol = /^Route tree for Protocol Family (\d+)/iu.exec(line)?.[1];
    if (protocol !== undefined) {
      family = protocol === "2" ? 4 : protocol === "24" ? 6 : undefined;
      continue;
    }
    const route = family === undefined ? undefined : parseRow(family, line);
    if (route !== undefined) {
      routes.push(route);
    }
  }
  return routes;
}

/** The route to the network that an interface is in by one of its IPv4 addresses; undefined where there is none, or no single one. */
export function findOwnNetwork(
  routes: readonly NetstatRoute[],
  device: string,
  address: string,
): NetstatRoute | undefined {
  const host = parseAddress(address);
  const own = routes.filter((route) => {
    const network = parseAddress(route.destination);
    return (
      route.family === 4 &&
      route.device === device &&
      route.gateway === address &&
      route.flags.includes("U") &&
      !/[GH]/u.test(route.flags) &&
      host !== undefined &&
      network !== undefined &&
      isSameNetwork(host, network, route.prefixLength)
    );
  });
  return own.length === 1 ? own[0] : undefined;
}

function parseRow(family: 4 | 6, line: string): NetstatRoute | undefined {
  const [destinationText = "", ...rest] = line.trim().split(/\s+/u);
  // Numeric gateways have a dot, a colon or "link#"; flags never do.
  const hasGateway = /[.:#]/u.test(rest[0] ?? "");
  const [gateway, flags, , , device] = hasGateway ? rest : ["", ...rest];
  const target = parseDestination(family, destinationText);
  if (
    target === undefined ||
    gateway === undefined ||
    flags === undefined ||
    device === undefined
  ) {
    return undefined;
  }
  const plainGateway = withoutZone(gateway);
  const canonical = canonicalAddress(plainGateway) ?? plainGateway;
  return { family, ...target, gateway: canonical, flags, device };
}

function parseDestination(
  family: 4 | 6,
  text: string,
): { readonly destination: string; readonly prefixLength: number } | undefined {
  if (text === "default") {
    return { destination: family === 4 ? "0.0.0.0" : "::", prefixLength: 0 };
  }
  const [addressText = "", lengthText] = text.split("/");
  const max = family === 4 ? 32 : 128;
  const prefixLength = lengthText === undefined ? max : Number(lengthText);
  const octets = addressText.split(".");
  const full =
    family === 4 && /^[\d.]+$/u.test(addressText)
      ? [...octets, "0", "0", "0"].slice(0, 4).join(".")
      : withoutZone(addressText);
  const address = parseAddress(full);
  return address?.family === family && prefixLength >= 0 && prefixLength <= max
    ? { destination: formatAddress(address), prefixLength }
    : undefined;
}
