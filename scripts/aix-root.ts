// An AIX-like root directory for tests of the built program: ksh, the simulated AIX commands at
// their real paths, AIX's files. Entered by chroot in namespaces of its own; nothing of it is shipped.
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { bootMachine } from "../src/simulator/aix/boot-machine.ts";
import { commandPaths } from "../src/simulator/aix/commands.ts";
import { readDiskContent } from "../src/simulator/aix/disk-content.ts";
import type { AixMachine } from "../src/simulator/aix/machine.ts";
import {
  type AixSeed,
  attachLateDevices,
  createDrives,
  createMachine,
} from "../src/simulator/aix/seed.ts";
import { placeFile, seedFiles } from "../src/simulator/aix/seed-files.ts";
import { createStorage } from "../src/simulator/aix/seed-storage.ts";
import { createHostFileSystem } from "../src/system/host-file-system.ts";
import { buildBaseSystem, findObstacle, makeNode } from "./aix-root/base-system.ts";
import { buildAixCommand } from "./aix-root/build-aix-command.ts";
import { syncDriveNodes } from "./aix-root/drive-nodes.ts";
import { readMachine, unlock, withMachine, writeMachine } from "./aix-root/machine-file.ts";
import { type AixCall, CALLS_FILE, MEDIA_DIRECTORY, SIM_DIRECTORY } from "./aix-root/root-paths.ts";
import { createRootedFileSystem } from "./aix-root/rooted-file-system.ts";

/** What a root is made of. */
export interface AixRootOptions {
  /** A directory that is empty or not there yet. */
  readonly root: string;
  /** The built program, copied to /opt/freeware/bin/cloud-init. Absent: none. */
  readonly agentBinary?: string;
  /** A program of this machine whose shared libraries are to be there too: the one in a carrier. */
  readonly librariesFor?: string;
  /** As for the machine in memory; `now` and `uptimeSeconds` do not apply, the clock is the real one. */
  readonly seed?: AixSeed;
}

/** How a program is run in a root. */
export interface EnterOptions {
  readonly stdin?: string;
  /** Added to the few variables that init gives. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default 120,000; then everything in the root is killed. */
  readonly timeoutMs?: number;
  /** Called once it runs; the function given kills it and all its children at once (SIGKILL). */
  readonly onStart?: (kill: () => void) => void;
}

/** How it ended. */
export interface EnterResult {
  /** 128 + n where signal n ended it. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What may be different at the next boot. */
export interface RebootOptions {
  /** The optical drives are taken away, as PowerVC does an hour after a deploy. */
  readonly detachDrive?: boolean;
  /** False: up to rc2.d only, its scripts are not run. */
  readonly runsRc?: boolean;
  readonly enter?: EnterOptions;
}

const TIMEOUT_MS = 120_000;
const UNSHARE: readonly string[] = ["-m", "-p", "-n", "-u", "-i", "--fork", "--kill-child"];
const CHROOT = "/usr/sbin/chroot";
const PATH_OF_INIT = "/usr/bin:/etc:/usr/sbin:/usr/ucb:/sbin";
/** A block device without a driver: opening it fails with ENXIO. */
const DEAD_DEVICE = ["b", "240", "99"] as const;

/** Why a root cannot be used on this machine, or undefined where it can. */
export function canUseAixRoot(): string | undefined {
  return findObstacle();
}

/** Builds a root and boots its machine up to where rc2.d begins. */
export function buildAixRoot(options: AixRootOptions): void {
  const { root, agentBinary, seed = {} } = options;
  buildBaseSystem(root, options.librariesFor);
  const files = createRootedFileSystem(createHostFileSystem(), root);
  for (const file of seedFiles(seed)) {
    if (!("target" in file) || !fs.existsSync(root + file.path)) {
      placeFile(files, file);
    }
  }
  files.write("/etc/rc.d/rc", RC, { mode: 0o754 });
  files.write("/etc/rc.d/init.d/sshd", SSHD_SCRIPT, { mode: 0o755 });
  files.symlink("/etc/rc.d/init.d/sshd", "/etc/rc.d/rc2.d/Ssshd");
  files.write("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n");
  placeCommands(root);
  if (agentBinary !== undefined) {
    const target = path.join(root, "opt/freeware/bin/cloud-init");
    fs.copyFileSync(agentBinary, target);
    fs.chmodSync(target, 0o755);
    fs.symlinkSync("cloud-init", `${target}-per`);
  }
  fs.mkdirSync(root + MEDIA_DIRECTORY, { recursive: true });
  placeDiscs(root, seed);
  placeDisks(root, seed);
  const machine = createMachine(seed);
  bootMachine(machine, files, Date.now());
  attachLateDevices(machine, seed);
  writeMachine(root, machine);
  syncDriveNodes(root, machine);
}

/** Runs a program in the root: own mounts, processes, network and host name, and next to no environment. */
export function enterAixRoot(
  root: string,
  argv: readonly string[],
  options: EnterOptions = {},
): Promise<EnterResult> {
  const [program = "", ...args] = enterCommand(root, argv, options.env);
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
  const kill = (): void => {
    child.kill("SIGKILL");
  };
  const timer = setTimeout(kill, options.timeoutMs ?? TIMEOUT_MS);
  const texts = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8");
    child[stream].on("data", (text: string) => {
      texts[stream] += text;
    });
  }
  child.stdin.on("error", () => {
    // A program that does not read its input is none of our business.
  });
  child.stdin.end(options.stdin ?? "");
  options.onStart?.(kill);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ exitCode: code ?? (signal === "SIGKILL" ? 137 : 143), ...texts });
    });
  });
}

