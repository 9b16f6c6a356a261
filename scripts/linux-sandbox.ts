// This Linux machine once more, for tests and measurements of programs that reconfigure the machine
// they run on: the same files below an overlay that is forgotten, everything else of its own.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

/** What a sandbox is made of. */
export interface LinuxSandboxOptions {
  /** Paths of the machine that are not there in the sandbox. */
  readonly without?: readonly string[];
  /** Path in the sandbox → file of the machine that stands there, read-only. */
  readonly programs?: Readonly<Record<string, string>>;
  /** Images that /dev/loop… devices show in the sandbox until `detachDiscs`. */
  readonly discs?: readonly string[];
}

/** How a program is run in a sandbox. */
export interface SandboxRunOptions {
  /** The kernel's, before anything runs. Default: what /etc/hostname says, as systemd sets it. */
  readonly hostname?: string;
  /** Default 120,000; then everything that was started is killed. */
  readonly timeoutMs?: number;
}

/** How it ended. */
export interface SandboxResult {
  /** 128 + n where signal n ended it. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A copy of the machine whose files live on from one run to the next. */
export interface LinuxSandbox {
  /** Where its files can be reached from outside. Absolute links in it are not followed inside. */
  readonly root: string;
  /** Runs a program as the only one of a machine that has just booted: no other process, an empty /run, a network without addresses. */
  boot(argv: readonly string[], options?: SandboxRunOptions): SandboxResult;
  /** The command line of `boot`, for who wants to measure it. */
  bootCommand(argv: readonly string[], hostname?: string): string[];
  /** Writes a file before a boot. */
  write(file: string, content: string | Uint8Array, mode?: number): void;
  /** Takes the discs out of their drives. */
  detachDiscs(): void;
  /** Forgets everything. */
  close(): void;
}

/** The MAC address of the sandbox's one network device, "eth0". */
export const SANDBOX_MAC = "fa:16:3e:00:00:01";

const TIMEOUT_MS = 120_000;
const SIZE = "2g";
const UNSHARE: readonly string[] = ["-m", "-p", "-n", "-u", "-i", "--fork", "--kill-child"];
const PROGRAMS = ["unshare", "nsenter", "setpriv", "ip", "losetup", "mount"];
/** Away with what reaches through to the machine: its clock, kernel, devices. */
const DROPPED = "-sys_time,-sys_boot,-sys_module,-sys_rawio,-mknod";
const VARIABLES = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LANG=C.UTF-8"];

/** Why there can be no sandbox on this machine, or undefined where there can. */
export function findSandboxObstacle(): string | undefined {
  if (process.platform !== "linux" || process.getuid?.() !== 0) {
    return "a Linux sandbox needs Linux and root";
  }
  const missing = PROGRAMS.find((name) => Bun.which(name) === null);
  if (missing !== undefined) {
    return `a Linux sandbox needs "${missing}" (Debian packages util-linux, mount, iproute2)`;
  }
  const trial = spawnSync("unshare", [...UNSHARE, "sh", "-c", TRIAL], { encoding: "utf8" });
  return trial.status === 0
    ? undefined
    : `this machine does not allow namespaces with an overlay of their own: ${trial.stderr.trim()}`;
}

/** Makes a sandbox; `close` it. It ends by itself when this process does. */
export async function createLinuxSandbox(options: LinuxSandboxOptions = {}): Promise<LinuxSandbox> {
  const loops = (options.discs ?? []).map(attachLoop);
  const mountPoint = fs.mkdtempSync("/tmp/linux-sandbox-");
  const holder = spawn("unshare", ["-m", "sh", "-c", HOLD, "sh", mountPoint], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  try {
    await waitUntilReady(holder);
  } catch (error) {
    loops.forEach(detachLoop);
    fs.rmSync(mountPoint, { recursive: true, force: true });
    throw error;
  }
  const inner = `${mountPoint}/root`;
  const root = `/proc/${holder.pid}/root${inner}`;
  const sandbox = createHandle(holder, mountPoint, loops);
  for (const file of options.without ?? []) {
    fs.rmSync(root + file, { recursive: true, force: true });
  }
  for (const [target, program] of Object.entries(options.programs ?? {})) {
    sandbox.write(target, "", 0o755);
    inNamespace(holder, ["mount", "--bind", path.resolve(program), inner + target]);
  }
  return sandbox;
}

function createHandle(
  holder: ChildProcess,
  mountPoint: string,
  discs: readonly string[],
): LinuxSandbox {
  const root = `/proc/${holder.pid}/root${mountPoint}/root`;
  let loops = discs;
  const detachDiscs = (): void => {
    loops.forEach(detachLoop);
    loops = [];
  };
  const bootCommand = (argv: readonly string[], hostname = ""): string[] => {
    const enter = ["nsenter", "-t", String(holder.pid), "-m", "unshare", ...UNSHARE];
    return enter.concat(
      ["sh", "-c", BOOT, "sh", `${mountPoint}/root`, hostname, loops.join(" ")],
      argv,
    );
  };
  return {
    root,
    bootCommand,
    detachDiscs,
    boot(argv, options = {}) {
      const [program = "", ...args] = bootCommand(argv, options.hostname);
      const { status, signal, stdout, stderr } = spawnSync(program, args, {
        encoding: "utf8",
        timeout: options.timeoutMs ?? TIMEOUT_MS,
        killSignal: "SIGKILL",
        maxBuffer: Number.POSITIVE_INFINITY,
      });
      return { exitCode: status ?? (signal === "SIGKILL" ? 137 : 143), stdout, stderr };
    },
    write(file, content, mode = 0o644) {
      fs.mkdirSync(path.dirname(root + file), { recursive: true });
      fs.writeFileSync(root + file, content);
      fs.chmodSync(root + file, mode);
    },
    close() {
      detachDiscs();
      holder.kill("SIGKILL");
      fs.rmdirSync(mountPoint);
    },
  };
}

/** The mounts live as long as this child, which lives as long as we hold its standard input. */
function waitUntilReady(holder: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let complaint = "";
    holder.stderr?.on("data", (chunk: Buffer) => {
      complaint += chunk.toString();
    });
    holder.stdout?.once("data", () => resolve());
    holder.once("exit", () => {
      reject(new Error(`Cannot make a sandbox: ${complaint.trim()}`));
    });
    holder.unref();
  });
}

