import {
  canonicalAddress,
  parsePrefixLength,
  prefixLengthMax,
  withoutZone,
} from "../ip-address.ts";
import type { RouteConfig } from "../network-config.ts";
import type { KernelRoute } from "./aix-routes.ts";

/** What there is of routes. */
export interface AixRouteState {
  /** The routes that inet0 keeps for every boot, each text exactly as stored. */
  readonly storedRoutes: readonly string[];
  readonly storedRoutes6: readonly string[];
  /** Without those through an interface that is about to be detached. */
  readonly kernelRoutes: readonly KernelRoute[];
  /** Our lines in /etc/rc.tcpip. */
  readonly bootLines: readonly string[];
  /** Whether a gateway was reached by an address that is about to go, and by none that there will be. */
  isOrphaned(gateway: string): boolean;
}

/** A route of inet0, read. */
export interface StoredRoute {
  readonly text: string;
  readonly destination: string;
  /** Undefined where the text does not tell. */
  readonly prefixLength: number | undefined;
  readonly gateway: string;
}

/** All stored routes that can be read, by family. */
export function parseStoredRoutes(
  current: Pick<AixRouteState, "storedRoutes" | "storedRoutes6">,
): Readonly<Record<4 | 6, readonly StoredRoute[]>> {
  return {
    4: current.storedRoutes.flatMap((text) => parseStoredRoute(text, 4)),
    6: current.storedRoutes6.flatMap((text) => parseStoredRoute(text, 6)),
  };
}

/** Whether both lead to the same network. */
export function isSameTarget(
  stored: StoredRoute,
  route: Pick<RouteConfig, "destination" | "prefixLength">,
): boolean {
  return (
    stored.destination === route.destination &&
    (stored.prefixLength === undefined || stored.prefixLength === route.prefixLength)
  );
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
  const [addressText = "", slashText] = destinationText.split("/", 2);
  const destination = canonicalAddress(addressText) ?? addressText;
  const before = end.slice(1, -2);
  const after = (flag: string): string | undefined =>
    before.includes(flag) ? before[before.indexOf(flag) + 1] : undefined;
  // An older form has the mask where newer ones have the hop count.
  const maskText =
    slashText ??
    after("-netmask") ??
    after("-prefixlen") ??
    (family === 4 ? before.find((field) => field.includes(".")) : undefined);
  const prefixLength =
    end[0] === "host" ? prefixLengthMax(family) : parsePrefixLength(family, maskText ?? "");
  return [{ text, destination, prefixLength, gateway }];
}
