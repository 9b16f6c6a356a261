import { Buffer } from "node:buffer";
import { finishCommand } from "../../system/finish-command.ts";
import { HttpError } from "../../system/http-error.ts";
import { createMemoryFileSystem } from "../../system/memory-file-system.ts";
import { createMemoryNodeStore } from "../../system/memory-node-store.ts";
import type { NodeStore } from "../../system/node-store.ts";
import type {
  Exec,
  ExecOptions,
  ExecResult,
  FileSystem,
  HttpRequest,
  HttpResponse,
  Serial,
  System,
} from "../../system/system.ts";
import { createSimulatedOutput, type OutputTexts } from "../aix/simulated-output.ts";
import { accountCommands } from "./account-commands.ts";
import { followLinks } from "./block-devices.ts";
import { bootStorage } from "./boot-storage.ts";
import type { LinuxCommand, LinuxCommandContext, LinuxOutcome, PlacedFile } from "./command.ts";
import { LINUX_DIRECTORIES, LINUX_PROGRAMS, type LinuxAdapter, linuxFiles } from "./linux-files.ts";
import { localeCommands, localeFiles } from "./locale-commands.ts";
import { softwareCommands, softwareFiles } from "./software-commands.ts";
import type { BlockContent, LinuxStorage, SeedLinuxStorage } from "./storage.ts";
import { storageCommands } from "./storage-commands.ts";
import { addStorageFiles, refreshDevices } from "./storage-files.ts";
import { createLinuxStorage, seedFstab } from "./storage-seed.ts";
import { systemCommands } from "./system-commands.ts";

/** What a simulated Linux is made of. */
export interface SimulatedLinuxOptions {
  /** `ID` of its os-release(5). Default "debian". */
  readonly distro?: string;
  /** Absolute path → content, over the files that it has. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** In /dev/sr0. */
  readonly disc?: Uint8Array;
  /** Default: eth0. */
  readonly adapters?: readonly LinuxAdapter[];
  /** Default 2026-01-02T03:04:05Z. */
  readonly now?: Date;
  /** Disks and mounts. Default: sda of 20 GiB, root on its first partition of 4 GiB. */
  readonly storage?: SeedLinuxStorage;
  /** Absent: every request ends in an HttpError. */
  readonly http?: (request: HttpRequest) => HttpResponse;
  /** Absent: there are no serial ports. */
  readonly serial?: Serial;
  /** How code of the user's ends. Absent: with exit code 0. */
  readonly userCode?: (argv: readonly string[], options: ExecOptions) => Partial<ExecResult>;
}

/** A Linux in memory, with systemd, its networkd and shadow's tools. */
export interface SimulatedLinux {
  readonly system: System;
  /** Commands that nobody simulates, and queries that would have changed something. */
  readonly gaps: string[];
  readonly output: Readonly<OutputTexts>;
  /** Disks, mounts, swap and their faults, as they are now. */
  readonly storage: LinuxStorage;
  /** Device nodes as `storage` is now: after a test changed it, as when a disk was grown or attached. */
  refreshStorage(): void;
  /** Starts it anew: /run is empty, and mounted is what /etc/fstab says. Returns why systemd would stop in emergency mode, if it would. */
  reboot(): string | undefined;
}

const COMMAND_MS = 20;
const UPTIME_SECONDS = 12;

/** Every simulated command's path. */
export function linuxCommandPaths(): readonly string[] {
  return [...commands(), ...softwareCommands()].map(({ path }) => path);
}

