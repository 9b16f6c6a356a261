import { posix } from "node:path";
import { distroDefaults } from "../../distros/registry.ts";
import type { DistroDefaults } from "../../distros/distro.ts";
import { exists } from "../../system/files.ts";
import type { FileSystem } from "../../system/system.ts";
import { absolutePath } from "../absolute-path.ts";
import type { CliContext } from "../cli-context.ts";
import { type Command, defineSubcommand } from "../command.ts";
import { checkDistro } from "../install/check-distro.ts";
import { findImageDistro } from "../install/find-image-distro.ts";
import type { InstallItem } from "../install/install-item.ts";
import { refuseRoot } from "../install/refuse-root.ts";

/**
 * `cloud-init install [--root DIR] [--distro NAME] [--from-ibm] [--keep-config]`: puts this program,
 * its boot scripts and a first configuration into place, on this machine or in an image below DIR,
 * and keeps what it replaces for `uninstall`. A second run writes nothing; a file of the user's is
 * never written over.
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
        description: 'Whose layout, "aix" or a Linux; that of the system if not said',
      },
      "from-ibm": {
        type: "boolean",
        description: "Insist on taking over from IBM's package; nothing is done where it is not",
      },
      "keep-config": {
        type: "boolean",
        description: "Write no configuration and no templates, not even where there are none",
      },
    },
    examples: [
      { command: "cloud-init install", about: "Install on this machine, as root" },
      {
        command: "cloud-init install --root /mnt/image --distro aix",
        about: "Install into the file systems of an image",
      },
      {
        command: "cloud-init install --from-ibm --keep-config",
        about: "Take over from IBM's package, and leave its configuration as it is",
      },
    ],
    async run(args) {
      const root = absolutePath(ctx, args.root);
      const program = ctx.sys.process.executablePath;
      const refusal = refuseRoot(ctx, root, "install");
      if (refusal !== undefined || program.endsWith(".ts")) {
        ctx.stderr(
          refusal ?? `Cannot install "${program}": it is source text, run the built program\n`,
        );
        ctx.exitCode = 1;
        return;
      }
      const distro = args.distro ?? findImageDistro(ctx.sys, root);
      checkDistro(args.distro);
      if (root !== "/" && distro === "aix" && isElf(ctx, program)) {
        ctx.stderr(
          `Cannot install "${program}" for AIX: it is a program of Linux. Run the carrier or the package for AIX, see "One file for AIX" in README\n`,
        );
        ctx.exitCode = 1;
        return;
      }
      await install(ctx, {
        root,
        isAix: distro === "aix",
        defaults: await distroDefaults(ctx.sys, distro),
        isFromIbm: args["from-ibm"] === true,
        isConfigKept: args["keep-config"] === true,
      });
    },
  });
}

/** Whether a file begins as Linux's executables do (elf(5)). */
function isElf({ sys }: CliContext, path: string): boolean {
  try {
    const file = sys.fs.open(path);
    try {
      return file.read(0, 4).join() === "127,69,76,70";
    } finally {
      file.close();
    }
  } catch {
    return false;
  }
}

interface Wanted {
  readonly root: string;
  readonly isAix: boolean;
  readonly defaults: DistroDefaults;
  readonly isFromIbm: boolean;
  readonly isConfigKept: boolean;
}

async function install(ctx: CliContext, wanted: Wanted): Promise<void> {
  const { sys } = ctx;
  const { root, defaults } = wanted;
  const [{ applyItems, checkItems }, { recordUndo }, undo, { findOldPackage }] = await Promise.all([
    import("../install/apply-items.ts"),
    import("../install/record-undo.ts"),
    import("../install/undo-record.ts"),
    import("../install/old-package.ts"),
  ]);
  const say = (line: string): void => ctx.stdout(`${line}\n`);
  const modulesDir = defaults.paths.modulesDir ?? "/usr/lib/cloud-init/modules";
  const pythonDirs = findOldPackage(sys.fs, root, modulesDir);
  if (wanted.isFromIbm && (pythonDirs.length === 0 || !wanted.isAix)) {
    const library = posix.join(root, posix.dirname(posix.dirname(modulesDir)));
    ctx.stderr(
      `Cannot take over from IBM's package: there is no "${library}/pythonX.Y/site-packages/cloudinit"; for a machine without it, run install without --from-ibm\n`,
    );
    ctx.exitCode = 1;
    return;
  }
  const undoDir = undo.undoDirectory(modulesDir);
  const items = await findItems(ctx, wanted);
  checkItems(sys.fs, root, [...items, { kind: "directory", path: `${undoDir}/kept` }]);
  const sys0 = wanted.isAix && root === "/" ? await findSys0(ctx) : undefined;
  const intended = { root, undoDir, items, ...(sys0 === undefined ? {} : { sys0 }) };
  const record = recordUndo(sys, intended, say);
  applyItems(sys, root, items, say);
  undo.writeUndoRecord(sys.fs, posix.join(root, undoDir), record);
  const { oldRuntimes } = await import("../install/runtime-items.ts");
  for (const path of oldRuntimes(sys.fs, root, sys.process.runtimeDirectory)) {
    sys.fs.remove(path);
    say(`removed ${path}: the runtime of another version`);
  }
  await sayWhatIsOdd(ctx, wanted, items);
  if (pythonDirs.length > 0) {
    await sayTakeOver(ctx, wanted, modulesDir, pythonDirs);
  }
  if (wanted.isAix && root === "/") {
    const { ensureCleanDevicesOnDeploy } = await import("../../distros/aix/clean-devices.ts");
    say(await ensureCleanDevicesOnDeploy(sys));
  }
}

