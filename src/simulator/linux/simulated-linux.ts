import { finishCommand } from "../../system/finish-command.ts";
import { HttpError } from "../../system/http-error.ts";
import { createMemoryFileSystem } from "../../system/memory-file-system.ts";
import type { Exec, ExecOptions, ExecResult, FileSystem, System } from "../../system/system.ts";
import { createSimulatedOutput, type OutputTexts } from "../aix/simulated-output.ts";
import { accountCommands } from "./account-commands.ts";
import type { LinuxCommand } from "./command.ts";
import { LINUX_DIRECTORIES, LINUX_PROGRAMS, type LinuxAdapter, linuxFiles } from "./linux-files.ts";
import { localeCommands, localeFiles } from "./locale-commands.ts";
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
  /** How code of the user's ends. Absent: with exit code 0. */
  readonly userCode?: (argv: readonly string[], options: ExecOptions) => Partial<ExecResult>;
}

/** A Linux in memory, with systemd, its networkd and shadow's tools. */
export interface SimulatedLinux {
  readonly system: System;
  /** Commands that nobody simulates, and queries that would have changed something. */
  readonly gaps: string[];
  readonly output: Readonly<OutputTexts>;
}

const COMMAND_MS = 20;
const UPTIME_SECONDS = 12;

/** Every simulated command's path. */
export function linuxCommandPaths(): readonly string[] {
  return commands().map(({ path }) => path);
}

/** Makes a machine that has just booted. Importing and calling touch nothing outside memory. */
export function bootSimulatedLinux(options: SimulatedLinuxOptions = {}): SimulatedLinux {
  const startMs = (options.now ?? new Date("2026-01-02T03:04:05Z")).getTime();
  const time = { elapsedMs: 0 };
  const fs = createFiles(options, () => startMs + time.elapsedMs);
  const texts: OutputTexts = { stdout: "", stderr: "", console: "" };
  const output = createSimulatedOutput(fs, texts);
  const gaps: string[] = [];
  const system: System = {
    fs,
    exec: createExec({ options, fs, gaps, time, write: (text) => output.write("stdout", text) }),
    http: {
      async request(request) {
        throw new HttpError(request.method, request.url, "no network on this simulated machine");
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
  };
  return { system, gaps, output: texts };
}

function commands(): readonly LinuxCommand[] {
  return [...accountCommands(), ...localeCommands(), ...systemCommands()];
}

function createFiles(options: SimulatedLinuxOptions, nowMs: () => number): FileSystem {
  const adapters = options.adapters ?? [{ name: "eth0", macAddress: "fa:16:3e:00:00:01" }];
  const own = linuxFiles(options.distro ?? "debian", adapters);
  const devices = options.disc === undefined ? {} : { "/dev/sr0": options.disc };
  const fs = createMemoryFileSystem(
    { ...own, ...localeFiles(options.distro ?? "debian"), ...options.files },
    { nowMs, devices },
  );
  for (const directory of LINUX_DIRECTORIES) {
    fs.makeDirectory(directory);
  }
  fs.symlink("usr/bin", "/bin");
  fs.symlink("usr/sbin", "/sbin");
  for (const path of [...LINUX_PROGRAMS, ...linuxCommandPaths()]) {
    fs.write(path, "", { mode: 0o755 });
  }
  if (options.disc !== undefined) {
    fs.write("/sys/class/block/sr0/size", "1\n");
  }
  fs.setAttributes("/etc/shadow", { mode: 0o640 });
  fs.setAttributes("/etc/sudoers", { mode: 0o440 });
  fs.setAttributes("/root", { mode: 0o700 });
  return fs;
}

interface ExecParts {
  readonly options: SimulatedLinuxOptions;
  readonly fs: FileSystem;
  readonly gaps: string[];
  readonly time: { elapsedMs: number };
  write(text: string): void;
}

function createExec(parts: ExecParts): Exec {
  const table = new Map(commands().map((command) => [command.path, command]));
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
    const command = table.get(program);
    if (command === undefined) {
      parts.gaps.push(argv.join(" "));
      return { exitCode: 127, stderr: `${program}: not found\n` };
    }
    if (kind === "query" && command.isChange(args)) {
      const message = `Command "${argv.join(" ")}" changes the machine, yet it was given to exec.query: use exec.run`;
      parts.gaps.push(message);
      throw new Error(message);
    }
    return command.run({ fs: parts.fs, stdin: options.stdin ?? "", randomBytes }, args);
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

/** Bytes that count up, so that two draws differ and every run is alike. */
function countingBytes(): (count: number) => Uint8Array {
  let next = 0;
  return (count) =>
    Uint8Array.from({ length: count }, () => {
      next = (next + 1) % 256;
      return next;
    });
}
