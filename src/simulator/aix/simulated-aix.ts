import type { Change } from "../../system/change.ts";
import type { FileTree } from "../../system/file-tree.ts";
import { finishCommand } from "../../system/finish-command.ts";
import { HttpError } from "../../system/http-error.ts";
import { createMemoryFileSystem } from "../../system/memory-file-system.ts";
import { observeSystem } from "../../system/observed-system.ts";
import type {
  Clock,
  Exec,
  ExecOptions,
  ExecResult,
  FileSystem,
  HttpRequest,
  HttpResponse,
  Output,
  RandomAccessFile,
  Serial,
  System,
} from "../../system/system.ts";
import { bootMachine } from "./boot-machine.ts";
import type { CommandContext } from "./command.ts";
import { commandPaths, findCommand } from "./commands.ts";
import { BASE_PROGRAMS } from "./default-files.ts";
import { createDeviceFileSystem, openDisc } from "./device-file-system.ts";
import { raiseInterfaces } from "./kernel.ts";
import type { AixMachine } from "./machine.ts";
import { type AixSeed, attachLateDevices, createMachine, discOfPath, seedTimes } from "./seed.ts";
import { placeFile, seedFiles } from "./seed-files.ts";
import { createSimulatedOutput, type OutputTexts } from "./simulated-output.ts";

/** A seed for a machine in memory, and what stands for the world around it. */
export interface SimulatedAixOptions extends AixSeed {
  /** How cdrfs sees a disc. Absent: no disc can be mounted. */
  readonly readDisc?: (disc: RandomAccessFile) => FileTree;
  /** How code of the user's ends (`owner: "user"`), and what it does. Absent: with exit code 0. */
  readonly userCode?: (argv: readonly string[], options: ExecOptions) => Partial<ExecResult>;
  /** Absent: every request ends in an HttpError. */
  readonly http?: (request: HttpRequest) => HttpResponse;
  /** Absent: there are no serial ports. */
  readonly serial?: Serial;
}

/** An AIX machine in memory, booted up to where rc2.d begins. */
export interface SimulatedAix {
  readonly system: System;
  readonly machine: AixMachine;
  /** Every exec.run, write, … of the agent's, in order. */
  readonly changes: Change[];
  /** Every argv that was run or queried, in order, user code included. */
  readonly commands: string[][];
  /** Commands that nobody simulates, and queries that would have changed something: a scenario fails if there are any. */
  readonly gaps: string[];
  readonly output: Readonly<OutputTexts>;
  /** Discs by drive; remove one to detach it. */
  readonly media: Map<string, Uint8Array>;
  /** Boots again: the kernel's state comes from the ODM. Files stay, the clock moves on. */
  reboot(): void;
}

/** Simulated time that a command takes unless it says otherwise. */
const COMMAND_MS = 20;
const REBOOT_MS = 90_000;

/** Makes a machine from `seed` and boots it. Importing and calling touch nothing outside memory. */
export function bootSimulatedAix(seed: SimulatedAixOptions = {}): SimulatedAix {
  const { nowMs, bootMs } = seedTimes(seed);
  const time = { nowMs, elapsedMs: 0 };
  const machine = createMachine(seed);
  const files = createMemoryFileSystem({}, { nowMs: () => time.nowMs });
  const media = new Map<string, Uint8Array>();
  placeFiles(files, media, seed);
  bootMachine(machine, files, bootMs);
  attachLateDevices(machine, seed);
  const texts: OutputTexts = { stdout: "", stderr: "", console: "" };
  const output = createSimulatedOutput(files, texts);
  const random = createCountingRandom();
  const changes: Change[] = [];
  const commands: string[][] = [];
  const gaps: string[] = [];
  const clock = createSimulatedClock(machine, time);
  const base: System = {
    fs: createDeviceFileSystem(files, machine, media),
    exec: createSimulatedExec({
      seed,
      machine,
      files,
      media,
      time,
      output,
      commands,
      gaps,
      random,
    }),
    http: {
      async request(request) {
        if (seed.http === undefined) {
          throw new HttpError(request.method, request.url, "no network on this simulated machine");
        }
        return seed.http(request);
      },
    },
    clock,
    random: { bytes: random },
    process: {
      platform: "aix",
      arch: "ppc64",
      runtime: "simulated 1",
      uid: 0,
      pid: 6_357_310,
      ppid: 1,
      env: {},
      executablePath: "/opt/freeware/bin/cloud-init",
      readUname: async () => ({
        sysname: "AIX",
        nodename: machine.nodeName,
        release: machine.level,
        version: machine.level.split(".", 1)[0] ?? "",
        machine: machine.identity.machineId,
      }),
      readHostname: async () => machine.hostname,
    },
    output,
    ...(seed.serial === undefined ? {} : { serial: seed.serial }),
  };
  return {
    system: observeSystem(base, (change) => changes.push(change)),
    machine,
    changes,
    commands,
    gaps,
    output: texts,
    media,
    reboot() {
      time.nowMs += REBOOT_MS;
      time.elapsedMs += REBOOT_MS;
      bootMachine(machine, files, time.nowMs - (nowMs - bootMs));
    },
  };
}