/** What sys0 has now, where the install is going to change it. */
async function findSys0(
  ctx: CliContext,
): Promise<{ readonly attribute: string; readonly before: string } | undefined> {
  const { findCleanDevicesSetting } = await import("../../distros/aix/clean-devices.ts");
  const { attribute, value } = await findCleanDevicesSetting(ctx.sys);
  return value === undefined || value === "1" ? undefined : { attribute, before: value };
}

async function findItems(ctx: CliContext, wanted: Wanted): Promise<readonly InstallItem[]> {
  const { root, defaults, isAix } = wanted;
  const platform = isAix ? "aix" : "linux";
  const [{ configItems }, { manualItem }, { renderManual }] = await Promise.all([
    import("../install/config-items.ts"),
    import("../install/place-manual.ts"),
    import("../reference/render-manual.ts"),
  ]);
  const config = configItems(defaults.paths, platform).filter(
    (item) => !wanted.isConfigKept || item.kind === "directory",
  );
  const { fs, process } = ctx.sys;
  const common = [
    ...(await runtimeOf(fs, process.runtimeDirectory)),
    ...config,
    manualItem(platform, await renderManual(ctx)),
  ];
  if (isAix) {
    const { aixItems } = await import("../install/aix-items.ts");
    return [...aixItems(), ...common];
  }
  const { linuxItems } = await import("../install/linux-items.ts");
  return [...linuxItems(ctx.sys.fs, root), ...common];
}

async function runtimeOf(
  fs: FileSystem,
  directory: string | undefined,
): Promise<readonly InstallItem[]> {
  const { runtimeItems } = await import("../install/runtime-items.ts");
  return runtimeItems(fs, directory);
}

/** What will keep the program from running at boot. */
async function sayWhatIsOdd(
  ctx: CliContext,
  { root, defaults, isAix }: Wanted,
  items: readonly InstallItem[],
): Promise<void> {
  const config = posix.join(root, defaults.paths.configFile);
  if (!exists(ctx.sys.fs, config)) {
    ctx.stderr(
      `There is no "${config}": the boot scripts do not start without it; run install without --keep-config, or write it\n`,
    );
  }
  const { findLinuxInit } = await import("../install/linux-items.ts");
  if (!isAix && findLinuxInit(ctx.sys.fs, root) === "none") {
    ctx.stderr(
      `Nothing runs at boot: there is neither systemd nor an /etc/init.d of sysvinit in "${root}"; have "${items[0]?.path ?? ""}" run as "init --local", "init", "modules --mode config" and "modules --mode final", in this order\n`,
    );
  }
}

async function sayTakeOver(
  ctx: CliContext,
  wanted: Wanted,
  modulesDir: string,
  pythonDirs: readonly string[],
): Promise<void> {
  const { listLosses } = await import("../install/old-package.ts");
  const say = (line: string): void => ctx.stdout(`${line}\n`);
  const { root, defaults } = wanted;
  for (const directory of pythonDirs) {
    say(`left alone ${posix.join(root, directory)}`);
  }
  const losses = await listLosses(ctx.sys, {
    root,
    paths: defaults.paths,
    modulesDir,
    pythonDirs,
    defaults: defaults.config,
  });
  say(
    losses.length === 0
      ? "taken over: everything that the old package ran, this program runs"
      : `taken over; ${losses.length === 1 ? "one thing does" : `${losses.length} things do`} not run any more:`,
  );
  losses.forEach((line) => say(`  ${line}`));
  if (wanted.isAix && root === "/") {
    const { describeOldRpm, findOldRpm } = await import("../install/find-rpm.ts");
    const rpm = await findOldRpm(ctx.sys);
    if (rpm !== undefined) {
      say(`note: ${describeOldRpm(rpm)}`);
    }
  }
}
