import type { NetworkStep } from "../../network/renderers/renderer.ts";
import { applyChanges, type Change } from "../../system/change.ts";
import { errorMessage } from "../../text/error-message.ts";
import type { DistroContext } from "../distro.ts";
import { runOdm } from "./odm.ts";

/**
 * Makes all changes of a step, the further ones also where one fails: each of them brings the
 * machine nearer to being reachable. `check` runs after the last command, and tells what the kernel
 * has not reached. Returns what went wrong.
 */
export async function applyNetworkStep(
  ctx: DistroContext,
  step: NetworkStep,
  check: (() => Promise<string | undefined>) | undefined,
): Promise<readonly string[]> {
  const failures: string[] = [];
  for (const [index, change] of step.changes.entries()) {
    const isLast = index === step.changes.length - 1;
    try {
      await applyChange(ctx, change, isLast ? check : undefined);
    } catch (error) {
      const message = `Cannot configure ${step.subject}: ${errorMessage(error)}`;
      ctx.log.debug(message);
      failures.push(message);
    }
  }
  return failures;
}

async function applyChange(
  ctx: DistroContext,
  change: Change,
  verify: (() => Promise<string | undefined>) | undefined,
): Promise<void> {
  if (change.kind === "command") {
    await runOdm(ctx.sys, change.argv, verify === undefined ? {} : { verify });
  } else {
    await applyChanges(ctx.sys, [change]);
  }
}
