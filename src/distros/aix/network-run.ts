import type { NetworkStep } from "../../network/renderers/renderer.ts";
import { applyChanges, type Change } from "../../system/change.ts";
import { CommandError } from "../../system/command-error.ts";
import { finishCommand } from "../../system/finish-command.ts";
import type { ExecResult } from "../../system/system.ts";
import { errorMessage } from "../../text/error-message.ts";
import type { DistroContext } from "../distro.ts";
import { adviseOn } from "./network-advice.ts";
import { confirmChange, verifyDaemonCommand } from "./network-verify.ts";
import { runOdm } from "./odm.ts";

/** One application of a network configuration: what it does, and whether it is done at all or only planned. */
export interface NetworkRun {
  /**
   * Makes all changes of a step, the further ones also where one fails: each of them brings the
   * machine nearer to being reachable. `check` runs after the last command unless that fails, learns
   * whether one before it has failed, and tells what the kernel has not reached. Returns what went wrong.
   */
  apply(
    step: NetworkStep,
    check?: (hasFailed: boolean) => Promise<string | undefined>,
  ): Promise<readonly string[]>;
  /** Looks at what a step has done that was applied without `check`. Returns what went wrong. */
  confirm(step: NetworkStep, check: () => Promise<string | undefined>): Promise<readonly string[]>;
  /** Makes one change for the sake of another thing; its output, or what went wrong. */
  command(subject: string, argv: readonly string[]): Promise<ExecResult | string>;
  /** Whether a change was asked for. */
  isChanged(): boolean;
  /** False as long as nothing really ran: in a plan, nothing that comes of a change can be looked at. */
  isReal(): boolean;
}

export function createNetworkRun(ctx: DistroContext): NetworkRun {
  const progress: Progress = { isChanged: false, isReal: false };
  const attempt = async <T>(subject: string, work: () => Promise<T>): Promise<T | string> => {
    progress.isChanged = true;
    try {
      return await work();
    } catch (error) {
      progress.isReal = true;
      const message = `Cannot configure ${subject}: ${adviseOn(errorMessage(error))}`;
      ctx.log.debug(message);
      return message;
    }
  };
  return {
    async apply({ subject, changes, alternatives }, check) {
      const failures: string[] = [];
      for (const [index, change] of changes.entries()) {
        const isLast = index === changes.length - 1;
        const checks = isLast && check !== undefined ? [() => check(failures.length > 0)] : [];
        const failure = await attempt(subject, () =>
          applyChange(ctx, progress, change, { alternative: alternatives?.get(change), checks }),
        );
        if (failure !== undefined) {
          failures.push(failure);
        }
      }
      return failures;
    },
    async confirm({ subject, changes }, check) {
      const last = changes.at(-1);
      const argv = last?.kind === "command" ? last.argv : [];
      const failure = await attempt(subject, async () => {
        await finishCommand(argv, { verify: check }, { ...DONE });
        return undefined;
      });
      return failure === undefined ? [] : [failure];
    },
    command: (subject, argv) => attempt(subject, () => execute(ctx, progress, argv, [])),
    isChanged: () => progress.isChanged,
    isReal: () => progress.isReal,
  };
}

/** How a command ended that was given no check. */
const DONE: ExecResult = {
  exitCode: 0,
  stdout: "",
  stderr: "",
  timedOut: false,
  durationMs: 0,
};

interface Progress {
  isChanged: boolean;
  isReal: boolean;
}

type Check = () => Promise<string | undefined>;

async function applyChange(
  ctx: DistroContext,
  progress: Progress,
  change: Change,
  options: { readonly alternative: Change | undefined; readonly checks: readonly Check[] },
): Promise<undefined> {
  const { alternative, checks } = options;
  if (change.kind !== "command") {
    await applyChanges(ctx.sys, [change]);
    return;
  }
  if (alternative?.kind !== "command") {
    await execute(ctx, progress, change.argv, checks);
    return;
  }
  const confirm: Check = () => confirmChange(ctx.sys, change.argv);
  try {
    await execute(ctx, progress, change.argv, [confirm]);
  } catch (error) {
    progress.isReal = true;
    ctx.log.debug(`${errorMessage(error)}: trying "${alternative.argv.join(" ")}"`);
    if (!(error instanceof CommandError)) {
      await undoRefused(ctx, change.argv);
    }
    await execute(ctx, progress, alternative.argv, [confirm, ...checks]);
    return;
  }
  for (const check of progress.isReal ? checks : []) {
    const wrong = await check();
    if (wrong !== undefined) {
      throw new Error(wrong);
    }
  }
}

async function execute(
  ctx: DistroContext,
  progress: Progress,
  argv: readonly string[],
  checks: readonly Check[],
): Promise<ExecResult> {
  const daemon = verifyDaemonCommand(ctx.sys, argv);
  const verify = async (): Promise<string | undefined> => {
    progress.isReal = true;
    for (const check of [...(daemon === undefined ? [] : [daemon]), ...checks]) {
      const wrong = await check();
      if (wrong !== undefined) {
        return wrong;
      }
    }
    return undefined;
  };
  // Exit codes of SRC's commands differ between levels: the state decides.
  const options = daemon === undefined ? { verify } : { verify, okExitCodes: "any" as const };
  return runOdm(ctx.sys, argv, options);
}

/** What chdev took and the kernel did not is taken out of the ODM again, before it is spelled otherwise. */
async function undoRefused(ctx: DistroContext, argv: readonly string[]): Promise<void> {
  const setting = argv.at(-1) ?? "";
  if (setting.startsWith("alias6=")) {
    await runOdm(ctx.sys, [...argv.slice(0, -1), `del${setting}`], { okExitCodes: "any" });
  }
}
