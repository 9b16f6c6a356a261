import type { FileSystem } from "../../system/system.ts";
import type { LinuxStorage } from "./storage.ts";

/** One Linux command: what it does not know, it refuses. */
export interface LinuxCommand {
  /** "/usr/sbin/useradd" */
  readonly path: string;
  /** Whether these arguments alter the machine. `exec.query` with such a call throws. */
  isChange(args: readonly string[]): boolean;
  run(ctx: LinuxCommandContext, args: readonly string[]): LinuxOutcome;
}

/** What a command works on. */
export interface LinuxCommandContext {
  /** The machine's files, past any observer. */
  readonly fs: FileSystem;
  readonly stdin: string;
  randomBytes(count: number): Uint8Array;
  /** Disks and what is mounted. Device nodes follow when the command has ended. */
  readonly storage: LinuxStorage;
  /** A file of that many bytes, of which only the first are kept. */
  placeFile(path: string, file: PlacedFile): void;
  /** The links of udev are up to date when the command has ended. */
  settle(): void;
}

/** A large file as fallocate(1) and dd(1) make it. */
export interface PlacedFile {
  readonly sizeBytes: number;
  /** Its first bytes; the rest are zeros. */
  readonly head: Uint8Array;
  /** Default 0644, or what the file has. */
  readonly mode?: number;
}

export interface LinuxOutcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Done, with this on standard output. */
export function done(stdout = ""): LinuxOutcome {
  return { exitCode: 0, stdout, stderr: "" };
}

/** Failed, with this on standard error; a line end is added. */
export function failed(exitCode: number, message: string): LinuxOutcome {
  return { exitCode, stdout: "", stderr: `${message}\n` };
}

/** Options of a command line, and its other words. */
export interface LinuxFlags {
  readonly values: ReadonlyMap<string, string>;
  readonly operands: readonly string[];
}

/** Reads "--name value" and "-n value"; a flag that is in neither list gives the word that is wrong. */
export function readFlags(
  args: readonly string[],
  withValue: readonly string[],
  without: readonly string[],
): LinuxFlags | string {
  const values = new Map<string, string>();
  const operands: string[] = [];
  const queue = [...args];
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    if (withValue.includes(word)) {
      const value = queue.shift();
      if (value === undefined) {
        return word;
      }
      values.set(word, value);
    } else if (without.includes(word)) {
      values.set(word, "");
    } else if (word.startsWith("-")) {
      return word;
    } else {
      operands.push(word);
    }
  }
  return { values, operands };
}
