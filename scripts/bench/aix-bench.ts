// Start-up and whole boots in the AIX root. What the simulated commands use is subtracted, since
// AIX's real ones are not ours either.
import fs from "node:fs";
import path from "node:path";
import { copyRoot } from "../../test/support/copy-root.ts";
import type { AixSeed } from "../../src/simulator/aix/seed.ts";
import {
  buildAixRoot,
  clearAixCalls,
  enterAixRoot,
  enterCommand,
  readAixCalls,
  rebootAixRoot,
} from "../aix-root.ts";
import { AGENT } from "../demo/deployed-machine.ts";
import { measure, type Usage } from "./measure.ts";

const STAGES = ["init --local", "init", "modules --mode config", "modules --mode final"];
const BOOT = STAGES.map((stage) => `${AGENT} ${stage}`).join("; ");
const EMPTY = "/opt/freeware/bin/empty";
const CALLS_PER_RUN = 20;
/**
 * Commands that are not run on AIX itself: there the runtime asks uname(2) and gethostname(2), which
 * here would be those of Linux, and the process that SRC has started is in /proc.
 */
const SPARED = /^(?:uname -snrvmp|hostname(?: [a-z]\S*)?|lssrc -s ctrmc)$/u;

/** Programs whose start is timed. */
export type StartCommand = "empty" | "version" | "per" | "stage";

export interface AixBoot extends Usage {
  /** Simulated AIX commands that ran, without those that AIX itself spares. */
  readonly commandCount: number;
}

export interface AixBench {
  /** One start of a program, the mean of several in a row. */
  start(command: StartCommand): Usage;
  /** A machine that has just been deployed, its next boot, and one without the drive: each time on a fresh copy. */
  deploy(): Promise<{
    readonly first: AixBoot;
    readonly second: AixBoot;
    readonly withoutDrive: AixBoot;
  }>;
}

export interface BenchPrograms {
  /** The program that is measured: the built one, or a carrier. */
  readonly agent: string;
  /** Beside it, for comparison. */
  readonly empty: string;
  /** The runtime in the carrier. */
  readonly runtime?: string;
}

/** A root below `directory` with the programs, up to where rc2.d begins. */
export async function createAixBench(
  directory: string,
  programs: BenchPrograms,
  seed: AixSeed,
): Promise<AixBench> {
  const base = fs.mkdtempSync(path.join(directory, "base-"));
  const { agent, empty, runtime } = programs;
  const libraries = runtime === undefined ? {} : { librariesFor: runtime };
  buildAixRoot({ root: base, agentBinary: agent, seed, ...libraries });
  fs.copyFileSync(empty, base + EMPTY);
  const install = await enterAixRoot(base, [AGENT, "install"]);
  if (install.exitCode !== 0) {
    throw new Error(`"cloud-init install" ended with ${install.exitCode}: ${install.stderr}`);
  }
  await rebootAixRoot(base, { runsRc: false });
  const used = copyOf(base);
  const lastCall = measureLastCall(used);
  const boot = (root: string): AixBoot => measureBoot(root, BOOT, lastCall);
  measureBoot(used, BOOT, lastCall);
  const commands: Readonly<Record<StartCommand, string>> = {
    empty: EMPTY,
    version: `${AGENT} --version`,
    per: `${AGENT}-per once bench true`,
    stage: `${AGENT} modules --mode config`,
  };
  return {
    start(command) {
      const line = repeat(`${commands[command]} >/dev/null 2>&1`);
      const { cpuMs, maxRssMiB } = measureBoot(used, line, lastCall);
      return { cpuMs: cpuMs / CALLS_PER_RUN, maxRssMiB };
    },
    async deploy() {
      const root = copyOf(base);
      const first = boot(root);
      await rebootAixRoot(root, { runsRc: false });
      const second = boot(root);
      await rebootAixRoot(root, { runsRc: false, detachDrive: true });
      const withoutDrive = boot(root);
      fs.rmSync(root, { recursive: true });
      return { first, second, withoutDrive };
    },
  };
}

function copyOf(base: string): string {
  const root = fs.mkdtempSync(`${base}-copy-`);
  fs.rmdirSync(root);
  copyRoot(base, root);
  return root;
}

function repeat(line: string): string {
  return `i=0; while [ $i -lt ${CALLS_PER_RUN} ]; do ${line}; i=$((i+1)); done`;
}

/** What the script and all that it starts used, less the entering of the root and the simulated commands. */
function measureBoot(root: string, script: string, lastCallMs: number): AixBoot {
  const inRoot = (line: string): Usage =>
    measure(enterCommand(root, ["/usr/bin/sh", "-c", line]), true);
  const entered = inRoot(":");
  clearAixCalls(root);
  const all = inRoot(script);
  const calls = readAixCalls(root);
  const simulatedMs = calls.reduce((sum, call) => sum + call.cpuMs + lastCallMs, 0);
  return {
    cpuMs: all.cpuMs - entered.cpuMs - simulatedMs,
    maxRssMiB: all.maxRssMiB,
    commandCount: calls.filter(({ argv }) => !SPARED.test(argv.join(" "))).length,
  };
}

/** What a simulated command uses after it has said what it used: its own end. */
function measureLastCall(root: string): number {
  const { cpuMs } = measureBoot(root, repeat("/usr/bin/uname -n >/dev/null"), 0);
  return Math.max(0, cpuMs / CALLS_PER_RUN);
}
