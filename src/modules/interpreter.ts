import { isFile, statTarget } from "../system/files.ts";
import type { FileSystem } from "../system/system.ts";

/** How a script is started, and what will keep it from starting. */
export interface ScriptStart {
  readonly argv: readonly string[];
  /** The same by its interpreter, as the system would start it: that works where execution is forbidden (mount option noexec), too. */
  readonly interpreterArgv: readonly string[];
  /** Why it will probably not start. Not a refusal: in a plan, an earlier step may bring what is missing. */
  readonly doubt?: string;
}

const HEAD_BYTES_MAX = 512;

/**
 * How to start the script at `path`: by itself where it has a `#!` line, by `/bin/sh` where it has
 * none (execve(2) refuses it then). An interpreter that is missing gives a doubt that names it and
 * says which ones there are. `searchDirectories` is the PATH for `#!/usr/bin/env NAME`.
 */
export function findScriptStart(
  fs: FileSystem,
  path: string,
  searchDirectories: readonly string[],
): ScriptStart {
  const head = readHead(fs, path);
  if (!(head[0] === HASH && head[1] === BANG)) {
    // Programs (ELF, XCOFF) have a NUL near the start, scripts never have one.
    const argv = head.includes(0) ? [path] : ["/bin/sh", path];
    return { argv, interpreterArgv: argv };
  }
  const line = new TextDecoder().decode(head).split("\n", 1)[0] ?? "";
  if (line.endsWith("\r")) {
    const asked = JSON.stringify(line.slice(2).trimStart());
    const doubt = `its first line ends in CR LF, so that the system looks for ${asked}: write it with LF line ends`;
    return { argv: [path], interpreterArgv: [path], doubt };
  }
  const words = line.slice(2).trim();
  const [interpreter = "", argument] = words.split(/[ \t]+/u);
  // What follows is one argument, blanks and all (execve(2)).
  const rest = words.slice(interpreter.length).trim();
  const interpreterArgv =
    interpreter === "" ? [path] : [interpreter, ...(rest === "" ? [] : [rest]), path];
  const missing = findMissing(fs, interpreter, argument, searchDirectories);
  const there = INTERPRETERS.filter((candidate) => isFile(fs, candidate));
  // A machine without any of them is one in memory, of which nothing can be said.
  if (missing === undefined || there.length === 0) {
    return { argv: [path], interpreterArgv };
  }
  const doubt = `its interpreter "${missing}" is not there; there is ${there.join(", ")}`;
  return { argv: [path], interpreterArgv, doubt };
}

const HASH = 0x23;
const BANG = 0x21;

/** What people write after `#!`, where it stands on AIX and on Linux. */
const INTERPRETERS = [
  "/bin/sh",
  "/usr/bin/ksh",
  "/usr/bin/ksh93",
  "/bin/bash",
  "/usr/bin/bash",
  "/opt/freeware/bin/bash",
  "/usr/bin/perl",
  "/usr/bin/python3",
  "/opt/freeware/bin/python3",
];

function readHead(fs: FileSystem, path: string): Uint8Array {
  const file = fs.open(path);
  try {
    return file.read(0, HEAD_BYTES_MAX);
  } finally {
    file.close();
  }
}

function findMissing(
  fs: FileSystem,
  interpreter: string,
  argument: string | undefined,
  searchDirectories: readonly string[],
): string | undefined {
  if (!interpreter.startsWith("/") || !isFile(fs, interpreter)) {
    return interpreter;
  }
  const isLookedUp = interpreter.endsWith("/env") && argument !== undefined;
  // Options and assignments of env are its own affair.
  if (!isLookedUp || /^-|=|\//u.test(argument)) {
    return undefined;
  }
  const isThere = searchDirectories.some((dir) => isExecutable(fs, `${dir}/${argument}`));
  return isThere ? undefined : argument;
}

/** Whether a regular file with any execute bit is at `path`, also through a link. */
export function isExecutable(fs: FileSystem, path: string): boolean {
  const stat = statTarget(fs, path);
  return stat?.kind === "file" && (stat.mode & 0o111) !== 0;
}