/** Makes a machine that has just booted. Importing and calling touch nothing outside memory. */
export function bootSimulatedLinux(options: SimulatedLinuxOptions = {}): SimulatedLinux {
  const startMs = (options.now ?? new Date("2026-01-02T03:04:05Z")).getTime();
  const time = { elapsedMs: 0 };
  const store = createMemoryNodeStore();
  const storage = createLinuxStorage(options.storage);
  addDisc(storage, options.disc);
  const fs = createFiles(options, { store, storage, nowMs: () => startMs + time.elapsedMs });
  const refreshStorage = (isSettled: boolean): void => {
    refreshDevices(fs, store, storage, isSettled);
  };
  const texts: OutputTexts = { stdout: "", stderr: "", console: "" };
  const output = createSimulatedOutput(fs, texts);
  const gaps: string[] = [];
  const system: System = {
    fs,
    exec: createExec({
      options,
      fs,
      store,
      storage,
      refreshStorage,
      gaps,
      time,
      write: (text) => output.write("stdout", text),
    }),
    http: {
      async request(request) {
        if (options.http === undefined) {
          throw new HttpError(request.method, request.url, "no network on this simulated machine");
        }
        return options.http(request);
      },
    },
    clock: {
      now: () => new Date(startMs + time.elapsedMs),
      monotonicMs: () => time.elapsedMs,
      uptimeSeconds: () => UPTIME_SECONDS + time.elapsedMs / 1_000,
      async sleep(ms) {
        time.elapsedMs += Math.max(0, ms);
      },
    },
    random: { bytes: countingBytes() },
    process: {
      platform: "linux",
      arch: "x64",
      runtime: "simulated 1",
      uid: 0,
      pid: 4_242,
      ppid: 1,
      env: {},
      executablePath: "/usr/bin/cloud-init",
    },
    output,
    ...(options.serial === undefined ? {} : { serial: options.serial }),
  };
  const bootMounts = storage.mounts.findIndex(({ target }) => target === "/") + 1;
  return {
    system,
    gaps,
    output: texts,
    storage,
    refreshStorage: () => refreshStorage(true),
    reboot() {
      fs.remove("/run");
      for (const directory of LINUX_DIRECTORIES) {
        fs.makeDirectory(directory);
      }
      refreshStorage(true);
      const given = { stdin: "", randomBytes: countingBytes() };
      return bootStorage(createContext({ fs, store, storage, settle() {} }, given), bootMounts);
    },
  };
}

function commands(): readonly LinuxCommand[] {
  return [...accountCommands(), ...localeCommands(), ...systemCommands(), ...storageCommands()];
}

function createFiles(
  options: SimulatedLinuxOptions,
  parts: {
    readonly store: NodeStore;
    readonly storage: LinuxStorage;
    readonly nowMs: () => number;
  },
): FileSystem {
  const { store, storage, nowMs } = parts;
  const adapters = options.adapters ?? [{ name: "eth0", macAddress: "fa:16:3e:00:00:01" }];
  const own = linuxFiles(options.distro ?? "debian", adapters);
  const devices = options.disc === undefined ? {} : { "/dev/sr0": options.disc };
  const fs = createMemoryFileSystem(
    {
      ...own,
      ...localeFiles(options.distro ?? "debian"),
      ...softwareFiles(options.distro ?? "debian"),
      "/etc/fstab": seedFstab(storage),
      "/proc/cmdline": `BOOT_IMAGE=/vmlinuz root=${rootDevice(storage)} ro\n`,
      ...options.files,
    },
    { nowMs, devices, store },
  );
  for (const directory of LINUX_DIRECTORIES) {
    fs.makeDirectory(directory);
  }
  fs.symlink("usr/bin", "/bin");
  fs.symlink("usr/sbin", "/sbin");
  const { missingTools } = storage.faults;
  for (const path of [...LINUX_PROGRAMS, ...commands().map((command) => command.path)]) {
    if (!missingTools.includes(nameOf(path))) {
      fs.write(path, "", { mode: 0o755 });
    }
  }
  addStorageFiles(fs, store, storage);
  refreshDevices(fs, store, storage, true);
  for (const { target } of storage.mounts) {
    fs.makeDirectory(target);
  }
  fs.setAttributes("/etc/shadow", { mode: 0o640 });
  fs.setAttributes("/etc/sudoers", { mode: 0o440 });
  fs.setAttributes("/root", { mode: 0o700 });
  return fs;
}

interface ExecParts {
  readonly options: SimulatedLinuxOptions;
  readonly fs: FileSystem;
  readonly store: NodeStore;
  readonly storage: LinuxStorage;
  readonly gaps: string[];
  refreshStorage(isSettled: boolean): void;
  readonly time: { elapsedMs: number };
  write(text: string): void;
}

