import type { InterfaceConfig, NetworkConfig } from "../../network/network-config.ts";
import { renderAix } from "../../network/renderers/aix.ts";
import { hasSettings, interfaceProblem } from "../../network/renderers/aix-interface-state.ts";
import type { NetworkStep } from "../../network/renderers/renderer.ts";
import type { System } from "../../system/system.ts";
import type { Problem } from "../../text/problem.ts";
import type { DistroContext } from "../distro.ts";
import { checkInterface, checkMtu } from "./network-checks.ts";
import { createRouteProof, type RouteProof } from "./network-proof.ts";
import {
  isReached,
  type KnownNetwork,
  readNetworkAgain,
  storeRefusedRoutes,
} from "./network-repair.ts";
import type { NetworkRun } from "./network-run.ts";

/**
 * Makes the steps one by one and looks at what each has reached; some are looked at together at the
 * end, or before the routes are set anew where that fails: an interface that is not up yet has none.
 */
export async function applyNetworkSteps(
  ctx: DistroContext,
  run: NetworkRun,
  known: KnownNetwork,
  steps: readonly NetworkStep[],
): Promise<{ readonly failed: readonly Problem[]; readonly hasCheckedRoutes: boolean }> {
  const { config } = known;
  const proof = createRouteProof(ctx.sys, known, steps);
  const failed: Problem[] = [];
  const judge = async (step: NetworkStep, failures: readonly string[]): Promise<void> => {
    failed.push(...(await findFailed(ctx, known, step, failures)));
  };
  let hasCheckedRoutes = false;
  const later: (() => Promise<void>)[] = [];
  const lookAtAll = async (): Promise<void> => {
    for (const look of later.splice(0)) {
      await look();
    }
  };
  for (const step of steps) {
    if (step.subject === "inet0") {
      let failures = await run.apply(step, proof.check);
      if (failures.length > 0 && later.length > 0) {
        await lookAtAll();
        failures = await setRoutesAgain(ctx, run, { known, proof, failures });
      }
      hasCheckedRoutes ||= failures.length === 0;
      if (failures.length > 0) {
        await storeRefusedRoutes(ctx, run, known);
      }
      await judge(step, failures);
      continue;
    }
    const iface = findConfigured(config, step.subject);
    const check = iface && createCheck(ctx.sys, iface, step);
    const isLater = iface !== undefined && proof.isFor(step, iface);
    const failures = await run.apply(
      step,
      // Where a command failed, what the others have reached is told with it.
      isLater ? async (hasFailed) => (hasFailed ? check?.() : undefined) : check,
    );
    await judge(step, failures);
    if (isLater && check !== undefined && failures.length === 0) {
      later.push(async () => {
        await judge(step, proof.shows(iface) ? [] : await run.confirm(step, check));
      });
    }
  }
  if (run.isReal()) {
    await lookAtAll();
  }
  return { failed, hasCheckedRoutes };
}

/** What is left to do for the routes now that each interface has had its time to come up. Returns what went wrong. */
async function setRoutesAgain(
  ctx: DistroContext,
  run: NetworkRun,
  first: {
    readonly known: KnownNetwork;
    readonly proof: RouteProof;
    readonly failures: readonly string[];
  },
): Promise<readonly string[]> {
  const { known, proof, failures } = first;
  const { steps } = renderAix(known.config, await readNetworkAgain(ctx, known));
  const left = steps.find(({ subject }) => subject === "inet0");
  return left === undefined ? failures : run.apply(left, proof.check);
}

/** What a command failed at may have been reached all the same; a file that was not written is not there. */
async function findFailed(
  ctx: DistroContext,
  known: KnownNetwork,
  { subject, changes }: NetworkStep,
  failures: readonly string[],
): Promise<readonly Problem[]> {
  const isFilesOnly = changes.every((change) => change.kind !== "command");
  if (failures.length === 0 || (!isFilesOnly && (await isReached(ctx, subject, known)))) {
    return [];
  }
  const iface = findConfigured(known.config, subject);
  return failures.map((message) =>
    iface === undefined ? { message } : interfaceProblem(iface, message),
  );
}

/** The source may call an interface without settings by the name of one that has some. */
function findConfigured(config: NetworkConfig, name: string): InterfaceConfig | undefined {
  return config.interfaces.find((each) => each.name === name && hasSettings(each));
}

function createCheck(
  sys: System,
  iface: InterfaceConfig,
  { changes }: NetworkStep,
): () => Promise<string | undefined> {
  const { name, mtuBytes } = iface;
  const hasNewMtu = changes.some(
    (change) => change.kind === "command" && change.argv.includes(`mtu=${mtuBytes ?? ""}`),
  );
  return async () =>
    (await checkInterface(sys, iface)) ??
    (mtuBytes === undefined || !hasNewMtu ? undefined : await checkMtu(sys, name, mtuBytes));
}
