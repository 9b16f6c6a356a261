import { classfulPrefix, networkOf, parseIpv4, parseIpv6, prefixOfMask } from "./ip-text.ts";
import type { RouteKey } from "./kernel.ts";

/**
 * A value of inet0's `route` or `rout6`: "net,-hopcount,0,,0,192.0.2.1". The number of fields
 * varies: the gateway is the last, the destination the last but one, "0" and "::" mean default.
 *
 * Source: IBM documentation, "chginet Method"; forms as found on machines.
 */
export function parseOdmRoute(value: string, family: 4 | 6): RouteKey | undefined {
  const fields = value.split(",");
  const [type] = fields;
  const gateway = fields.at(-1) ?? "";
  const destination = fields.at(-2) ?? "";
  if ((type !== "net" && type !== "host") || fields.length < 3) {
    return undefined;
  }
  const maskAt = fields.indexOf("-netmask");
  const mask = maskAt === -1 ? undefined : fields[maskAt + 1];
  const prefixAt = fields.indexOf("-prefixlen");
  const prefix = prefixAt === -1 ? undefined : fields[prefixAt + 1];
  return family === 4
    ? ipv4Route(type, destination, mask, gateway)
    : ipv6Route(type, destination, prefix, gateway);
}

function ipv4Route(
  type: string,
  destination: string,
  mask: string | undefined,
  gateway: string,
): RouteKey | undefined {
  if (parseIpv4(gateway) === undefined) {
    return undefined;
  }
  if (destination === "0" || destination === "default") {
    return { family: 4, destination: "0.0.0.0", prefixLength: 0, gateway };
  }
  const prefixLength =
    type === "host" ? 32 : mask === undefined ? classfulPrefix(destination) : prefixOfMask(mask);
  if (parseIpv4(destination) === undefined || prefixLength === undefined) {
    return undefined;
  }
  return {
    family: 4,
    destination: networkOf(destination, prefixLength),
    prefixLength,
    gateway,
  };
}

function ipv6Route(
  type: string,
  destination: string,
  prefix: string | undefined,
  gateway: string,
): RouteKey | undefined {
  if (parseIpv6(gateway) === undefined) {
    return undefined;
  }
  if (destination === "::" || destination === "default") {
    return { family: 6, destination: "::", prefixLength: 0, gateway };
  }
  const [address = "", length] = destination.split("/");
  const prefixLength = type === "host" ? 128 : Number(prefix ?? length ?? "64");
  if (parseIpv6(address) === undefined || !(prefixLength >= 0 && prefixLength <= 128)) {
    return undefined;
  }
  return { family: 6, destination: networkOf(address, prefixLength), prefixLength, gateway };
}
