import { errorMessage } from "../../text/error-message.ts";
import { formatJson } from "../../text/format-json.ts";
import { findLogFiles } from "../clean/log-files.ts";
import type { CliContext } from "../cli-context.ts";
import { type Command, defineSubcommand } from "../command.ts";
import { type OpenMachine, openMachine } from "../open-machine.ts";
import { findRefusal } from "../seal/find-refusal.ts";
import { readInstanceTraces } from "../seal/instance-traces.ts";
import { renderSeal } from "../seal/render-seal.ts";
import { runSeal } from "../seal/run-seal.ts";
import type { SealMode, SealReport } from "../seal/seal-report.ts";
import { searchLogs } from "../seal/search-logs.ts";
import { stateSteps } from "../seal/state-steps.ts";
import { UsageError } from "../usage-error.ts";

/** `cloud-init seal [--check] [--dry-run] [--poweroff]`: makes an image's machine ready for its capture. Exit code 1 where it is not. */
export function createSealCommand(ctx: CliContext): Command {
  return defineSubcommand({
    name: "seal",
    description: "Make this machine ready to be captured as an image",
    args: {
      check: {
        type: "boolean",
        description: "Change nothing; exit code 1 where something is not ready",
      },
      "dry-run": { type: "boolean", description: "Change nothing; tell what would be done" },
      poweroff: {
        type: "boolean",
        description: "Shut the machine down when all is ready",
      },
      format: {
        type: "enum",
        options: ["text", "json"],
        default: "text",
        description: "Form of the answer",
      },
    },
    examples: [
      {
        command: "cloud-init seal --check",
        about: "Look whether an image can be made of this machine, without a change",
      },
      {
        command: "cloud-init seal --poweroff",
        about: "Make it ready, then shut it down for the capture",
      },
    ],
    async run(args) {
      const mode = readMode(args.check === true, args["dry-run"] === true, args.poweroff === true);
      const machine = await openMachine(ctx);
      const report = await seal(ctx, machine, mode);
      const text = args.format === "json" ? formatJson(report) : renderSeal(report);
      (report.status === "refused" && args.format === "text" ? ctx.stderr : ctx.stdout)(text);
      if (
        report.status === "not ready" ||
        report.status === "failed" ||
        report.status === "refused"
      ) {
        ctx.exitCode = 1;
      } else if (args.poweroff === true) {
        await powerOff(ctx, machine);
      }
    },
  });
}

function readMode(checks: boolean, isDryRun: boolean, powersOff: boolean): SealMode {
  if (checks && isDryRun) {
    throw new UsageError("argument --dry-run: not allowed with argument --check");
  }
  if (powersOff && (checks || isDryRun)) {
    throw new UsageError(
      `argument --poweroff: not allowed with argument --${checks ? "check" : "dry-run"}`,
    );
  }
  return checks ? "check" : isDryRun ? "dry-run" : "seal";
}

async function seal(ctx: CliContext, machine: OpenMachine, mode: SealMode): Promise<SealReport> {
  const { sys } = ctx;
  const { distro, paths, baseConfig, mergedConfig } = machine;
  const refuse = (reason: string): SealReport => ({
    mode,
    status: "refused",
    reason,
    steps: [],
    remaining: [],
    notices: [],
  });
  const reason = findRefusal(sys, paths);
  if (reason !== undefined) {
    return refuse(reason);
  }
  const adapter = await distro.seal?.();
  if (adapter === undefined) {
    return refuse(`Nothing is known of how to seal a machine of distro "${distro.name}"`);
  }
  const configs = [baseConfig, ...(mergedConfig === undefined ? [] : [mergedConfig])];
  const ownLogs = (): readonly string[] => findLogFiles(sys.fs, configs);
  const directories = [...new Set([...adapter.logDirectories, paths.logDir])];
  const steps = [
    ...adapter.steps(readInstanceTraces(sys.fs, machine)),
    ...stateSteps(sys, paths, ownLogs),
    searchLogs(sys.fs, directories, ownLogs),
  ];
  return runSeal(steps, mode);
}

async function powerOff(ctx: CliContext, { distro }: OpenMachine): Promise<void> {
  try {
    await (await distro.seal?.())?.powerOff();
  } catch (error) {
    ctx.stderr(`Cannot shut this machine down, which is sealed: ${errorMessage(error)}\n`);
    ctx.exitCode = 1;
  }
}
