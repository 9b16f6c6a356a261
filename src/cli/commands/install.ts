import { distroDefaults, distroNames, findDistroName } from "../../distros/registry.ts";
import { isDirectory } from "../../system/files.ts";
import { absolutePath } from "../absolute-path.ts";
import type { CliContext } from "../cli-context.ts";
import { type Command, defineSubcommand } from "../command.ts";
import type { InstallItem } from "../install/install-item.ts";
import { UsageError } from "../usage-error.ts";

/**
 * `cloud-init install [--root DIR] [--distro NAME]`: puts this program, its boot scripts and a
 * first configuration into place, on this machine or in an image below DIR. A second run writes
 * nothing; a file of the user's is never written over.
 */
export function createInstallCommand(ctx: CliContext): Command {
  return defineSubcommand({
    name: "install",
    description: "Install this program: boot scripts, links, default configuration",
    args: {
      root: {
        type: "string",
        default: "/",
        valueHint: "DIR",
        description: "Install into the system below DIR",
      },
      distro: {
        type: "string",
        valueHint: "NAME",
        description: 'Whose layout, "aix" or a Linux; this machine\'s if not said',
      },
    },
    async run(args) {
      const root = absolutePath(ctx, args.root);
      if (!isDirectory(ctx.sys.fs, root)) {
        throw new UsageError(`argument --root: "${root}" is not a directory`);
      }
      if (root === "/" && ctx.sys.process.uid !== 0) {
        ctx.stderr("Cannot install on this machine: must be root (or say --root DIR)\n");
        ctx.exitCode = 1;
        return;
      }
      const program = ctx.sys.process.executablePath;
      if (program.endsWith(".ts")) {
        ctx.stderr(`Cannot install "${program}": it is source text, run the built program\n`);
        ctx.exitCode = 1;
        return;
      }
      const distro = args.distro ?? findDistroName(ctx.sys);
      if (args.distro !== undefined && !distroNames().includes(distro)) {
        throw new UsageError(
          `Cannot install for distro "${distro}": expected one of ${distroNames().join(", ")}`,
        );
      }
      await install(ctx, root, distro);
    },
  });
}

async function install(ctx: CliContext, root: string, distro: string): Promise<void> {
  const { applyItems } = await import("../install/apply-items.ts");
  const say = (line: string): void => ctx.stdout(`${line}\n`);
  applyItems(ctx.sys, root, await findItems(ctx, root, distro), say);
  if (distro === "aix" && root === "/") {
    const { ensureCleanDevicesOnDeploy } = await import("../../distros/aix/clean-devices.ts");
    say(await ensureCleanDevicesOnDeploy(ctx.sys));
  }
}

async function findItems(
  ctx: CliContext,
  root: string,
  distro: string,
): Promise<readonly InstallItem[]> {
  const platform = distro === "aix" ? "aix" : "linux";
  const [{ configItems }, { paths }] = await Promise.all([
    import("../install/config-items.ts"),
    distroDefaults(ctx.sys, distro),
  ]);
  const config = configItems(paths, platform);
  if (platform === "aix") {
    const { aixItems } = await import("../install/aix-items.ts");
    return [...aixItems(), ...config];
  }
  const { linuxItems } = await import("../install/linux-items.ts");
  return [...linuxItems(ctx.sys.fs, root), ...config];
}
