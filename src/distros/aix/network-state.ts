import { formatMask } from "../../network/ip-address.ts";
import type { InterfaceConfig, NetworkConfig } from "../../network/network-config.ts";
import type { AixInterfaceState, AixNetworkState } from "../../network/renderers/aix.ts";
import { RESOLV_CONF_COPY_PATH, RESOLV_CONF_PATH } from "../../network/renderers/resolv-conf.ts";
import { CommandError } from "../../system/command-error.ts";
import { exists, readTextIfExists } from "../../system/files.ts";
import type { System } from "../../system/system.ts";
import type { DistroContext, NetworkState } from "../distro.ts";
import type { AixAdapter } from "./adapters.ts";
import { readAttributes } from "./odm.ts";
import { type KernelInterface, parseIfconfig } from "./parse-ifconfig.ts";
import { type NetstatRoute, parseNetstatRoutes } from "./parse-netstat.ts";

const IFCONFIG = "/usr/sbin/ifconfig";
const NETSTAT = "/usr/bin/netstat";

/** The attached interfaces with their addresses. */
export async function readKernelInterfaces(sys: System): Promise<readonly KernelInterface[]> {
  const { stdout } = await sys.exec.query([IFCONFIG, "-a"], { okExitCodes: "any" });
  return parseIfconfig(stdout);
}

/** One attached interface. */
export async function readKernelInterface(
  sys: System,
  name: string,
): Promise<KernelInterface | undefined> {
  const { stdout } = await sys.exec.query([IFCONFIG, name], { okExitCodes: "any" });
  return parseIfconfig(stdout).find((each) => each.name === name);
}

/** The routing tables. */
export async function readKernelRoutes(sys: System): Promise<readonly NetstatRoute[]> {
  const { stdout } = await sys.exec.query([NETSTAT, "-rn"], { okExitCodes: "any" });
  return parseNetstatRoutes(stdout);
}

/** Whether all that an interface has is an fe80:: address: the way that RMC takes to the hypervisor. */
export function isLinkLocalOnly(iface: KernelInterface | undefined): boolean {
  return (
    iface !== undefined &&
    iface.addresses.length > 0 &&
    iface.addresses.every(({ address }) => address.startsWith("fe80:"))
  );
}

/** What the renderer has to know, with one query for each described interface and one for inet0. */
export async function readAixNetworkState(
  ctx: DistroContext,
  known: {
    readonly config: NetworkConfig;
    readonly adapters: readonly AixAdapter[];
    readonly kernel: readonly KernelInterface[];
  },
): Promise<AixNetworkState> {
  const { config, adapters, kernel } = known;
  const interfaces = new Map<string, AixInterfaceState>();
  for (const { name } of config.interfaces.filter(isAsked)) {
    const live = kernel.find((each) => each.name === name);
    interfaces.set(name, {
      attributes: await readStored(ctx, name),
      isVirtual: adapters.find((each) => each.name === name)?.isVirtual ?? false,
      ...(live === undefined ? {} : { kernel: toInterfaceState(live) }),
    });
  }
  const hasRoutes = config.interfaces.some(({ routes }) => routes.length > 0);
  const inet0 = hasRoutes ? await readStored(ctx, "inet0") : new Map<string, readonly string[]>();
  return {
    interfaces,
    storedRoutes: inet0.get("route") ?? [],
    storedRoutes6: inet0.get("rout6") ?? [],
    resolvConf: {
      text: readTextIfExists(ctx.sys.fs, RESOLV_CONF_PATH),
      hasCopy: exists(ctx.sys.fs, RESOLV_CONF_COPY_PATH),
    },
  };
}

function isAsked(iface: InterfaceConfig): boolean {
  return (
    iface.link.kind === "physical" && (iface.addresses.length > 0 || iface.mtuBytes !== undefined)
  );
}

/** Empty where the ODM does not answer: the change is tried then, and says itself what is wrong. */
async function readStored(
  ctx: DistroContext,
  device: string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  try {
    return (await readAttributes(ctx.sys, device)) ?? new Map<string, readonly string[]>();
  } catch (error) {
    if (!(error instanceof CommandError)) {
      throw error;
    }
    ctx.log.warn(`Cannot read the settings of ${device}: ${error.message}`);
    return new Map<string, readonly string[]>();
  }
}

function toInterfaceState(live: KernelInterface): NonNullable<AixInterfaceState["kernel"]> {
  return { isUp: live.isUp, addresses: live.addresses.map(({ address }) => address) };
}

/** For the ci-info tables, from `ifconfig -a` and `netstat -rn` alone. */
export async function readAixNetworkTables(sys: System): Promise<NetworkState> {
  const interfaces = await readKernelInterfaces(sys);
  const routes = await readKernelRoutes(sys);
  return {
    devices: interfaces.flatMap(({ name, isUp, addresses }) => {
      const device = { name, isUp, macAddress: "" };
      const rows = addresses.map(({ family, address, prefixLength }) =>
        family === 4
          ? { address, mask: prefixLength === undefined ? "" : formatMask(4, prefixLength) }
          : { address: `${address}/${prefixLength ?? 128}`, mask: "" },
      );
      return (rows.length === 0 ? [{ address: "", mask: "" }] : rows).map((row) =>
        Object.assign({}, device, row),
      );
    }),
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
