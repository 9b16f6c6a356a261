import type { InterfaceConfig, NetworkConfig, RouteConfig } from "../../network/network-config.ts";
import { renderAix } from "../../network/renderers/aix.ts";
import {
  chooseAixRoutes,
  findStoredRoutes,
  renderMissingAixRoutes as findMissing,
} from "../../network/renderers/aix-routes.ts";
import type { System } from "../../system/system.ts";
import type { Problem } from "../../text/problem.ts";
import type { DistroContext, NetworkAdapter, NetworkOutcome } from "../distro.ts";
import { type AixAdapter, readAixAdapters } from "./adapters.ts";
import { applyNetworkStep } from "./apply-network-step.ts";
import { matchAdapters } from "./match-adapters.ts";
import { checkInterface, checkRoutes } from "./network-checks.ts";
import {
  isLinkLocalOnly,
  readAixNetworkState,
  readAixNetworkTables,
  readKernelInterfaces,
  readKernelRoutes,
} from "./network-state.ts";

/** The network of AIX: settings that chdev applies at once and the ODM keeps. */
export function createAixNetwork(ctx: DistroContext): NetworkAdapter {
  // Asked once in a stage: each question is a command, and the answer stays.
  let known: Promise<readonly AixAdapter[]> | undefined;
  const adapters = (): Promise<readonly AixAdapter[]> => (known ??= readAixAdapters(ctx.sys));
  return {
    adapters,
    ensure: async (config) => ensureAixNetwork(ctx, await adapters(), config),
    read: () => readAixNetworkTables(ctx.sys),
  };
}

/**
 * Reads the state, renders what differs, makes it step by step, checks that the kernel has it. A
 * step that fails is a problem and does not stop the next.
 */
async function ensureAixNetwork(
  ctx: DistroContext,
  adapters: readonly AixAdapter[],
  wanted: NetworkConfig,
): Promise<NetworkOutcome> {
  const { sys, log } = ctx;
  const kernel = await readKernelInterfaces(sys);
  const matched = matchAdapters(wanted, adapters, (name) =>
    isLinkLocalOnly(kernel.find((each) => each.name === name)),
  );
  const { config } = matched;
  for (const [index, { name }] of config.interfaces.entries()) {
    log.debug(`Network interface "${wanted.interfaces[index]?.name ?? ""}" is ${name}`);
  }
  const state = await readAixNetworkState(ctx, { config, adapters, kernel });
  const { steps, problems: unsupported } = renderAix(config, state);
  const { routes } = chooseAixRoutes(config);
  const kept = findStoredRoutes(routes, state);
  const added = routes.filter((route) => !kept.includes(route));
  const problems: Problem[] = [...matched.problems, ...unsupported];
  let expected = kept;
  for (const step of steps) {
    const iface = config.interfaces.find(
      (each) => each.name === step.subject && isConfigured(each),
    );
    const check = createCheck(sys, iface, step.subject === "inet0" ? added : []);
    const failures = await applyNetworkStep(ctx, step, check);
    if (failures.length > 0 && !(await isReached(ctx, step.subject, { config, adapters }))) {
      problems.push(...failures.map((message) => problemOf(message, iface)));
      // At least until the next boot.
      expected = step.subject === "inet0" ? routes : expected;
    }
  }
  const repair = await repairRoutes(ctx, expected);
  problems.push(...repair.failures.map((message) => ({ message })));
  return { changed: steps.length > 0 || repair.isChanged, problems };
}

/** The source may call an interface without settings by the name of one that has some. */
function isConfigured({ addresses, mtuBytes }: InterfaceConfig): boolean {
  return addresses.length > 0 || mtuBytes !== undefined;
}

function createCheck(
  sys: System,
  iface: InterfaceConfig | undefined,
  routes: readonly RouteConfig[],
): (() => Promise<string | undefined>) | undefined {
  if (iface !== undefined) {
    return () => checkInterface(sys, iface);
  }
  return routes.length === 0 ? undefined : () => checkRoutes(sys, routes);
}

/** Whether, whatever a command said, nothing is left to do: chdev ends with 1 where a route is already there. */
async function isReached(
  ctx: DistroContext,
  subject: string,
  known: { readonly config: NetworkConfig; readonly adapters: readonly AixAdapter[] },
): Promise<boolean> {
  const kernel = await readKernelInterfaces(ctx.sys);
  const state = await readAixNetworkState(ctx, { ...known, kernel });
  const { steps } = renderAix(known.config, state);
  if (steps.some((step) => step.subject === subject)) {
    return false;
  }
  const { routes } = chooseAixRoutes(known.config);
  return subject !== "inet0" || findMissing(routes, await readKernelRoutes(ctx.sys)).length === 0;
}

/**
 * Puts routes into the kernel that it should have and has not. Those that inet0 kept from before
 * can be lost: on some levels a changed address takes them away (aix/commands.md §3.1).
 */
async function repairRoutes(
  ctx: DistroContext,
  routes: readonly RouteConfig[],
): Promise<{ readonly isChanged: boolean; readonly failures: readonly string[] }> {
  if (routes.length === 0) {
    return { isChanged: false, failures: [] };
  }
  const changes = findMissing(routes, await readKernelRoutes(ctx.sys));
  if (changes.length === 0) {
    return { isChanged: false, failures: [] };
  }
  ctx.log.info("The kernel lacks routes that it should have: adding them");
  const step = { subject: "inet0", changes };
  return {
    isChanged: true,
    failures: await applyNetworkStep(ctx, step, () => checkRoutes(ctx.sys, routes)),
  };
}

function problemOf(message: string, iface: InterfaceConfig | undefined): Problem {
  return iface?.line === undefined ? { message } : { message, line: iface.line };
}