function createExec(parts: ExecParts): Exec {
  const table = new Map(
    [...commands(), ...softwareCommands()].map((command) => [command.path, command]),
  );
  const randomBytes = countingBytes();
  const answer = (
    kind: "query" | "run",
    argv: readonly string[],
    options: ExecOptions,
  ): Partial<ExecResult> => {
    if (options.owner === "user") {
      return parts.options.userCode?.(argv, options) ?? {};
    }
    const [program = "", ...args] = argv;
    const command = table.get(program) ?? table.get(program.replace(/^\/(s?bin)\//u, "/usr/$1/"));
    if (parts.storage.faults.missingTools.includes(nameOf(program))) {
      return { exitCode: 127, stderr: `${program}: not found\n` };
    }
    if (command === undefined) {
      parts.gaps.push(argv.join(" "));
      return { exitCode: 127, stderr: `${program}: not found\n` };
    }
    if (kind === "query" && command.isChange(args)) {
      const message = `Command "${argv.join(" ")}" changes the machine, yet it was given to exec.query: use exec.run`;
      parts.gaps.push(message);
      throw new Error(message);
    }
    const failure = parts.storage.faults.failingTools[nameOf(program)];
    return failure === undefined
      ? runCommand(parts, command, args, { stdin: options.stdin ?? "", randomBytes })
      : { exitCode: 1, stderr: `${failure}\n` };
  };
  const execute = async (
    kind: "query" | "run",
    argv: readonly string[],
    options: ExecOptions = {},
  ): Promise<ExecResult> => {
    const partial = answer(kind, argv, options);
    parts.time.elapsedMs += COMMAND_MS;
    const result: ExecResult = {
      exitCode: 0,
      stdout: "",
      stderr: "",
      timedOut: false,
      durationMs: COMMAND_MS,
      ...partial,
    };
    if (options.output !== "inherit") {
      return finishCommand(argv, options, result);
    }
    parts.write(`${result.stdout}${result.stderr}`);
    return finishCommand(argv, options, { ...result, stdout: "", stderr: "" });
  };
  return {
    query: (argv, options) => execute("query", argv, options),
    run: (argv, options) => execute("run", argv, options),
  };
}

function runCommand(
  { fs, store, storage, refreshStorage }: ExecParts,
  command: LinuxCommand,
  args: readonly string[],
  given: Pick<LinuxCommandContext, "stdin" | "randomBytes">,
): LinuxOutcome {
  const udev = { isSettled: false };
  const outcome = command.run(
    createContext(
      {
        fs,
        store,
        storage,
        settle() {
          udev.isSettled = true;
        },
      },
      given,
    ),
    args,
  );
  refreshStorage(udev.isSettled);
  return outcome;
}

function createContext(
  parts: Pick<LinuxCommandContext, "fs" | "storage" | "settle"> & { readonly store: NodeStore },
  given: Pick<LinuxCommandContext, "stdin" | "randomBytes">,
): LinuxCommandContext {
  const { fs, store, storage, settle } = parts;
  return {
    ...given,
    fs,
    storage,
    settle,
    placeFile: (path, file) => placeFile(fs, store, path, file),
  };
}

/** The file is there with its size; what is read of it are its first bytes. */
function placeFile(fs: FileSystem, store: NodeStore, path: string, file: PlacedFile): void {
  const { sizeBytes, head, mode } = file;
  fs.append(path, "", mode === undefined ? {} : { mode });
  const place = followLinks(fs, path);
  const node = store.find(place);
  if (node?.kind === "file") {
    store.set(place, { ...node, sizeBytes, content: () => head.slice() });
  }
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** What the boot loader says: the partition that "/" is on. */
function rootDevice({ mounts }: LinuxStorage): string {
  return mounts.find(({ target }) => target === "/")?.source ?? "";
}

/** ISO 9660 (ECMA-119, 8.4.7): the volume's name in the descriptor at sector 16. */
const ISO_LABEL_START = 32_808;
const ISO_LABEL_BYTES = 32;
const ISO_MARK_START = 32_769;
const ISO_MARK = Buffer.from("CD001");

function addDisc(storage: LinuxStorage, disc: Uint8Array | undefined): void {
  if (disc === undefined) {
    return;
  }
  const name = disc.subarray(ISO_LABEL_START, ISO_LABEL_START + ISO_LABEL_BYTES);
  const isIso = Buffer.from(disc.subarray(ISO_MARK_START, ISO_MARK_START + 5)).equals(ISO_MARK);
  const isFat = !isIso && disc[510] === 0x55 && disc[511] === 0xaa;
  const content: BlockContent = {
    type: isIso ? "iso9660" : isFat ? "vfat" : "raw",
    label: isIso ? Buffer.from(name).toString("latin1").trimEnd() : "",
    uuid: isIso ? "2026-01-02-03-04-05-00" : "",
    sizeBytes: disc.length,
    usedBytes: disc.length,
  };
  storage.disks.push({
    name: "sr0",
    sizeBytes: disc.length,
    isReadOnly: true,
    kind: "rom",
    contents: [{ startSector: 0, content }],
    kernel: [],
  });
}

/** Bytes that count up, so that two draws differ and every run is alike. */
function countingBytes(): (count: number) => Uint8Array {
  let next = 0;
  return (count) =>
    Uint8Array.from({ length: count }, () => {
      next = (next + 1) % 256;
      return next;
    });
}
