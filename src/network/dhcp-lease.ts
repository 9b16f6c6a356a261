import { parseAddress } from "./ip-address.ts";

/** The last server in a lease file of ISC dhclient (dhclient.leases(5)): `option dhcp-server-identifier 192.0.2.1;`. */
export function parseDhclientServer(text: string): string | undefined {
  return lastServer(text, /^[ \t]*option[ \t]+dhcp-server-identifier[ \t]+([0-9.]+)[ \t]*;/gmu);
}

/** The server in a lease file of systemd-networkd, or of NetworkManager's own client: `SERVER_ADDRESS=192.0.2.1`. */
export function parseNetworkdServer(text: string): string | undefined {
  return lastServer(text, /^SERVER_ADDRESS=([0-9.]+)[ \t\r]*$/gmu);
}

/**
 * Whether the lease in a file that was written at `writtenMs` is over: by the last `expire` of
 * dhclient.leases(5), in UTC or as `epoch SECONDS`, or by `LIFETIME` of NetworkManager's own client.
 * A lease that does not say is not.
 */
export function isExpiredLease(text: string, writtenMs: number, nowMs: number): boolean {
  const lifetime = /^LIFETIME=(\d{1,10})[ \t\r]*$/mu.exec(text)?.[1];
  if (lifetime !== undefined) {
    return writtenMs + Number(lifetime) * 1000 < nowMs;
  }
  const last = [...text.matchAll(/^[ \t]*expire[ \t]+([^;\n]{1,60});/gmu)].at(-1)?.[1] ?? "";
  const seconds = /^epoch[ \t]+(\d{1,12})/u.exec(last)?.[1];
  if (seconds !== undefined) {
    return Number(seconds) * 1000 < nowMs;
  }
  const [, day, time] =
    /^[0-6][ \t]+(\d{4}\/\d{2}\/\d{2})[ \t]+(\d{2}:\d{2}:\d{2})/u.exec(last) ?? [];
  const endsMs = Date.parse(`${day?.replaceAll("/", "-")}T${time}Z`);
  // "never", or no date at all.
  return endsMs < nowMs;
}

/**
 * The last server that the log or the database of AIX's dhcpcd names. Their forms are not
 * documented: taken is an address shortly after "server", or option 54 as in dhcpcd.ini.
 */
export function parseAixDhcpServer(text: string): string | undefined {
  return lastServer(
    text,
    /\b(?:server(?:[ _-]?(?:identifier|id|ip|address))?|option[ \t]+54)\b[^0-9\n]{0,40}(\d{1,3}(?:\.\d{1,3}){3})(?![\d.])/giu,
  );
}

function lastServer(text: string, pattern: RegExp): string | undefined {
  const addresses = [...text.matchAll(pattern)].map((match) => match[1] ?? "");
  return addresses.reverse().find(isServerAddress);
}

/** Whether one machine can have it and be asked: no network, no loopback, no group (RFC 6890). */
export function isServerAddress(text: string): boolean {
  const address = parseAddress(text);
  const [first = 0] = address?.bytes ?? [];
  return address?.family === 4 && first !== 0 && first !== 127 && first < 224;
}
