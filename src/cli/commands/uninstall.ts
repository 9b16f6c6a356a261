import { posix } from "node:path";
import { distroDefaults } from "../../distros/registry.ts";
import type { PathRoots } from "../../instance/paths.ts";
import { isDirectory } from "../../system/files.ts";
import { absolutePath } from "../absolute-path.ts";
import type { CliContext } from "../cli-context.ts";
import { type Command, defineSubcommand } from "../command.ts";
import { checkDistro } from "../install/check-distro.ts";
import { findImageDistro } from "../install/find-image-distro.ts";
import { refuseRoot } from "../install/refuse-root.ts";

/**
 * `cloud-init uninstall [--root DIR] [--dry-run] [--force]`: takes away what `install` put, and puts
 * back what it replaced. Configuration that was changed and the state of deployments stay. Exit code
 * 1, and nothing done, where a file of ours was changed since; with --force a copy of it is kept.
 */
export function createUninstallCommand(ctx: CliContext): Command {
  return defineSubcommand({
    name: "uninstall",
    description: "Take away what install put, and put back what it replaced",
    args: {
      root: {
        type: "string",
        default: "/",
        valueHint: "DIR",
        description: "In the system below DIR",
      },
      distro: {
        type: "string",
        valueHint: "NAME",
        description: 'Whose layout, "aix" or a Linux; that of the system if not said',
      },
      "dry-run": { type: "boolean", description: "Only say what would be done" },
      force: {
        type: "boolean",
        description:
          "Also what was changed since, of which a copy is kept; configuration of yours stays even so",
      },
    },
    examples: [
      {
        command: "cloud-init uninstall --dry-run",
        about: "Show what would go and what would stay",
      },
      { command: "cloud-init uninstall", about: "Go back to what was there before the install" },
    ],
    async run(args) {
      const root = absolutePath(ctx, args.root);
      const isDry = args["dry-run"] === true;
      const refusal = refuseRoot(ctx, root, "uninstall");
      if (refusal !== undefined) {
        ctx.stderr(refusal);
        ctx.exitCode = 1;
        return;
      }
      const distro = args.distro ?? findImageDistro(ctx.sys, root);
      checkDistro(args.distro);
      const { paths } = await distroDefaults(ctx.sys, distro);
      await uninstall(ctx, { root, paths, isDry, isForced: args.force === true });
    },
  });
}

interface Wanted {
  readonly root: string;
  readonly paths: PathRoots;
  readonly isDry: boolean;
  readonly isForced: boolean;
}

async function uninstall(ctx: CliContext, wanted: Wanted): Promise<void> {
  const { sys } = ctx;
  const { root, paths } = wanted;
  const [{ applyUninstall, describeStep, planUninstall }, undo, { checkInside }] =
    await Promise.all([
      import("../install/uninstall-items.ts"),
      import("../install/undo-record.ts"),
      import("../install/check-inside.ts"),
    ]);
  const undoDir = undo.undoDirectory(paths.modulesDir ?? "/usr/lib/cloud-init/modules");
  const directory = posix.join(root, undoDir);
  checkInside(sys.fs, root, undo.recordPath(undoDir));
  const record = undo.readUndoRecord(sys.fs, directory);
  if (record === undefined) {
    ctx.stderr(
      `Cannot uninstall: there is no "${undo.recordPath(directory)}", so that nothing is known of an install\n`,
    );
    ctx.exitCode = 1;
    return;
  }
  const installed = { root, undoDir, record };
  const plan = planUninstall(sys, installed);
  if (plan.objections.length > 0 && !wanted.isForced) {
    ctx.stderr(plan.objections.map((line) => `${line}\n`).join(""));
    ctx.stderr("Nothing was uninstalled: look at these files, then say --force\n");
    ctx.exitCode = 1;
    return;
  }
  const say = (line: string): void => ctx.stdout(`${wanted.isDry ? "would have " : ""}${line}\n`);
  if (wanted.isDry) {
    plan.steps.forEach((step) => say(describeStep(root, step)));
    return;
  }
  // First: it is written down in the record.
  if (record.sys0 !== undefined && root === "/") {
    const { restoreCleanDevicesSetting } = await import("../../distros/aix/clean-devices.ts");
    say(await restoreCleanDevicesSetting(sys, record.sys0.attribute, record.sys0.before));
  }
  applyUninstall(sys, installed, plan, say);
  const state = posix.join(root, paths.cloudDir);
  if (isDirectory(sys.fs, state)) {
    say(`the state of the deployments stays in ${state}`);
  }
}
