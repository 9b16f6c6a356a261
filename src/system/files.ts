import type { FileStat, FileSystem } from "./system.ts";

/** UTF-8 text of a file; wrong bytes become U+FFFD. Throws as `readBytes`. */
export function readText(fs: FileSystem, path: string): string {
  return decodeText(fs.readBytes(path));
}

/** As `readText`, or undefined where there is no such file. */
export function readTextIfExists(fs: FileSystem, path: string): string | undefined {
  const bytes = fs.readBytesIfExists(path);
  return bytes === undefined ? undefined : decodeText(bytes);
}

/** Parsed JSON, or undefined where there is no such file. Throws a SyntaxError that names the file. */
export function readJsonIfExists(fs: FileSystem, path: string): unknown {
  const text = readTextIfExists(fs, path);
  if (text === undefined) {
    return undefined;
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new SyntaxError(`Cannot read "${path}": it is not JSON (${messageOf(error)})`, {
      cause: error,
    });
  }
}

/** Whether anything is at `path`, a dangling link included. */
export function exists(fs: FileSystem, path: string): boolean {
  return fs.stat(path) !== undefined;
}

/** Whether `path` is a regular file, also through a link. */
export function isFile(fs: FileSystem, path: string): boolean {
  return statTarget(fs, path)?.kind === "file";
}

/** Whether `path` is a directory, also through a link. */
export function isDirectory(fs: FileSystem, path: string): boolean {
  return statTarget(fs, path)?.kind === "directory";
}

const LINK_DEPTH_MAX = 16;

/** As `stat`, of what a link at `path` leads to. Undefined where nothing is there. */
export function statTarget(fs: FileSystem, path: string): FileStat | undefined {
  let current = path;
  for (let depth = 0; depth < LINK_DEPTH_MAX; depth += 1) {
    const stat = fs.stat(current);
    if (stat?.kind !== "symlink") {
      return stat;
    }
    const target = fs.readLink(current);
    if (target === undefined) {
      return undefined;
    }
    current = target.startsWith("/") ? target : `${parentOf(current)}/${target}`;
  }
  return undefined;
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

function decodeText(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
