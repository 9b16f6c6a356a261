import { parseMacAddress } from "../../network/mac-address.ts";
import type { NetworkConfig } from "../../network/network-config.ts";
import type { AixNetworkState } from "../../network/renderers/aix.ts";
import {
  DHCPC6_CNF_PATH,
  DHCPCD_INI_PATH,
  listDaemonsToAsk,
} from "../../network/renderers/aix-daemons.ts";
import {
  type AixInterfaceState,
  hasSettings,
  isReachable,
} from "../../network/renderers/aix-interface-state.ts";
import { RC_TCPIP_PATH } from "../../network/renderers/rc-tcpip.ts";
import type { EditedFile } from "../../network/renderers/renderer.ts";
import { RESOLV_CONF_COPY_PATH, RESOLV_CONF_PATH } from "../../network/renderers/resolv-conf.ts";
import { CommandError } from "../../system/command-error.ts";
import { exists, readTextIfExists } from "../../system/files.ts";
import type { System } from "../../system/system.ts";
import type { DistroContext } from "../distro.ts";
import type { AixAdapter } from "./adapters.ts";
import type { AixLinks } from "./network-links.ts";
import type { NetworkRun } from "./network-run.ts";
import { readAttributes } from "./odm.ts";
import { type KernelInterface, parseIfconfig } from "./parse-ifconfig.ts";
import { type NetstatRoute, parseNetstatRoutes } from "./parse-netstat.ts";
import { isSubsystemUp } from "./services.ts";

const IFCONFIG = "/usr/sbin/ifconfig";
const NETSTAT = "/usr/bin/netstat";
const DEFIF = "/usr/lib/methods/defif";

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

/** What the kernel had before anything was done. */
export interface KernelState {
  readonly interfaces: readonly KernelInterface[];
  readonly routes: readonly NetstatRoute[];
}

/**
 * What the renderer has to know, with one query for each described interface and one for inet0. An
 * interface that the ODM does not have is defined first, once for all of them.
 */
export async function readAixNetworkState(
  ctx: DistroContext,
  known: {
    readonly config: NetworkConfig;
    readonly adapters: readonly AixAdapter[];
    readonly kernel: KernelState;
    readonly links: AixLinks;
  },
  run?: NetworkRun,
): Promise<AixNetworkState> {
  const { config, adapters, kernel, links } = known;
  const { sys } = ctx;
  const interfaces = new Map<string, AixInterfaceState>();
  const missing: string[] = [];
  for (const { name } of config.interfaces.filter(isAsked)) {
    const live = links.detached.has(name)
      ? undefined
      : kernel.interfaces.find((each) => each.name === name);
    const attributes = await readStored(ctx, name);
    if (attributes === undefined) {
      missing.push(name);
    }
    const adapter = links.adapters.get(name);
    interfaces.set(name, {
      attributes: attributes ?? new Map<string, readonly string[]>(),
      isVirtual: adapters.find((each) => each.name === name)?.isVirtual ?? false,
      ...(live === undefined ? {} : { kernel: toInterfaceState(live) }),
      ...(adapter === undefined ? {} : { adapter }),
    });
  }
  if (missing.length > 0 && run !== undefined) {
    ctx.log.info(`The device database has no ${missing.join(", ")}: defining it`);
    await run.command(missing.join(", "), [DEFIF]);
  }
  const inet0 = config.interfaces.some(hasRoutes) ? await readStored(ctx, "inet0") : undefined;
  const rcTcpip = readEdited(sys, RC_TCPIP_PATH);
  const active = new Set<string>();
  for (const daemon of listDaemonsToAsk(config, rcTcpip?.text ?? "")) {
    if (await isSubsystemUp(sys, daemon)) {
      active.add(daemon);
    }
  }
  return {
    interfaces,
    storedRoutes: inet0?.get("route") ?? [],
    storedRoutes6: inet0?.get("rout6") ?? [],
    kernelRoutes: kernel.routes.filter(({ device }) => !links.detached.has(device)),
    otherAddresses: kernel.interfaces
      .filter((each) => !interfaces.has(each.name) && !links.members.has(each.name))
      .flatMap(({ addresses }) => addresses)
      .flatMap(({ family, address, prefixLength = 0 }) =>
        // The loopback interface shows "::1/0", which would be every network.
        prefixLength === 0 ? [] : [{ family, address, prefixLength }],
      ),
    resolvConf: {
      text: readTextIfExists(sys.fs, RESOLV_CONF_PATH),
      hasCopy: exists(sys.fs, RESOLV_CONF_COPY_PATH),
    },
    rcTcpip,
    dhcpcdIni: readEdited(sys, DHCPCD_INI_PATH),
    dhcpc6Cnf: readEdited(sys, DHCPC6_CNF_PATH),
    hasDhcpcd6: exists(sys.fs, "/usr/sbin/dhcpcd6"),
    active,
    allInterfaces: adapters.map(({ name }) => name),
  };
}

function isAsked(iface: NetworkConfig["interfaces"][number]): boolean {
  return iface.link.kind !== "loopback" && hasSettings(iface);
}

/** Whether routes are wanted, or some of before may have to go. */
function hasRoutes(iface: NetworkConfig["interfaces"][number]): boolean {
  return iface.routes.length > 0 || isReachable(iface);
}

/** Files of the administrator's: what cannot be read as text is left alone. */
function readEdited(sys: System, path: string): EditedFile | undefined {
  const text = readTextIfExists(sys.fs, path);
  const stat = sys.fs.stat(path);
  return text === undefined || stat === undefined
    ? undefined
    : { text, mode: stat.mode, owner: `${stat.uid}:${stat.gid}` };
}

/** Undefined where the ODM does not know the device; empty where it does not answer: the change is tried then, and says itself what is wrong. */
export async function readStored(
  ctx: DistroContext,
  device: string,
): Promise<ReadonlyMap<string, readonly string[]> | undefined> {
  try {
    return await readAttributes(ctx.sys, device);
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

/** `en0  1500  link#2  a.c6.24.39.41.3 …`: dots, no zero padding; "en0*" where it is down. */
export function parseInterfaceMacs(text: string): readonly (readonly [string, string])[] {
  return text.split("\n").flatMap((line) => {
    const [, name, address = ""] = /^(en\d+)\*?\s+\d+\s+link#\d+\s+(\S+)/u.exec(line) ?? [];
    const mac = parseMacAddress(address);
    return name === undefined || mac === undefined ? [] : [[name, mac] as const];
  });
}

/** Packet sizes that the kernel uses, by interface. */
export async function readKernelMtu(sys: System, name: string): Promise<number | undefined> {
  const { stdout } = await sys.exec.query([NETSTAT, "-in"], { okExitCodes: "any" });
  const row = stdout.split("\n").find((line) => line.split(/\*?\s/u, 1)[0] === name);
  const mtu = /^\S+\s+(\d+)/u.exec(row ?? "")?.[1];
  return mtu === undefined ? undefined : Number(mtu);
}
