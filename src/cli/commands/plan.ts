import { isDirectory } from "../../system/files.ts";
import { absolutePath } from "../absolute-path.ts";
import type { CliContext } from "../cli-context.ts";
import { type Command, defineSubcommand, type GlobalOptions } from "../command.ts";
import type { PlanReport } from "../plan/plan-report.ts";
import { UsageError } from "../usage-error.ts";

/**
 * `cloud-init plan [SOURCE] [--config FILE] [--user-data FILE] [--distro NAME] [--format text|json]
 * [--diff] [--modules DIR] [--run-modules]`: what a first boot would do, on a machine in memory.
 * Needs no root and changes nothing; with --run-modules, modules that promise so for a plan are run.
 * Exit code 0: nothing would fail; 1: something would; 2: it cannot be planned.
 */
export function createPlanCommand(ctx: CliContext, globals: GlobalOptions): Command {
  return defineSubcommand({
    name: "plan",
    description: "Show what a first boot would do, without doing it",
    args: {
      source: {
        type: "positional",
        required: false,
        description:
          "The config drive or NoCloud seed: an ISO or FAT image, a directory with its files, or a device",
      },
      config: {
        type: "string",
        valueHint: "FILE",
        description: "cloud.cfg of the image, in place of the one that comes with this program",
      },
      "user-data": {
        type: "string",
        valueHint: "FILE",
        description: "User-data in place of the drive's, or for a machine without a drive",
      },
      distro: {
        type: "string",
        default: "aix",
        valueHint: "NAME",
        description: "The operating system of the machine",
      },
      format: {
        type: "enum",
        options: ["text", "json"],
        default: "text",
        description: "For a person or for a program",
      },
      diff: { type: "boolean", description: "Show what changes in each file" },
      modules: {
        type: "string",
        valueHint: "DIR",
        description: "External modules of the image, in place of this machine's",
      },
      "run-modules": {
        type: "boolean",
        description: "Run external modules that declare plan=yes, with CLOUD_INIT_PLAN=1",
      },
    },
    examples: [
      {
        command: "cloud-init plan config-drive.iso",
        about: "What a deployment with this drive would do",
      },
      {
        command: "cloud-init plan --user-data user-data.yaml --diff",
        about: "What this user-data would change, file by file",
      },
    ],
    async run(args) {
      const { distroNames } = await import("../../distros/registry.ts");
      if (!distroNames().includes(args.distro)) {
        throw new UsageError(
          `argument --distro: there is no machine for "${args.distro}" (choose from ${distroNames().join(", ")})`,
        );
      }
      const { runPlan } = await import("../plan/run-plan.ts");
      const { config, source } = args;
      const userData = args["user-data"];
      const report = await runPlan(
        ctx,
        {
          files: globals.files,
          ...(source === undefined ? {} : { source }),
          ...(config === undefined ? {} : { config }),
          ...(userData === undefined ? {} : { userData }),
        },
        {
          withDiffs: args.diff === true,
          distro: args.distro,
          force: globals.force,
          debug: globals.debug,
          runModules: args["run-modules"] === true,
          ...(args.modules === undefined ? {} : { modules: modulesDirectory(ctx, args.modules) }),
        },
      );
      ctx.stdout(await render(ctx, report, args.format));
      ctx.exitCode = report.exitCode;
    },
  });
}

function modulesDirectory(ctx: CliContext, name: string): string {
  const path = absolutePath(ctx, name);
  if (!isDirectory(ctx.sys.fs, path)) {
    throw new UsageError(`argument --modules: Cannot read "${path}": it is no directory`);
  }
  return path;
}

async function render(
  ctx: CliContext,
  report: PlanReport,
  format: "text" | "json",
): Promise<string> {
  if (format === "json") {
    return (await import("../plan/render-json.ts")).renderJson(report);
  }
  const { createColoring, wantsColors } = await import("../../text/coloring.ts");
  const { renderText } = await import("../plan/render-text.ts");
  const { output, process } = ctx.sys;
  return renderText(report, createColoring(wantsColors(output.isTerminal("stdout"), process.env)));
}
