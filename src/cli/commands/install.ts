import { posix } from "node:path";
import { distroDefaults } from "../../distros/registry.ts";
import type { DistroDefaults } from "../../distros/distro.ts";
import { exists } from "../../system/files.ts";
import { errorMessage } from "../../text/error-message.ts";
import { absolutePath } from "../absolute-path.ts";
import type { CliContext } from "../cli-context.ts";
import { type Command, defineSubcommand } from "../command.ts";
import { checkDistro } from "../install/check-distro.ts";
import { findImageDistro } from "../install/find-image-distro.ts";
import type { InstallItem } from "../install/install-item.ts";
import { readStubHead } from "../install/read-stub.ts";
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
      if (root !== "/" && distro === "aix" && isForLinux(ctx, program)) {
        ctx.stderr(
          `Cannot install "${program}" for AIX: it is a program of Linux. Run the carrier or the package for AIX, see "One file for AIX" in README\n`,
        );
        ctx.exitCode = 1;
        return;
      }
      await install(ctx, {
        root,
        distro,
        isAix: distro === "aix",
        defaults: await distroDefaults(ctx.sys, distro),
        isFromIbm: args["from-ibm"] === true,
        isConfigKept: args["keep-config"] === true,
      });
    },
  });
}

/** Whether a program begins as Linux's executables do (elf(5)), or is a carrier with one. */
function isForLinux({ sys }: CliContext, path: string): boolean {
  try {
    const file = sys.fs.open(path);
    try {
      if (file.read(0, 4).join() === "127,69,76,70") {
        return true;
      }
    } finally {
      file.close();
    }
    return readStubHead(sys.fs, path)?.system.startsWith("Linux") === true;
  } catch {
    return false;
  }
}

interface Wanted {
  readonly root: string;
  /** Of the image. */
  readonly distro: string;
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
  await sayStartCaches(ctx, wanted.distro);
  const { listItems, programPath } = await import("../install/list-items.ts");
  const items = await listItems(ctx, wanted);
  checkItems(sys.fs, root, [...items, { kind: "directory", path: `${undoDir}/kept` }]);
  const sys0 = wanted.isAix && root === "/" ? await findSys0(ctx) : undefined;
  const intended = { root, undoDir, items, ...(sys0 === undefined ? {} : { sys0 }) };
  const record = recordUndo(sys, intended, say);
  applyItems(sys, root, items, say);
  undo.writeUndoRecord(sys.fs, posix.join(root, undoDir), record);
  await removeOldRuntimes(ctx, root, programPath(items));
  await sayWhatIsOdd(ctx, wanted, items);
  if (pythonDirs.length > 0) {
    const { sayTakeOver } = await import("../install/say-take-over.ts");
    await sayTakeOver(ctx, { ...wanted, modulesDir, pythonDirs });
  }
  if (wanted.isAix && root === "/") {
    const { ensureCleanDevicesOnDeploy } = await import("../../distros/aix/clean-devices.ts");
    say(await ensureCleanDevicesOnDeploy(sys));
    const engine = await import("../../distros/aix/activation-engine.ts");
    const found = await engine.findActivationEngine(sys);
    if (found !== undefined) {
      say(
        `note: IBM's activation engine is installed (there is ${found.found}) and may configure this machine too; to uninstall it before a capture: ${engine.removalCommand(found)}`,
      );
    }
  }
}

/** Makes what lets the carried program start sooner; without it everything works as well. */
async function sayStartCaches({ sys, stderr }: CliContext, distro: string): Promise<void> {
  const { ensureStartCaches } = await import("../install/start-cache.ts");
  const problem = await ensureStartCaches(sys, distro);
  if (problem !== undefined) {
    stderr(`${problem}; each start will take longer\n`);
  }
}

/** `program`: where it was installed, on the installed system. */
async function removeOldRuntimes(
  { sys, stdout, stderr }: CliContext,
  root: string,
  program: string,
): Promise<void> {
  const runtime = sys.process.carriedRuntime;
  if (runtime === undefined) {
    return;
  }
  const { findOldRuntimes } = await import("../install/old-runtimes.ts");
  const nowMs = sys.clock.now().getTime();
  const running = runtime.directory;
  const search = { root, running, program, nowMs, uid: sys.process.uid };
  for (const path of findOldRuntimes(sys.fs, search)) {
    try {
      sys.fs.remove(path);
      stdout(`removed ${path}: nothing starts this runtime any more\n`);
    } catch (error) {
      stderr(
        `note: the runtime "${path}", which nothing starts any more, cannot be removed: ${errorMessage(error)}\n`,
      );
    }
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
