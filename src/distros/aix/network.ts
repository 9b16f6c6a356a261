import type { NetworkConfig } from "../../network/network-config.ts";
import { renderAix } from "../../network/renderers/aix.ts";
import { renderResolvConf } from "../../network/renderers/resolv-conf.ts";
import type { System } from "../../system/system.ts";
import type { Problem } from "../../text/problem.ts";
import type { DistroContext, NetworkAdapter, NetworkOutcome } from "../distro.ts";
import { readAixAdapterSlots } from "./adapter-slots.ts";
import { type AixAdapters, readAixAdapters } from "./adapters.ts";
import { readAixDhcpServers } from "./dhcp-servers.ts";
import { type MatchedNetwork, matchAdapters } from "./match-adapters.ts";
import { awaitDynamicAddresses, findForeignDefaults } from "./network-checks.ts";
import { ensureAixLinks } from "./network-links.ts";
import { type KnownNetwork, repairNetwork } from "./network-repair.ts";
import { restoreIfLost } from "./network-restore.ts";
import { createNetworkRun } from "./network-run.ts";
import {
  isLinkLocalOnly,
  type KernelState,
  readAixNetworkState,
  readKernelInterfaces,
  readKernelRoutes,
} from "./network-state.ts";
import { applyNetworkSteps } from "./network-steps.ts";
import { readAixNetworkTables } from "./network-tables.ts";

const CFGMGR = "/usr/sbin/cfgmgr";

/** Adapters are asked for once in a stage: each question is a command, and the answer stays. */
interface AdapterSearch {
  read(): Promise<AixAdapters>;
  /** Configures what is attached and not known yet, and asks anew; the same answer the second time. */
  readAgain(): Promise<AixAdapters>;
}

/** The network of AIX: settings that chdev applies at once and the ODM keeps. */
export function createAixNetwork(ctx: DistroContext): NetworkAdapter {
  const search = createAdapterSearch(ctx);
  return {
    async adapters(wanted = []) {
      const { adapters } = await search.read();
      const isMissing = wanted.some((mac) => !adapters.some((each) => each.macAddress === mac));
      return isMissing ? (await search.readAgain()).adapters : adapters;
    },
    adapterSlots: () => readAixAdapterSlots(ctx.sys),
    ensure: (config) => ensureAixNetwork(ctx, search, config),
    resolvConf: (config) => renderResolvConf(config).text,
    dhcpServers: async () => readAixDhcpServers(ctx.sys.fs),
    read: () => readAixNetworkTables(ctx.sys),
  };
}

function createAdapterSearch(ctx: DistroContext): AdapterSearch {
  let known: Promise<AixAdapters> | undefined;
  let hasLookedAgain = false;
  const read = (): Promise<AixAdapters> => (known ??= readAixAdapters(ctx.sys));
  return {
    read,
    async readAgain() {
      if (!hasLookedAgain) {
        hasLookedAgain = true;
        ctx.log.info("An adapter is missing: configuring devices that are attached late");
        const result = await createNetworkRun(ctx).command("adapters", [CFGMGR]);
        if (typeof result === "string") {
          ctx.log.warn(result);
        }
        known = undefined;
      }
      return read();
    },
  };
}

/**
 * Reads the state, makes EtherChannels and VLANs, renders what differs, makes it step by step, checks
 * that the kernel has it. A step that fails is a problem and does not stop the next. Where in the end
 * nothing of what is wanted works and something worked before, that is put back.
 */
async function ensureAixNetwork(
  ctx: DistroContext,
  search: AdapterSearch,
  wanted: NetworkConfig,
): Promise<NetworkOutcome> {
  const { sys, log } = ctx;
  const run = createNetworkRun(ctx);
  const kernel = await readKernelState(sys);
  const match = ({ adapters }: AixAdapters): MatchedNetwork =>
    matchAdapters(wanted, adapters, (name) =>
      isLinkLocalOnly(kernel.interfaces.find((each) => each.name === name)),
    );
  let found = await search.read();
  let matched = match(found);
  if (matched.problems.length > 0) {
    found = await search.readAgain();
    matched = match(found);
  }
  for (const [index, { name }] of matched.config.interfaces.entries()) {
    log.debug(`Network interface "${wanted.interfaces[index]?.name ?? name}" is ${name}`);
  }
  const links = await ensureAixLinks(ctx, run, { config: matched.config, found, kernel });
  const { config } = links;
  const known: KnownNetwork = { config, adapters: found.adapters, kernel, links };
  const before = await readAixNetworkState(ctx, known, run);
  const { steps, problems: unsupported } = renderAix(config, before);
  const problems: Problem[] = [...matched.problems, ...links.problems, ...unsupported];
  const { failed, hasCheckedRoutes } = await applyNetworkSteps(ctx, run, known, steps);
  problems.push(...failed);
  if (run.isReal()) {
    problems.push(...(await repairNetwork(ctx, run, known, before, hasCheckedRoutes)));
    const lost =
      failed.length > 0 || links.problems.some(({ severity }) => severity !== "warning")
        ? await restoreIfLost(ctx, run, known, before)
        : [];
    const missing = lost.length > 0 ? lost : await awaitDynamicAddresses(sys, config);
    problems.push(...missing);
  }
  problems.push(...findForeignDefaults(config, before.kernelRoutes));
  return { changed: run.isChanged(), problems };
}

/** What the kernel has. A route leaves by an attached interface, and goes with it. */
async function readKernelState(sys: System): Promise<KernelState> {
  const interfaces = await readKernelInterfaces(sys);
  const isLoopbackAlone =
    interfaces.length > 0 && interfaces.every(({ name }) => /^lo\d+$/u.test(name));
  return { interfaces, routes: isLoopbackAlone ? [] : await readKernelRoutes(sys) };
}
