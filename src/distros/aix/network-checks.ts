import type { InterfaceConfig, NetworkConfig, RouteConfig } from "../../network/network-config.ts";
import {
  interfaceProblem,
  isLinkLocal,
  isReachable,
} from "../../network/renderers/aix-interface-state.ts";
import {
  chooseAixRoutes,
  hasKernelRoute,
  isAddressed,
  type KernelRoute,
} from "../../network/renderers/aix-routes.ts";
import { pollUntil } from "../../system/retry.ts";
import type { System } from "../../system/system.ts";
import type { Problem } from "../../text/problem.ts";
import {
  readKernelInterface,
  readKernelInterfaces,
  readKernelMtu,
  readKernelRoutes,
} from "./network-state.ts";
import type { KernelInterface } from "./parse-ifconfig.ts";
import type { NetstatRoute } from "./parse-netstat.ts";

/** The kernel follows chdev at once; only a slow adapter takes longer. */
const POLL = { timeoutMs: 15_000, intervalMs: 250 } as const;

/** What is wrong with an interface that should be up with its addresses by now; undefined where nothing is. */
export async function checkInterface(
  sys: System,
  iface: InterfaceConfig,
): Promise<string | undefined> {
  const wanted = iface.addresses.map(({ address }) => address);
  if (wanted.length === 0 && !isReachable(iface)) {
    return undefined;
  }
  let wrong = "";
  const isRight = async (): Promise<true | undefined> => {
    const found = await readKernelInterface(sys, iface.name);
    const missing = wanted.filter((each) => !found?.addresses.some((own) => own.address === each));
    wrong = `${iface.name} ${found?.isUp === true ? "is up" : "is not up"}`;
    wrong += missing.length === 0 ? "" : ` without ${missing.join(", ")}`;
    return found?.isUp === true && missing.length === 0 ? true : undefined;
  };
  return (await pollUntil(sys, isRight, POLL)) === true ? undefined : wrong;
}

/** Whether the kernel uses the packet size that it should; undefined where it does. */
export async function checkMtu(
  sys: System,
  name: string,
  mtuBytes: number,
): Promise<string | undefined> {
  const found = await readKernelMtu(sys, name);
  return found === mtuBytes || found === undefined
    ? undefined
    : `${name} has MTU ${found}, not ${mtuBytes}`;
}

/** Which of these routes the kernel does not have; undefined where it has all. `onRead` gets each table that is read. */
export async function checkRoutes(
  sys: System,
  routes: readonly RouteConfig[],
  onRead?: (found: readonly NetstatRoute[]) => void,
): Promise<string | undefined> {
  let missing = routes;
  const isRight = async (): Promise<true | undefined> => {
    const found = await readKernelRoutes(sys);
    onRead?.(found);
    missing = routes.filter((route) => !hasKernelRoute(route, found));
    return missing.length === 0 ? true : undefined;
  };
  if ((await pollUntil(sys, isRight, POLL)) === true) {
    return undefined;
  }
  const list = missing.map(
    ({ destination, prefixLength, gateway }) => `${destination}/${prefixLength} by ${gateway}`,
  );
  return `the kernel has no route to ${list.join(", ")}`;
}

/** Servers and routers answer within seconds, or somebody has to look. */
const ANSWER = { timeoutMs: 30_000, intervalMs: 500 } as const;

/** Waits for the addresses that servers and routers give, all at once; tells which did not come. */
export async function awaitDynamicAddresses(
  sys: System,
  config: NetworkConfig,
): Promise<readonly Problem[]> {
  const waiting = config.interfaces.filter(isDynamic);
  let kernel: readonly KernelInterface[] = [];
  if (waiting.length === 0) {
    return [];
  }
  const isThere = async (): Promise<true | undefined> => {
    kernel = await readKernelInterfaces(sys);
    return waiting.every((iface) => missingFamilies(iface, kernel).length === 0) ? true : undefined;
  };
  await pollUntil(sys, isThere, ANSWER);
  return waiting.flatMap((iface) =>
    missingFamilies(iface, kernel).map((what): Problem => {
      const message = `Interface ${iface.name} has no address by ${what} after ${ANSWER.timeoutMs / 1000} s; the daemon goes on asking: check that something answers on its link (VLAN, subnet)`;
      return Object.assign({ severity: "warning" } as const, interfaceProblem(iface, message));
    }),
  );
}

function isDynamic({ dhcp4, dhcp6, slaac }: InterfaceConfig): boolean {
  return dhcp4 || dhcp6 === "stateful" || slaac;
}

function missingFamilies(
  iface: InterfaceConfig,
  kernel: readonly KernelInterface[],
): readonly string[] {
  const own = kernel.find(({ name }) => name === iface.name)?.addresses ?? [];
  const given = new Set(iface.addresses.map(({ address }) => address));
  const has = (family: 4 | 6): boolean =>
    own.some(
      (each) => each.family === family && !isLinkLocal(each.address) && !given.has(each.address),
    );
  const by6 = iface.dhcp6 === "stateful" ? "DHCPv6" : "router advertisement";
  const wants6 = iface.slaac || iface.dhcp6 === "stateful";
  return [...(iface.dhcp4 && !has(4) ? ["DHCP"] : []), ...(wants6 && !has(6) ? [by6] : [])];
}

/** Default routes beside the wanted one that stay: their interface is configured without a word about its addresses, and something gave it one. */
export function findForeignDefaults(
  config: NetworkConfig,
  kernelRoutes: readonly KernelRoute[],
): readonly Problem[] {
  const wanted = chooseAixRoutes(config).find(
    ({ family, prefixLength }) => family === 4 && prefixLength === 0,
  );
  if (wanted === undefined) {
    return [];
  }
  return kernelRoutes.flatMap(({ family, prefixLength, gateway, device }): readonly Problem[] => {
    const iface = config.interfaces.find(({ name }) => name === device);
    const isForeign = family === 4 && prefixLength === 0 && gateway !== wanted.gateway;
    if (!isForeign || iface === undefined || isAddressed(iface)) {
      return [];
    }
    const message = `The default route by router ${gateway} stays beside the one by ${wanted.gateway}: ${device} is configured without addresses, and what gave it its own, as a DHCP client in /etc/dhcpcd.ini, runs on. Take ${device} out of /etc/dhcpcd.ini, or give it a network`;
    return [Object.assign({ severity: "warning" } as const, interfaceProblem(iface, message))];
  });
}
