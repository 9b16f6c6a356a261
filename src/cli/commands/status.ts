import type { Paths } from "../../instance/paths.ts";
import { errorMessage } from "../../text/error-message.ts";
import type { CliContext } from "../cli-context.ts";
import { type Command, defineSubcommand } from "../command.ts";
import { installedPaths } from "../installed-paths.ts";
import { readBootStatus } from "../status/boot-status.ts";
import type { FailedSteps } from "../status/failed-steps.ts";
import {
  readStatusFiles,
  type StatusFiles,
  type StatusSummary,
  summariseStatus,
} from "../status/status-summary.ts";

/** `cloud-init status [--long] [--wait] [--failed] [--format F]` (compat core.md §7.1): exit code 0, 1 for errors, 2 for recoverable ones. */
export function createStatusCommand(ctx: CliContext): Command {
  return defineSubcommand({
    name: "status",
    description: "Tell how far cloud-init is, and what went wrong",
    args: {
      long: { type: "boolean", alias: "l", description: "Tell more than one word" },
      wait: { type: "boolean", alias: "w", description: "Wait until cloud-init has ended" },
      failed: {
        type: "boolean",
        description: "List the steps of the last boot that failed, with their output",
      },
      format: {
        type: "enum",
        options: ["json", "yaml", "tabular"],
        default: "tabular",
        description: "Form of the answer",
      },
    },
    examples: [
      {
        command: "cloud-init status --wait",
        about: "Wait for the end of the boot; exit code 0, 1 for errors, 2 for recoverable ones",
      },
      {
        command: "cloud-init status --long --format json",
        about: "All that is known, for a program",
      },
      {
        command: "cloud-init status --failed",
        about: "What failed in the last boot, with its output",
      },
    ],
    async run(args) {
      const paths = await installedPaths(ctx.sys);
      const isTabular = args.format === "tabular";
      const { files, summary } = await readWhenSettled(ctx, paths, args.wait === true, isTabular);
      for (const note of summary.notes) {
        ctx.stderr(`${note}\n`);
      }
      const failed =
        args.failed === true ? await findFailed(ctx, paths, files) : ({ kind: "unasked" } as const);
      await print(ctx, summary, failed, args.format, args.long === true);
      ctx.exitCode = failed.kind === "unreadable" ? 1 : summary.exitCode;
    },
  });
}

const POLL_MS = 250;

/** Waits as upstream does: for ever, in steps, with a dot for each where people look on. */
async function readWhenSettled(
  ctx: CliContext,
  paths: Paths,
  waits: boolean,
  showsDots: boolean,
): Promise<{ readonly files: StatusFiles; readonly summary: StatusSummary }> {
  for (;;) {
    const files = readStatusFiles(ctx.sys, [paths.runDir, paths.dataDir]);
    const boot = readBootStatus(ctx.sys, paths);
    const summary = summariseStatus(files, boot);
    const { isResultThere, isStatusThere } = files;
    const isSettled = boot.isDisabled || (isStatusThere && isResultThere);
    if (!waits || isSettled) {
      return { files, summary };
    }
    if (showsDots) {
      ctx.stdout(".");
    }
    await ctx.sys.clock.sleep(POLL_MS);
  }
}

type Failed =
  | { readonly kind: "unasked" | "unreadable" }
  | { readonly kind: "read"; readonly steps: FailedSteps | undefined };

async function findFailed(ctx: CliContext, paths: Paths, files: StatusFiles): Promise<Failed> {
  const { readFailedSteps } = await import("../status/failed-steps.ts");
  try {
    return { kind: "read", steps: readFailedSteps(ctx.sys, paths, files.status) };
  } catch (error) {
    const hint = ctx.sys.process.uid === 0 ? "" : " (only root may read the ledger)";
    ctx.stderr(`Cannot tell what failed: ${errorMessage(error)}${hint}\n`);
    return { kind: "unreadable" };
  }
}

async function print(
  ctx: CliContext,
  summary: StatusSummary,
  failed: Failed,
  format: "json" | "yaml" | "tabular",
  isLong: boolean,
): Promise<void> {
  const { renderFailed, renderTabular, statusValue } = await import("../status/render-status.ts");
  if (format === "tabular") {
    ctx.stdout(renderTabular(summary, isLong));
    if (failed.kind === "read") {
      ctx.stdout(renderFailed(failed.steps));
    }
    return;
  }
  const steps = failed.kind === "read" ? (failed.steps?.entries ?? []) : undefined;
  const value = statusValue(summary, steps);
  if (format === "json") {
    ctx.stdout(`${JSON.stringify(value, undefined, 2)}\n`);
    return;
  }
  const { stringifyYaml } = await import("../../text/yaml-emitter.ts");
  ctx.stdout(stringifyYaml(value));
}
