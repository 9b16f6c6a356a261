import type { NetworkConfig, RouteConfig } from "../../network/network-config.ts";
import { type AixNetworkState, renderAix } from "../../network/renderers/aix.ts";
import { restart } from "../../network/renderers/aix-daemons.ts";
import { isLinkLocal, isReachable } from "../../network/renderers/aix-interface-state.ts";
import { storedAddresses } from "../../network/renderers/aix-ipv6.ts";
import {
  chooseAixRoutes,
  isDefault,
  type KernelRoute,
  renderMissingAixRoutes,
  renderStoredOnly,
} from "../../network/renderers/aix-routes.ts";
import { listMarkedLines } from "../../network/renderers/rc-tcpip.ts";
import { commandChange } from "../../network/renderers/renderer.ts";
import type { Problem } from "../../text/problem.ts";
import type { DistroContext } from "../distro.ts";
import type { AixAdapter } from "./adapters.ts";
import { checkRoutes } from "./network-checks.ts";
import type { AixLinks } from "./network-links.ts";
import type { NetworkRun } from "./network-run.ts";
import {
  type KernelState,
  readAixNetworkState,
  readKernelInterfaces,
  readKernelRoutes,
  readStored,
} from "./network-state.ts";

/** What one application of a network configuration goes by. */
export interface KnownNetwork {
  readonly config: NetworkConfig;
  readonly adapters: readonly AixAdapter[];
  /** Before anything was done. */
  readonly kernel: KernelState;
  readonly links: AixLinks;
}

/** Everything anew, after commands have run. */
export async function readNetworkAgain(
  ctx: DistroContext,
  known: KnownNetwork,
): Promise<AixNetworkState> {
  const kernel = {
    interfaces: await readKernelInterfaces(ctx.sys),
    routes: await readKernelRoutes(ctx.sys),
  };
  const adapters = new Map(known.links.adapters);
  for (const [name, adapter] of known.links.adapters) {
    const attributes = (await readStored(ctx, adapter.name)) ?? adapter.attributes;
    adapters.set(name, { ...adapter, attributes });
  }
  const links: AixLinks = { ...known.links, adapters, detached: new Set() };
  return readAixNetworkState(ctx, { ...known, kernel, links });
}

/** Whether, whatever a command said, nothing is left to do: chdev ends with 1 where a route is already there. */
export async function isReached(
  ctx: DistroContext,
  subject: string,
  known: KnownNetwork,
): Promise<boolean> {
  const state = await readNetworkAgain(ctx, known);
  const { steps } = renderAix(known.config, state);
  if (steps.some((step) => step.subject === subject)) {
    return false;
  }
  const routes = chooseAixRoutes(known.config);
  return subject !== "inet0" || renderMissingAixRoutes(routes, state.kernelRoutes).length === 0;
}

/** Routes that chdev refused because the kernel has them already, for every boot to come. */
export async function storeRefusedRoutes(
  ctx: DistroContext,
  run: NetworkRun,
  known: KnownNetwork,
): Promise<void> {
  const state = await readNetworkAgain(ctx, known);
  const bootLines = listMarkedLines(state.rcTcpip?.text ?? "");
  const changes = renderStoredOnly(chooseAixRoutes(known.config), {
    ...state,
    bootLines,
    isOrphaned: () => false,
  });
  if (changes.length > 0) {
    await run.apply({ subject: "inet0", changes });
  }
}

/**
 * Puts right what AIX may or may not have done by itself: addresses of another deploy that only the
 * kernel still has; routes that a changed address took away (aix/commands.md §3.1); a default route of
 * a router beside the static one. Returns what is still wrong.
 */
export async function repairNetwork(
  ctx: DistroContext,
  run: NetworkRun,
  known: KnownNetwork,
  before: AixNetworkState,
  hasCheckedRoutes: boolean,
): Promise<readonly Problem[]> {
  const problems: string[] = [...(await deleteLeftovers(ctx, run, known, before))];
  const routes = chooseAixRoutes(known.config);
  // Routers advertise themselves at any time.
  const isSettled = hasCheckedRoutes && routes.every(({ family }) => family === 4);
  if (routes.length > 0 && !isSettled) {
    const kernelRoutes = await readKernelRoutes(ctx.sys);
    problems.push(...(await addMissingRoutes(ctx, run, known, kernelRoutes)));
    problems.push(...(await forgetRouters(ctx, run, routes, kernelRoutes)));
  }
  return problems.map((message) => ({ message }));
}

/** Also for the boots to come, where chdev had refused them while the kernel could not take them. */
async function addMissingRoutes(
  ctx: DistroContext,
  run: NetworkRun,
  known: KnownNetwork,
  kernelRoutes: readonly KernelRoute[],
): Promise<readonly string[]> {
  const routes = chooseAixRoutes(known.config);
  const changes = renderMissingAixRoutes(routes, kernelRoutes);
  if (changes.length === 0) {
    return [];
  }
  ctx.log.info("The kernel lacks routes that it should have: adding them");
  const failures = await run.apply({ subject: "inet0", changes }, () =>
    checkRoutes(ctx.sys, routes),
  );
  await storeRefusedRoutes(ctx, run, known);
  return failures;
}

/** ndpd-host takes a router's default route back when it ends, and finds the static one when it starts. */
async function forgetRouters(
  ctx: DistroContext,
  run: NetworkRun,
  routes: readonly RouteConfig[],
  kernelRoutes: readonly KernelRoute[],
): Promise<readonly string[]> {
  const wanted = routes.find((route) => route.family === 6 && isDefault(route));
  const isForeign = (each: KernelRoute): boolean =>
    each.family === 6 && each.prefixLength === 0 && each.gateway !== wanted?.gateway;
  if (wanted === undefined || !kernelRoutes.some(isForeign)) {
    return [];
  }
  const failures = await run.apply({ subject: "ndpd-host", changes: restart("ndpd-host") });
  const left = (await readKernelRoutes(ctx.sys)).filter(isForeign);
  return left.length === 0
    ? failures
    : [
        ...failures,
        `The default route by router ${left.map(({ gateway }) => gateway).join(", ")} is still there beside the one by ${wanted.gateway}: delete it with "route delete -inet6 default GATEWAY", or take the static one off the configuration`,
      ];
}

/** Looked for only where the ODM had such addresses. */
async function deleteLeftovers(
  ctx: DistroContext,
  run: NetworkRun,
  { config }: KnownNetwork,
  before: AixNetworkState,
): Promise<readonly string[]> {
  const candidates = config.interfaces.filter(isReachable).flatMap(({ name, addresses }) => {
    const state = before.interfaces.get(name);
    return (state === undefined ? [] : storedAddresses(state))
      .filter((old) => !isLinkLocal(old) && !addresses.some(({ address }) => address === old))
      .map((address) => ({ name, address }));
  });
  if (candidates.length === 0) {
    return [];
  }
  const kernel = await readKernelInterfaces(ctx.sys);
  const found = candidates.filter(({ name, address }) =>
    kernel.find((each) => each.name === name)?.addresses.some((each) => each.address === address),
  );
  const failures: string[] = [];
  for (const { name, address } of found) {
    // Where the command for the new address failed, the old one is all that there is.
    const attributes = (await readStored(ctx, name)) ?? new Map<string, readonly string[]>();
    if (storedAddresses({ attributes, isVirtual: false }).includes(address)) {
      continue;
    }
    const words = address.includes(":") ? ["inet6", address, "delete"] : ["delete", address];
    const changes = [commandChange(["/usr/sbin/ifconfig", name, ...words])];
    failures.push(...(await run.apply({ subject: name, changes })));
  }
  return failures;
}
