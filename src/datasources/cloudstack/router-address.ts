import { canonicalAddress } from "../../network/ip-address.ts";
import { isHostName } from "../../instance/hostname.ts";

/** Host and port as they stand in a URL: "192.0.2.1", "[2001:db8::1]". */
export interface RouterAddress {
  readonly host: string;
  /** Absent: 80. */
  readonly port?: number;
}

/** `host`, `host:port`, `[IPv6]`, `[IPv6]:port` or bare IPv6; undefined for anything else. */
export function parseRouterAddress(text: string): RouterAddress | undefined {
  const trimmed = text.trim();
  const bare = canonicalAddress(trimmed);
  if (bare?.includes(":") === true) {
    return { host: `[${bare}]` };
  }
  const [, name = "", portText] =
    /^(\[[0-9a-f:.]+\]|[^[\]:/?#@\s]+)(?::(\d{1,5}))?$/iu.exec(trimmed) ?? [];
  const host = readHost(name);
  const port = portText === undefined ? undefined : Number(portText);
  if (host === undefined || (port !== undefined && (port < 1 || port > 65_535))) {
    return undefined;
  }
  return port === undefined ? { host } : { host, port };
}

function readHost(name: string): string | undefined {
  if (!name.startsWith("[")) {
    return isHostName(name) ? name : undefined;
  }
  const address = canonicalAddress(name.slice(1, -1));
  return address?.includes(":") === true ? `[${address}]` : undefined;
}

/** "http://192.0.2.1", "http://192.0.2.1:8080". */
export function routerUrl({ host, port }: RouterAddress): string {
  return `http://${host}${port === undefined ? "" : `:${port}`}`;
}
