import {
  formatAddress,
  type IpAddress,
  isHostAddress,
  isLinkLocal6,
  isSameNetwork,
  networkAddress,
  parseAddress,
  parsePrefixLength,
  prefixLengthMax,
} from "./ip-address.ts";
import type { RouteConfig } from "./network-config.ts";
import {
  type Given,
  type InterfaceDraft,
  type NetworkDraft,
  type Place,
  quoteValue,
  reportProblem,
} from "./network-draft.ts";

/** A route as the source spells it. */
export interface GivenRoute {
  /** An address, "A/prefix" or "default". */
  readonly destination: Given;
  /** A mask or a prefix length. Absent: the destination carries it, or is a single host. */
  readonly mask?: Given;
  readonly gateway: Given;
  readonly metric?: Given;
  /** The gateway is on the link, although it is in none of the interface's networks. */
  readonly isOnLink?: boolean;
}

/** The default route through a gateway of the interface. `family` is what the source says; absent: the gateway tells. */
export function addGateway(
  draft: NetworkDraft,
  iface: InterfaceDraft,
  gateway: Given,
  options: {
    readonly family?: 4 | 6;
    readonly metric?: Given | undefined;
    readonly isOnLink?: boolean | undefined;
  } = {},
): void {
  const address = parseGateway(draft, iface, gateway, options.family);
  if (address !== undefined) {
    const destination = address.family === 4 ? "0.0.0.0" : "::";
    const metric = parseMetric(draft, iface, options.metric);
    const { isOnLink: isNear } = options;
    pushRoute(
      draft,
      iface,
      { destination, prefixLength: 0, gateway: address, metric, isNear },
      gateway.at,
    );
  }
}

/** One static route; "default", "0.0.0.0/0" and "::/0" are default routes. */
export function addRoute(draft: NetworkDraft, iface: InterfaceDraft, route: GivenRoute): void {
  if (route.destination.text === "default") {
    const { metric, isOnLink: isNear } = route;
    addGateway(draft, iface, route.gateway, { metric, isOnLink: isNear });
    return;
  }
  const target = parseDestination(route);
  if (target === undefined) {
    const { text, at } = route.mask ?? route.destination;
    const what = `Cannot use a route to ${quoteValue(route.destination.text)} on ${iface.name}`;
    const mask = route.mask === undefined ? "" : ` with mask ${quoteValue(text)}`;
    reportProblem(draft, `${what}${mask}: expected an IPv4 or IPv6 network and its mask`, at);
    return;
  }
  const gateway = parseGateway(draft, iface, route.gateway, target.network.family);
  if (gateway !== undefined) {
    const metric = parseMetric(draft, iface, route.metric);
    const destination = formatAddress(target.network);
    const { prefixLength } = target;
    const { isOnLink: isNear } = route;
    pushRoute(
      draft,
      iface,
      { destination, prefixLength, gateway, metric, isNear },
      route.gateway.at,
    );
  }
}

/** Whether the interface can reach the gateway itself. Addresses that only a server will tell count as reaching it. */
export function isOnLink(iface: InterfaceDraft, route: RouteConfig): boolean {
  const gateway = parseAddress(route.gateway);
  if (gateway === undefined) {
    return false;
  }
  const isDynamic = route.family === 4 ? iface.dhcp4 : iface.dhcp6 !== "no" || iface.slaac;
  if (isDynamic || isLinkLocal6(gateway)) {
    return true;
  }
  return iface.addresses.some(({ family, address, prefixLength }) => {
    const own = family === route.family ? parseAddress(address) : undefined;
    // A single-address network (/32, /128) is how some clouds say that the gateway is on the link.
    return (
      own !== undefined &&
      (prefixLength === prefixLengthMax(family) || isSameNetwork(own, gateway, prefixLength))
    );
  });
}

function parseDestination(
  route: GivenRoute,
): { readonly network: IpAddress; readonly prefixLength: number } | undefined {
  const [addressText = "", lengthText, ...rest] = route.destination.text.split("/", 3);
  const address = parseAddress(addressText);
  if (address === undefined || rest.length > 0) {
    return undefined;
  }
  const maskText = lengthText ?? route.mask?.text;
  const prefixLength =
    maskText === undefined
      ? prefixLengthMax(address.family)
      : parsePrefixLength(address.family, maskText);
  return prefixLength === undefined
    ? undefined
    : { network: networkAddress(address, prefixLength), prefixLength };
}

function parseGateway(
  draft: NetworkDraft,
  iface: InterfaceDraft,
  gateway: Given,
  family: 4 | 6 | undefined,
): IpAddress | undefined {
  const address = parseAddress(gateway.text);
  const isUsable =
    address !== undefined &&
    isHostAddress(address) &&
    (family === undefined || address.family === family);
  if (isUsable) {
    return address;
  }
  const expected = family === undefined ? "an IP address" : `an IPv${family} address`;
  const message = `Cannot use gateway ${quoteValue(gateway.text)} of ${iface.name}: expected ${expected} of a host`;
  reportProblem(draft, message, gateway.at);
  return undefined;
}

const METRIC_MAX = 4_294_967_295;

function parseMetric(
  draft: NetworkDraft,
  iface: InterfaceDraft,
  metric: Given | undefined,
): number | undefined {
  if (metric === undefined) {
    return undefined;
  }
  if (/^\d{1,10}$/u.test(metric.text) && Number(metric.text) <= METRIC_MAX) {
    return Number(metric.text);
  }
  const message = `Cannot use metric ${quoteValue(metric.text)} on ${iface.name}: expected a number from 0 to ${METRIC_MAX}`;
  reportProblem(draft, message, metric.at);
  return undefined;
}

function pushRoute(
  draft: NetworkDraft,
  iface: InterfaceDraft,
  route: {
    readonly destination: string;
    readonly prefixLength: number;
    readonly gateway: IpAddress;
    readonly metric: number | undefined;
    readonly isNear: boolean | undefined;
  },
  at: Place,
): void {
  const gateway = formatAddress(route.gateway);
  const config: RouteConfig = {
    family: route.gateway.family,
    destination: route.destination,
    prefixLength: route.prefixLength,
    gateway,
    ...(route.metric === undefined ? {} : { metric: route.metric }),
  };
  // The same route again ("gateway" and a post-up line, IPv4 and IPv6 stanza) is no mistake.
  const isKnown = iface.routes.some(
    ({ config: known }) =>
      known.destination === config.destination &&
      known.prefixLength === config.prefixLength &&
      known.gateway === gateway,
  );
  if (isKnown) {
    return;
  }
  if (iface.routes.length < ROUTE_COUNT_MAX) {
    iface.routes.push({ config, at, ...(route.isNear === true ? { isOnLink: true } : {}) });
  } else {
    const message = `A route of ${iface.name} is left out: ${ROUTE_COUNT_MAX} routes are the most that are used`;
    reportProblem(draft, message, at);
  }
}

/** Of one interface. */
const ROUTE_COUNT_MAX = 1000;