/** The command line by which `enterAixRoot` runs a program, for who wants to measure it. */
export function enterCommand(
  root: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): string[] {
  const all = { PATH: PATH_OF_INIT, LANG: "C", ...env };
  const variables = Object.entries(all).map(([name, value]) => `${name}=${value}`);
  const enter = ["unshare", ...UNSHARE, "sh", "-c", ENTER, "sh", root, "env", "-i"];
  return enter.concat(variables, CHROOT, root, argv);
}

/**
 * Boots the root's machine: no process is left, the kernel's state comes from the ODM, discs are
 * unmounted. Then runs `/etc/rc.d/rc 2`, whose result is returned. Call it when nothing runs there.
 */
export async function rebootAixRoot(
  root: string,
  options: RebootOptions = {},
): Promise<EnterResult> {
  unlock(root);
  const files = createRootedFileSystem(createHostFileSystem(), root);
  withMachine(root, (machine) => {
    if (options.detachDrive === true) {
      detachDrives(machine);
    }
    bootMachine(machine, files, Date.now());
    syncDriveNodes(root, machine);
  });
  return options.runsRc === false
    ? { exitCode: 0, stdout: "", stderr: "" }
    : enterAixRoot(root, ["/etc/rc.d/rc", "2"], options.enter);
}

/** The machine in a root as it is now. */
export function readAixMachine(root: string): AixMachine {
  return readMachine(root);
}

/** Changes the machine in a root, e.g. its faults. */
export function changeAixMachine(root: string, change: (machine: AixMachine) => void): void {
  withMachine(root, (machine) => {
    change(machine);
    syncDriveNodes(root, machine);
  });
}

/** Every simulated command that ran in the root, in order. */
export function readAixCalls(root: string): readonly AixCall[] {
  if (!fs.existsSync(root + CALLS_FILE)) {
    return [];
  }
  const lines = fs.readFileSync(root + CALLS_FILE, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as AixCall);
}

/** Forgets the calls so far. */
export function clearAixCalls(root: string): void {
  fs.rmSync(root + CALLS_FILE, { force: true });
}

function detachDrives(machine: AixMachine): void {
  machine.devices = machine.devices.filter((device) => device.class !== "cdrom");
  machine.undiscovered = machine.undiscovered.filter((device) => device.class !== "cdrom");
}

function placeCommands(root: string): void {
  const program = path.join(root, "usr/lib/.aix-command");
  const built = buildAixCommand();
  try {
    fs.linkSync(built, program);
  } catch {
    // The root is on another file system than the project.
    fs.copyFileSync(built, program);
  }
  for (const place of commandPaths()) {
    const target = root + place;
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.rmSync(target, { force: true });
    fs.linkSync(program, target);
  }
}

/** A drive without a disc, or with one that cannot be read raw, is a device that nothing opens. */
function placeDiscs(root: string, seed: AixSeed): void {
  fs.mkdirSync(root + SIM_DIRECTORY, { recursive: true });
  for (const { name } of createDrives(seed)) {
    const image = `${root}${MEDIA_DIRECTORY}/${name}`;
    const content = seed.files?.[`/dev/${name}`];
    if (content !== undefined) {
      fs.writeFileSync(image, content);
    }
    if (content === undefined || seed.faults?.discsUnreadableRaw === true) {
      const [type, major, minor] = DEAD_DEVICE;
      makeNode(`${image}.node`, "444", type, major, minor);
    } else {
      fs.linkSync(image, `${image}.node`);
    }
  }
}

/** The first megabyte of each disk as it is before the first boot: where owners of a disk have their marks. */
function placeDisks(root: string, seed: AixSeed): void {
  const storage = createStorage(seed.storage);
  for (const disk of storage.disks) {
    const content = readDiskContent(storage, disk, 0, DISK_SHOWN_BYTES);
    fs.writeFileSync(`${root}/dev/r${disk.name}`, content, { mode: 0o600 });
  }
}

const DISK_SHOWN_BYTES = 2 ** 20;

const ENTER = `set -e
R=$1; shift
mount --make-rprivate /
mount --bind "$R" "$R"
mount -o remount,bind,dev,exec "$R"
mount -t proc proc "$R/proc"
hostname aixsim
cd "$R"
exec "$@"`;

/** As the notes on AIX commands describe it (4.3): K scripts with stop, then S scripts with start. */
const RC = `#!/usr/bin/ksh
level=\${1:-2}
dir=/etc/rc.d/rc$level.d
[[ -d $dir ]] || exit 0
for script in $(ls $dir | grep '^K' | sort); do
\t[[ -x $dir/$script ]] && $dir/$script stop
done
for script in $(ls $dir | grep '^S' | sort); do
\t[[ -x $dir/$script ]] && $dir/$script start
done
exit 0
`;

const SSHD_SCRIPT = `#!/usr/bin/ksh
case "$1" in
start) startsrc -g ssh ;;
stop) stopsrc -g ssh ;;
*) echo "Usage: $0 {start|stop}"; exit 1 ;;
esac
`;