function inNamespace(holder: ChildProcess, argv: readonly string[]): void {
  run("nsenter", ["-t", String(holder.pid), "-m", ...argv]);
}

function attachLoop(image: string): string {
  return run("losetup", ["--find", "--show", "--read-only", path.resolve(image)]).trim();
}

function detachLoop(device: string): void {
  run("losetup", ["--detach", device]);
}

function run(program: string, args: readonly string[]): string {
  const result = spawnSync(program, args, { encoding: "utf8" });
  if (result.status !== 0) {
    throw new Error(`Cannot run "${program} ${args.join(" ")}": ${result.stderr.trim()}`);
  }
  return result.stdout;
}

const OVERLAY = `mount --make-rprivate /
mount -t tmpfs -o size=${SIZE} tmpfs "$D"
mkdir "$D/upper" "$D/work" "$D/root"
mount -t overlay -o "lowerdir=/,upperdir=$D/upper,workdir=$D/work" overlay "$D/root"`;

const TRIAL = `set -e
D=/mnt
${OVERLAY}
ip link add eth0 type veth peer name peer0`;

const HOLD = `set -e
D=$1
${OVERLAY}
echo ready
exec cat`;

/** The file systems of a machine that has just booted, and one network device. */
const BOOT = `set -e
R=$1; name=$2; loops=$3; shift 3
mount --make-rprivate /
mount -t proc proc "$R/proc"
mount --bind "$R/proc/sys" "$R/proc/sys"
mount -o remount,bind,ro "$R/proc/sys"
mount -t sysfs -o ro sysfs "$R/sys"
mount -t tmpfs tmpfs "$R/dev"
mknod -m 666 "$R/dev/null" c 1 3
mknod -m 666 "$R/dev/zero" c 1 5
mknod -m 666 "$R/dev/full" c 1 7
mknod -m 666 "$R/dev/random" c 1 8
mknod -m 666 "$R/dev/urandom" c 1 9
mknod -m 666 "$R/dev/tty" c 5 0
for loop in $loops; do cp -a "$loop" "$R$loop"; done
ln -s /proc/self/fd "$R/dev/fd"
for n in "0 stdin" "1 stdout" "2 stderr"; do ln -s "/proc/self/fd/\${n% *}" "$R/dev/\${n#* }"; done
: > "$R/dev/console"
mkdir "$R/dev/shm" "$R/dev/pts"
mount -t tmpfs tmpfs "$R/dev/shm"
mount -t tmpfs tmpfs "$R/run"
mkdir "$R/run/lock"
hostname "\${name:-$(cat "$R/etc/hostname" 2>/dev/null || echo localhost)}"
ip link set lo up
ip link add eth0 address ${SANDBOX_MAC} type veth peer name peer0
ip link set peer0 up
cd "$R"
exec chroot "$R" setpriv --bounding-set=${DROPPED} --inh-caps=${DROPPED} env -i ${VARIABLES.join(" ")} "$@"`;
