import { formatAddress, formatMask } from "../../network/ip-address.ts";
import { exists, isDirectory, readTextIfExists } from "../../system/files.ts";
import type { System } from "../../system/system.ts";
import { isRecord } from "../../text/record.ts";
import type { NetworkState } from "../distro.ts";

const IP_PATHS = ["/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip", "/bin/ip"];

/** Devices and routes for the ci-info tables: from iproute2 where it is there, else from /proc and /sys. */
export async function readLinuxNetworkTables(sys: System): Promise<NetworkState> {
  const ip = IP_PATHS.find((path) => exists(sys.fs, path));
  if (ip === undefined) {
    return { devices: readDevices(sys), routes: readRoutes(sys) };
  }
  const query = async (...args: readonly string[]): Promise<readonly Row[]> => {
    const { stdout } = await sys.exec.query([ip, "-j", ...args], { okExitCodes: "any" });
    return parseRows(stdout);
  };
  const [links, routes4, routes6] = [
    await query("address", "show"),
    await query("-4", "route", "show"),
    await query("-6", "route", "show"),
  ];
  return {
    devices: links.flatMap(toDevices),
    routes: [...routes4.map((row) => toRoute(row, 4)), ...routes6.map((row) => toRoute(row, 6))],
  };
}

/** An object of ip(8)'s. */
export type Row = Readonly<Record<string, unknown>>;
type Device = NetworkState["devices"][number];
type Route = NetworkState["routes"][number];

/** The objects of a list that `ip -j` prints; none where it is no JSON. */
export function parseRows(json: string): readonly Row[] {
  try {
    const value: unknown = JSON.parse(json);
    return Array.isArray(value) ? value.filter(isRecord) : [];
  } catch (error) {
    if (error instanceof SyntaxError) {
      return [];
    }
    throw error;
  }
}

function text(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

function toDevices(link: Row): readonly Device[] {
  const flags: readonly unknown[] = Array.isArray(link["flags"]) ? link["flags"] : [];
  const device = {
    name: text(link["ifname"]),
    isUp: flags.includes("UP"),
    macAddress: text(link["address"]),
  };
  const addresses: readonly unknown[] = Array.isArray(link["addr_info"]) ? link["addr_info"] : [];
  const rows = addresses.filter(isRecord).map((row) => {
    const length = Number(row["prefixlen"]);
    return row["family"] === "inet"
      ? { address: text(row["local"]), mask: formatMask(4, length) }
      : { address: `${text(row["local"])}/${length}`, mask: "" };
  });
  return (rows.length === 0 ? [{ address: "", mask: "" }] : rows).map((row) =>
    Object.assign({}, device, row),
  );
}

function toRoute(row: Row, family: 4 | 6): Route {
  const given = text(row["dst"]);
  const [destination = "", length] =
    given === "default" ? [family === 4 ? "0.0.0.0" : "::", "0"] : given.split("/");
  const gateway = text(row["gateway"]);
  const max = family === 4 ? "32" : "128";
  return {
    family,
    destination: family === 4 ? destination : `${destination}/${length ?? max}`,
    gateway: gateway === "" ? (family === 4 ? "0.0.0.0" : "::") : gateway,
    mask: family === 4 ? formatMask(4, Number(length ?? max)) : "",
    device: text(row["dev"]),
    flags: gateway === "" ? "U" : "UG",
  };
}

/** Names and MAC addresses from /sys/class/net, IPv6 addresses from /proc/net/if_inet6 (proc(5)). */
function readDevices(sys: System): readonly Device[] {
  const directory = "/sys/class/net";
  const names = isDirectory(sys.fs, directory) ? sys.fs.list(directory) : [];
  const inet6 = readLines(sys, "/proc/net/if_inet6").map((line) => line.trim().split(/\s+/u));
  return names.flatMap((name) => {
    const read = (file: string): string =>
      readTextIfExists(sys.fs, `${directory}/${name}/${file}`)?.trim() ?? "";
    // IFF_UP of if.h.
    const isUp = (Number.parseInt(read("flags"), 16) & 1) === 1;
    const device = { name, isUp, mask: "", macAddress: read("address") };
    const addresses = inet6
      .filter((fields) => fields[5] === name)
      .map((fields) => `${hexAddress6(fields[0] ?? "")}/${Number.parseInt(fields[2] ?? "", 16)}`);
    return (addresses.length === 0 ? [""] : addresses).map((address) =>
      Object.assign({}, device, { address }),
    );
  });
}

/**
 * Rows of /proc/net/route (proc(5)). It shows addresses as numbers of the machine's own byte order,
 * which the masks give away: 255.255.255.0 is 00FFFFFF on a little-endian one.
 */
function readRoutes(sys: System): readonly Route[] {
  const rows = readLines(sys, "/proc/net/route")
    .slice(1)
    .map((line) => line.trim().split(/\s+/u));
  const isBigEndian = rows.some(([, , , , , , , mask = ""]) => /^FF.*[^F]$/iu.test(mask));
  const address = (hex = ""): string => {
    const bytes = (hex.match(/../gu) ?? []).map((byte) => Number.parseInt(byte, 16));
    return (isBigEndian ? bytes : bytes.reverse()).join(".");
  };
  return rows.map(([device = "", destination, gateway, flagText = "", , , , mask]) => {
    // RTF_UP, RTF_GATEWAY, RTF_HOST of route.h.
    const bits = Number.parseInt(flagText, 16);
    const flags = ["U", "G", "H"].filter((_, index) => (bits & (1 << index)) !== 0).join("");
    return {
      family: 4,
      destination: address(destination),
      gateway: address(gateway),
      mask: address(mask),
      device,
      flags,
    };
  });
}

/** "fe800000…" → "fe80::…" */
function hexAddress6(hex: string): string {
  const bytes = (hex.match(/../gu) ?? []).map((byte) => Number.parseInt(byte, 16));
  return bytes.length === 16 ? formatAddress({ family: 6, bytes }) : "";
}

function readLines(sys: System, path: string): readonly string[] {
  return (readTextIfExists(sys.fs, path) ?? "").split("\n").filter((line) => line.trim() !== "");
}
