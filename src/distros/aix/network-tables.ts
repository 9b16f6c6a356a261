import { formatMask } from "../../network/ip-address.ts";
import { parseMacAddress } from "../../network/mac-address.ts";
import type { System } from "../../system/system.ts";
import type { NetworkState } from "../distro.ts";
import { parseInterfaceMacs, readKernelInterfaces, readKernelRoutes } from "./network-state.ts";
import { findOwnNetwork, type NetstatRoute } from "./parse-netstat.ts";

type Devices = NetworkState["devices"];
type Device = Devices[number];

const NETSTAT = "/usr/bin/netstat";
const LOOPBACK_ADDRESS6 = "::1";

/**
 * For the ci-info tables: `netstat -in` and `netstat -rn`, which has the masks. Where those do not
 * tell all, as of IPv6 addresses, `ifconfig -a` too.
 */
export async function readAixNetworkTables(sys: System): Promise<NetworkState> {
  const { stdout } = await sys.exec.query([NETSTAT, "-in"], { okExitCodes: "any" });
  const routes = await readKernelRoutes(sys);
  return {
    devices: parseInterfaceTable(stdout, routes) ?? (await askIfconfig(sys, stdout)),
    routes: routes.map(({ family, destination, prefixLength, gateway, device, flags }) => ({
      family,
      destination: family === 4 ? destination : `${destination}/${prefixLength}`,
      gateway,
      mask: family === 4 ? formatMask(4, prefixLength) : "",
      device,
      flags,
    })),
  };
}

async function askIfconfig(sys: System, interfaceTable: string): Promise<Devices> {
  const macs = new Map(parseInterfaceMacs(interfaceTable));
  const interfaces = await readKernelInterfaces(sys);
  return interfaces.flatMap(({ name, isUp, addresses }) => {
    const device = { name, isUp, macAddress: macs.get(name) ?? "" };
    const rows = addresses.map(({ family, address, prefixLength }) =>
      family === 4
        ? { address, mask: prefixLength === undefined ? "" : formatMask(4, prefixLength) }
        : show6(address, prefixLength),
    );
    return (rows.length === 0 ? [{ address: "", mask: "" }] : rows).map((row) =>
      Object.assign({}, device, row),
    );
  });
}

/** ifconfig shows "::1/0" for the loopback address, which is one address. */
function show6(address: string, prefixLength = 128): { address: string; mask: string } {
  const length = address === LOOPBACK_ADDRESS6 ? 128 : prefixLength;
  return { address: `${address}/${length}`, mask: "" };
}

/**
 * Rows of `netstat -in` (captured, aix/commands.md §3.5), with the masks of the interfaces' own
 * networks: "en0* 1500 link#2 a.c6.24.39.41.3 …" begins an interface, "*" where it is down, each row
 * below it has an address. Undefined where a row is in another form, or a mask is not to be seen.
 */
export function parseInterfaceTable(
  text: string,
  routes: readonly NetstatRoute[],
): Devices | undefined {
  const devices: Device[] = [];
  const heads: Device[] = [];
  for (const line of text.split("\n").filter((each) => !/^(?:Name\s+Mtu\s.*|\s*)$/u.test(each))) {
    const [, name = "", star, network = "", rest = ""] =
      /^([a-z]+\d+)(\*?)\s+\d+\s+(\S+)\s+(.*)$/u.exec(line) ?? [];
    const [, written = ""] = /^(?:(\S*[.:%]\S*)\s+)?\d+(?:\s+\d+){4,5}\s*$/u.exec(rest) ?? [rest];
    const isUp = star === "";
    if (/^link#\d+$/u.test(network) && (written === "" || parseMacAddress(written) !== undefined)) {
      heads.push({ name, isUp, address: "", mask: "", macAddress: parseMacAddress(written) ?? "" });
      continue;
    }
    const head = heads.at(-1);
    const row = readAddress(name, network, written, routes);
    if (head?.name !== name || row === undefined) {
      return undefined;
    }
    devices.push({ ...head, ...row });
  }
  return heads.length === 0
    ? undefined
    : heads.flatMap((head) => {
        const rows = devices.filter(({ name }) => name === head.name);
        return rows.length === 0 ? [head] : rows;
      });
}

function readAddress(
  name: string,
  network: string,
  written: string,
  routes: readonly NetstatRoute[],
): { address: string; mask: string } | undefined {
  if (
    /^lo\d+$/u.test(name) &&
    /^::1(?:%\d+)?$/u.test(network) &&
    /^(?:|::1(?:%\d+)?)$/u.test(written)
  ) {
    return show6(LOOPBACK_ADDRESS6);
  }
  const own = findOwnNetwork(routes, name, written);
  return own === undefined
    ? undefined
    : { address: written, mask: formatMask(4, own.prefixLength) };
}
