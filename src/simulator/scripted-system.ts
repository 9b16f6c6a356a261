import type { Change } from "../system/change.ts";
import { finishCommand } from "../system/finish-command.ts";
import { HttpError } from "../system/http-error.ts";
import { createMemoryFileSystem } from "../system/memory-file-system.ts";
import { observeSystem } from "../system/observed-system.ts";
import type {
  Devices,
  Clock,
  Exec,
  ExecOptions,
  ExecResult,
  HttpRequest,
  HttpResponse,
  Output,
  Random,
  Serial,
  System,
} from "../system/system.ts";

/** What a scripted command answers. A string is its standard output, with exit code 0. */
export type ScriptedAnswer = string | Partial<ExecResult>;

/** The machine a test needs, and no more. */
export interface ScriptedSystemOptions {
  /** Absolute path → content. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** Default "linux". */
  readonly platform?: string;
  /** Default 0. */
  readonly uid?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Default 2026-01-02T03:04:05Z. Only `clock.sleep` moves it. */
  readonly now?: Date;
  /** Default 42. */
  readonly uptimeSeconds?: number;
  /** Key: the whole argv joined by blanks, or argv[0] for any arguments; the whole argv wins. */
  readonly commands?: Readonly<
    Record<
      string,
      ScriptedAnswer | ((argv: readonly string[], options: ExecOptions) => ScriptedAnswer)
    >
  >;
  /** Absent: every request ends in an HttpError. */
  readonly http?: (request: HttpRequest) => HttpResponse;
  /** Absent: no device keeps silent. */
  readonly devices?: Devices;
  /** Absent: there are no serial ports. */
  readonly serial?: Serial;
}

/** A system whose commands are a table, and what was done to it. */
export interface ScriptedSystem {
  readonly system: System;
  /** Every exec.run, write, … in order. */
  readonly changes: Change[];
  /** Every argv that was run or queried, in order. */
  readonly commands: string[][];
  readonly output: { readonly stdout: string; readonly stderr: string; readonly console: string };
}

/**
 * A machine in memory for tests: files, a table of commands, a clock that moves only by `sleep`.
 * A command that is not in the table throws, whatever `okExitCodes` says, so that a test notices.
 */
export function createScriptedSystem(options: ScriptedSystemOptions = {}): ScriptedSystem {
  const changes: Change[] = [];
  const commands: string[][] = [];
  const output = { stdout: "", stderr: "", console: "" };
  const clock = createScriptedClock(options);
  const ports = createScriptedOutput(output);
  const platform = options.platform ?? "linux";
  const base: System = {
    fs: createMemoryFileSystem(options.files, { nowMs: () => clock.now().getTime() }),
    exec: createScriptedExec(options.commands ?? {}, commands, ports),
    http: {
      async request(request) {
        if (options.http === undefined) {
          throw new HttpError(request.method, request.url, "no network in this test");
        }
        return options.http(request);
      },
    },
    clock,
    random: createScriptedRandom(),
    process: {
      platform,
      arch: platform === "aix" ? "ppc64" : "x64",
      runtime: "scripted 1",
      uid: options.uid ?? 0,
      pid: 4242,
      ppid: 1,
      env: options.env ?? {},
      executablePath: "/opt/freeware/bin/cloud-init",
    },
    output: ports,
    ...(options.devices === undefined ? {} : { devices: options.devices }),
    ...(options.serial === undefined ? {} : { serial: options.serial }),
  };
  return {
    system: observeSystem(base, (change) => changes.push(change)),
    changes,
    commands,
    output,
  };
}

function createScriptedExec(
  table: NonNullable<ScriptedSystemOptions["commands"]>,
  commands: string[][],
  output: Output,
): Exec {
  async function execute(argv: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    commands.push([...argv]);
    const script = findScript(table, argv);
    if (script === undefined) {
      throw new Error(`No script for command "${argv.join(" ")}"`);
    }
    const answer = typeof script === "function" ? script(argv, options) : script;
    const result: ExecResult = {
      exitCode: 0,
      stdout: "",
      stderr: "",
      timedOut: false,
      durationMs: 1,
      ...(typeof answer === "string" ? { stdout: answer } : answer),
    };
    if (options.output !== "inherit") {
      return finishCommand(argv, options, result);
    }
    output.write("stdout", result.stdout);
    output.write("stderr", result.stderr);
    return finishCommand(argv, options, { ...result, stdout: "", stderr: "" });
  }
  return { query: execute, run: execute };
}

function findScript(
  table: NonNullable<ScriptedSystemOptions["commands"]>,
  argv: readonly string[],
): NonNullable<ScriptedSystemOptions["commands"]>[string] | undefined {
  const key = [argv.join(" "), argv[0] ?? ""].find((candidate) => Object.hasOwn(table, candidate));
  return key === undefined ? undefined : table[key];
}

function createScriptedClock(options: ScriptedSystemOptions): Clock {
  const startMs = (options.now ?? new Date("2026-01-02T03:04:05Z")).getTime();
  let elapsedMs = 0;
  return {
    now: () => new Date(startMs + elapsedMs),
    monotonicMs: () => elapsedMs,
    uptimeSeconds: () => (options.uptimeSeconds ?? 42) + elapsedMs / 1000,
    async sleep(ms) {
      elapsedMs += Math.max(0, ms);
    },
  };
}

/** Bytes that count up, so that two draws differ and every run is alike. */
function createScriptedRandom(): Random {
  let next = 0;
  return {
    bytes(count) {
      return Uint8Array.from({ length: count }, () => {
        next = (next + 1) % 256;
        return next;
      });
    },
  };
}

function createScriptedOutput(texts: { stdout: string; stderr: string; console: string }): Output {
  let all = "";
  return {
    write(stream, text) {
      texts[stream] += text;
      all += text;
    },
    writeConsole(text) {
      texts.console += text;
    },
    isTerminal: () => false,
    async redirect() {
      // Everything stays in the texts, where the test looks for it.
    },
    mark: () => all.length,
    tailSince(mark, lineCountMax) {
      const lines = all.slice(mark).split("\n").slice(0, -1);
      return lines.slice(Math.max(0, lines.length - lineCountMax)).join("\n");
    },
    async close() {
      // Nothing is open.
    },
  };
}
