import { Buffer } from "node:buffer";
import type { ChildProcess, spawn, SpawnOptions } from "node:child_process";
import fs from "node:fs";
import process from "node:process";
import { codeOf } from "./host-error.ts";

const BINARY_PROBE_BYTES = 128;
const EXIT_NOT_EXECUTABLE = 126;
const EXIT_NOT_FOUND = 127;

/** A child that started, or why it did not, as a shell would say it: 126 or 127. */
export type SpawnOutcome =
  | { readonly kind: "started"; readonly child: ChildProcess; readonly pid: number }
  | SpawnFailure;

/** As a shell would say it. */
export interface SpawnFailure {
  readonly kind: "failed";
  readonly exitCode: number;
  readonly reason: string;
}

/**
 * Starts `argv` in a process group of its own. A file without `#!` that is no binary is given to
 * /bin/sh, as POSIX `execvp` does and Bun does not. Never throws for what is wrong with the program.
 * `spawnChild` is the runtime's, which the caller loads when it is needed.
 */
export async function spawnCommand(
  spawnChild: typeof spawn,
  argv: readonly string[],
  options: SpawnOptions,
): Promise<SpawnOutcome> {
  const outcome = await trySpawn(spawnChild, argv, options);
  if (typeof outcome !== "string") {
    return outcome;
  }
  const program = argv[0] ?? "";
  if (outcome === "ENOEXEC" && !isBinary(program)) {
    const again = await trySpawn(spawnChild, ["/bin/sh", ...argv], options);
    return typeof again === "string" ? explainFailure(again, "/bin/sh", options.cwd) : again;
  }
  return explainFailure(outcome, program, options.cwd);
}

/** The started child, or the code of the error: some are thrown and some come as an event. */
async function trySpawn(
  spawnChild: typeof spawn,
  argv: readonly string[],
  options: SpawnOptions,
): Promise<SpawnOutcome | string> {
  const [program = "", ...args] = argv;
  if (isForeign(program)) {
    return "ENOEXEC";
  }
  try {
    const child = spawnChild(program, args, { ...options, detached: true });
    const { pid } = child;
    if (pid !== undefined) {
      // Later errors are those of a signal that came too late.
      child.on("error", () => {});
      return { kind: "started", child, pid };
    }
    return await new Promise<string>((resolve) => {
      child.on("error", (error) => resolve(codeOf(error)));
    });
  } catch (error) {
    return codeOf(error);
  }
}

/** Why a program did not start, by the error's code, since the messages differ between runtimes. */
export function explainFailure(
  code: string,
  program: string,
  directory: string | URL | undefined,
): SpawnFailure {
  const cwd = directory === undefined ? undefined : String(directory);
  const failed = (exitCode: number, reason: string): SpawnFailure => ({
    kind: "failed",
    exitCode,
    reason,
  });
  if (cwd !== undefined && !isDirectory(cwd)) {
    return failed(EXIT_NOT_EXECUTABLE, `there is no directory "${cwd}" to run it in`);
  }
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return failed(
        EXIT_NOT_FOUND,
        program.startsWith("/") && fs.existsSync(program)
          ? `the interpreter named in the first line of "${program}" does not exist`
          : "",
      );
    case "EACCES":
    case "EPERM":
      return failed(
        EXIT_NOT_EXECUTABLE,
        isDirectory(program) ? "it is a directory" : "permission denied",
      );
    case "ENOEXEC":
      return failed(EXIT_NOT_EXECUTABLE, "it is no program for this machine");
    case "E2BIG":
      return failed(EXIT_NOT_EXECUTABLE, "its arguments are too long");
    case "ERR_INVALID_ARG_VALUE":
      return failed(
        EXIT_NOT_EXECUTABLE,
        "an argument, a variable or its directory has a NUL in it",
      );
    default:
      return failed(EXIT_NOT_EXECUTABLE, `the system could not start it (${code})`);
  }
}

function isDirectory(path: string): boolean {
  try {
    return fs.statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** First bytes of programs that a kernel runs: ELF (elf(5)), 32- and 64-bit XCOFF (AIX, xcoff.h). */
const LINUX_MAGIC: readonly string[] = ["7f454c46"];
const AIX_MAGIC: readonly string[] = ["01df", "01f7"];

/**
 * Whether a file is a program for another system, which Node.js would give to /bin/sh as if it were
 * a script, since it starts programs by `execvp`. Bun tells by itself, and by the kernel's answer.
 */
export function isForeign(
  path: string,
  { versions, platform }: Pick<NodeJS.Process, "versions" | "platform"> = process,
): boolean {
  if (versions["bun"] !== undefined || !path.startsWith("/")) {
    return false;
  }
  const head = readHead(path);
  const magic = platform === "aix" ? AIX_MAGIC : LINUX_MAGIC;
  return head?.includes(0) === true && !magic.some((one) => head.toString("hex").startsWith(one));
}

/** Whether a file is no text; shells tell in the same way: by a NUL near the beginning. */
export function isBinary(path: string): boolean {
  return readHead(path)?.includes(0) ?? true;
}

/** Undefined where it cannot be read, which a program need not be. */
function readHead(path: string): Buffer | undefined {
  try {
    const fd = fs.openSync(path, "r");
    try {
      const bytes = Buffer.alloc(BINARY_PROBE_BYTES);
      return bytes.subarray(0, fs.readSync(fd, bytes));
    } finally {
      fs.closeSync(fd);
    }
  } catch {
    return undefined;
  }
}
