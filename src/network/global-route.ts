import { addGivenRoute } from "./given-route.ts";
import { describeValue, type Path, type Raw } from "./given.ts";
import {
  formatAddress,
  type IpAddress,
  isLinkLocal6,
  networkAddress,
  parseAddress,
} from "./ip-address.ts";
import {
  type InterfaceDraft,
  type NetworkDraft,
  quoteValue,
  reportProblem,
} from "./network-draft.ts";

/** A route that the source gives for the whole machine. */
export interface GlobalRoute {
  readonly raw: Raw;
  readonly path: Path;
}

/** As many as an interface can have. */
const ROUTE_COUNT_MAX = 1000;

/**
 * Gives each route to the interface that reaches its gateway: the one whose network the gateway is
 * in, the longest prefix first; else the first that gets its addresses of that family from a server.
 */
export function addGlobalRoutes(draft: NetworkDraft, routes: readonly GlobalRoute[]): void {
  if (routes.length === 0) {
    return;
  }
  const networks = indexNetworks(draft);
  for (const { raw, path } of routes.slice(0, ROUTE_COUNT_MAX)) {
    const text = describeValue(raw["gateway"] ?? "");
    const gateway = parseAddress(text);
    const iface = gateway === undefined ? undefined : findInterface(networks, gateway);
    if (iface === undefined) {
      const message = `Cannot use a route to ${quoteValue(describeValue(raw["destination"] ?? raw["network"] ?? ""))}: no interface reaches its gateway ${quoteValue(text)}`;
      reportProblem(draft, message, { path });
    } else {
      addGivenRoute(draft, iface, { raw, path, assumesMask: true });
    }
  }
  if (routes.length > ROUTE_COUNT_MAX) {
    const message = `${routes.length - ROUTE_COUNT_MAX} routes are left out: ${ROUTE_COUNT_MAX} are the most that are used`;
    reportProblem(draft, message, {});
  }
}

interface Networks {
  /** "192.0.2.0/24" → the interface that has an address in it. */
  readonly byText: ReadonlyMap<string, InterfaceDraft>;
  /** The prefix lengths there are, the longest first. */
  readonly lengths: readonly number[];
  /** The first that asks a server, by family. */
  readonly dynamic: Readonly<Record<4 | 6, InterfaceDraft | undefined>>;
  /** The only one with IPv6, whom alone a link-local gateway can be a neighbour of. */
  readonly onlyIpv6: InterfaceDraft | undefined;
}

/** With 10,000 interfaces a route must not look at each of them. */
function indexNetworks(draft: NetworkDraft): Networks {
  const byText = new Map<string, InterfaceDraft>();
  const lengths = new Set<number>();
  const all = [...draft.interfaces.values()];
  for (const iface of all) {
    for (const { address, prefixLength } of iface.addresses) {
      const parsed = parseAddress(address);
      const text = parsed === undefined ? "" : networkText(parsed, prefixLength);
      lengths.add(prefixLength);
      byText.set(text, byText.get(text) ?? iface);
    }
  }
  const isDynamic6 = (iface: InterfaceDraft): boolean => iface.dhcp6 !== "no" || iface.slaac;
  const [onlyIpv6, ...others] = all.filter(
    (iface) => isDynamic6(iface) || iface.addresses.some(({ family }) => family === 6),
  );
  return {
    byText,
    lengths: [...lengths].sort((a, b) => b - a),
    dynamic: { 4: all.find(({ dhcp4 }) => dhcp4), 6: all.find(isDynamic6) },
    onlyIpv6: others.length === 0 ? onlyIpv6 : undefined,
  };
}

function networkText(address: IpAddress, prefixLength: number): string {
  return `${formatAddress(networkAddress(address, prefixLength))}/${prefixLength}`;
}

function findInterface(networks: Networks, gateway: IpAddress): InterfaceDraft | undefined {
  for (const length of networks.lengths) {
    const found = networks.byText.get(networkText(gateway, length));
    if (found !== undefined) {
      return found;
    }
  }
  return isLinkLocal6(gateway) ? networks.onlyIpv6 : networks.dynamic[gateway.family];
}
