import type { FileTree } from "../../system/file-tree.ts";
import type { FileSystem, RandomAccessFile } from "../../system/system.ts";
import type { AixMachine } from "./machine.ts";

/** One AIX command, as strict as the real one: what it does not know, it refuses. */
export interface SimulatedCommand {
  /** "/usr/sbin/chdev" */
  readonly path: string;
  /** Whether it reads standard input; absent: no. */
  readonly readsStdin?: boolean;
  /** Whether these arguments alter the machine. `exec.query` with such a call throws. */
  isChange(args: readonly string[]): boolean;
  run(ctx: CommandContext, args: readonly string[]): CommandOutcome;
}

/** What a command works on. */
export interface CommandContext {
  readonly machine: AixMachine;
  /** The machine's files, past any observer: what a command writes is not a change of the agent's. */
  readonly fs: FileSystem;
  readonly stdin: string;
  readonly nowMs: number;
  randomBytes(count: number): Uint8Array;
  /** The disc in a drive ("cd0"), or undefined where it is empty. */
  openDisc(device: string): RandomAccessFile | undefined;
  /** How cdrfs sees a disc. Absent: no disc can be mounted. */
  readonly readDisc?: (disc: RandomAccessFile) => FileTree;
}

/** How a command ended. */
export interface CommandOutcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Simulated time that it took. Absent: a short moment. */
  readonly durationMs?: number;
}

/** Done, with this on standard output. */
export function done(stdout = ""): CommandOutcome {
  return { exitCode: 0, stdout, stderr: "" };
}

/** Failed, with this on standard error; a line end is added. */
export function failed(exitCode: number, message: string): CommandOutcome {
  return { exitCode, stdout: "", stderr: message === "" ? "" : `${message}\n` };
}