interface Parts {
  readonly seed: SimulatedAixOptions;
  readonly machine: AixMachine;
  readonly files: FileSystem;
  readonly media: ReadonlyMap<string, Uint8Array>;
  readonly time: { nowMs: number; elapsedMs: number };
  readonly output: Output;
  readonly commands: string[][];
  readonly gaps: string[];
  readonly random: (count: number) => Uint8Array;
}

function placeFiles(files: FileSystem, media: Map<string, Uint8Array>, seed: AixSeed): void {
  for (const file of seedFiles(seed)) {
    placeFile(files, file);
  }
  // RSCT is in one place; files of the seed under /opt/rsct say that it is there.
  const hasRsctInOpt = seed.files?.["/opt/rsct/bin/rmcctrl"] !== undefined;
  const absentRsct = hasRsctInOpt ? "/usr/sbin/rsct/" : "/opt/rsct/";
  const programs = commandPaths().filter((path) => !path.startsWith(absentRsct));
  for (const path of [...BASE_PROGRAMS, ...programs]) {
    files.write(path, "", { mode: 0o555 });
  }
  for (const [path, content] of Object.entries(seed.files ?? {})) {
    const name = discOfPath(path);
    if (name !== undefined) {
      media.set(name, typeof content === "string" ? new TextEncoder().encode(content) : content);
    }
  }
}

function createSimulatedExec(parts: Parts): Exec {
  async function execute(
    kind: "query" | "run",
    argv: readonly string[],
    options: ExecOptions = {},
  ): Promise<ExecResult> {
    parts.commands.push([...argv]);
    const answer =
      options.owner === "user"
        ? await runUserCode(parts, kind, argv, options)
        : await runCommand(parts, kind, argv, options);
    const durationMs = answer.durationMs ?? COMMAND_MS;
    parts.time.nowMs += durationMs;
    parts.time.elapsedMs += durationMs;
    const result: ExecResult = {
      exitCode: 0,
      stdout: "",
      stderr: "",
      timedOut: false,
      ...answer,
      durationMs,
    };
    if (options.output !== "inherit") {
      return finishCommand(argv, options, result);
    }
    parts.output.write("stdout", result.stdout);
    parts.output.write("stderr", result.stderr);
    return finishCommand(argv, options, { ...result, stdout: "", stderr: "" });
  }
  return {
    query: (argv, options) => execute("query", argv, options),
    run: (argv, options) => execute("run", argv, options),
  };
}

async function runUserCode(
  parts: Parts,
  kind: "query" | "run",
  argv: readonly string[],
  options: ExecOptions,
): Promise<Partial<ExecResult>> {
  if (kind === "query") {
    throw breachOfQueryLaw(parts, argv);
  }
  return parts.seed.userCode?.(argv, options) ?? {};
}

async function runCommand(
  parts: Parts,
  kind: "query" | "run",
  argv: readonly string[],
  options: ExecOptions,
): Promise<Partial<ExecResult>> {
  const [program = "", ...args] = argv;
  const entry = program.startsWith("/") ? findCommand(program) : undefined;
  if (entry === undefined) {
    parts.gaps.push(argv.join(" "));
    return { exitCode: 127, stderr: `${program}: not found\n` };
  }
  const command = await entry.load();
  if (kind === "query" && command.isChange(args)) {
    throw breachOfQueryLaw(parts, argv);
  }
  const { machine, files, media, seed, time, random } = parts;
  const ctx: CommandContext = {
    machine,
    fs: files,
    stdin: options.stdin ?? "",
    nowMs: time.nowMs,
    randomBytes: random,
    openDisc: (device) => openDisc(media, device),
    ...(seed.readDisc === undefined ? {} : { readDisc: seed.readDisc }),
  };
  raiseInterfaces(machine, time.nowMs);
  const outcome = command.run(ctx, args);
  raiseInterfaces(machine, time.nowMs);
  return outcome;
}

function breachOfQueryLaw(parts: Parts, argv: readonly string[]): Error {
  const message = `Command "${argv.join(" ")}" changes the machine, yet it was given to exec.query: use exec.run`;
  parts.gaps.push(message);
  return new Error(message);
}

function createSimulatedClock(machine: AixMachine, time: Parts["time"]): Clock {
  return {
    now: () => new Date(time.nowMs),
    monotonicMs: () => time.elapsedMs,
    uptimeSeconds: () => (time.nowMs - machine.bootTimeMs) / 1_000,
    async sleep(ms) {
      time.nowMs += Math.max(0, ms);
      time.elapsedMs += Math.max(0, ms);
    },
  };
}

/** Bytes that count up, so that two draws differ and every run is alike. */
function createCountingRandom(): (count: number) => Uint8Array {
  let next = 0;
  return (count) =>
    Uint8Array.from({ length: count }, () => {
      next = (next + 1) % 256;
      return next;
    });
}
