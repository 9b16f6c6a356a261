import type { InterfaceConfig, RouteConfig } from "../../network/network-config.ts";
import { hasKernelRoute } from "../../network/renderers/aix-routes.ts";
import { pollUntil } from "../../system/retry.ts";
import type { System } from "../../system/system.ts";
import { readKernelInterface, readKernelRoutes } from "./network-state.ts";

/** The kernel follows chdev at once; only a slow adapter takes longer. */
const POLL = { timeoutMs: 15_000, intervalMs: 250 } as const;

/** What is wrong with an interface that should be up with its addresses by now; undefined where nothing is. */
export async function checkInterface(
  sys: System,
  iface: InterfaceConfig,
): Promise<string | undefined> {
  const wanted = appliedAddresses(iface);
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

/** All IPv4 addresses and the first IPv6 one, as the renderer makes them. */
function appliedAddresses(iface: InterfaceConfig): readonly string[] {
  const addresses6 = iface.addresses.filter(({ family }) => family === 6).slice(0, 1);
  const addresses4 = iface.addresses.filter(({ family }) => family === 4);
  return [...addresses4, ...addresses6].map(({ address }) => address);
}

/** Which of these routes the kernel does not have; undefined where it has all. */
export async function checkRoutes(
  sys: System,
  routes: readonly RouteConfig[],
): Promise<string | undefined> {
  let missing = routes;
  const isRight = async (): Promise<true | undefined> => {
    const found = await readKernelRoutes(sys);
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
