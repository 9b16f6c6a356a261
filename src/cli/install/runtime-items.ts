import { posix } from "node:path";
import type { FileSystem } from "../../system/system.ts";
import type { InstallItem } from "./install-item.ts";

/** Where the carrier's stub looks first. */
const RUNTIMES = "/opt/freeware/libexec/cloud-init";
const MARKER = ".ok";

/**
 * The runtime that the running carrier has unpacked, file by file, the marker last: installed, so
 * that no boot has to unpack it, on an image too. None where this is no carrier.
 */
export function runtimeItems(
  fs: FileSystem,
  directory: string | undefined,
): readonly InstallItem[] {
  if (directory === undefined) {
    return [];
  }
  const target = `${RUNTIMES}/${directory.slice(directory.lastIndexOf("/") + 1)}`;
  const names = filesBelow(fs, directory, "");
  const ordered = [...names.filter((name) => name !== MARKER), MARKER];
  return ordered.map((name) => ({
    kind: "program",
    path: `${target}/${name}`,
    source: `${directory}/${name}`,
    mode: (fs.stat(`${directory}/${name}`)?.mode ?? 0) & 0o111 ? 0o755 : 0o644,
  }));
}

/** Runtimes of other versions on the machine or image at `root`: a hundred megabytes each, and nothing starts them any more. */
export function oldRuntimes(
  fs: FileSystem,
  root: string,
  directory: string | undefined,
): readonly string[] {
  const parent = posix.join(root, RUNTIMES);
  if (directory === undefined || fs.stat(parent)?.kind !== "directory") {
    return [];
  }
  const current = directory.slice(directory.lastIndexOf("/") + 1);
  return fs
    .list(parent)
    .filter((name) => RUNTIME_NAME.test(name) && name !== current)
    .map((name) => `${parent}/${name}`);
}

/** "0.1.0-5bf14b847837", as the build names it. */
const RUNTIME_NAME = /^\d+\.\d+\.\d+-[0-9a-f]{12}$/u;

function filesBelow(fs: FileSystem, directory: string, prefix: string): readonly string[] {
  return [...fs.list(directory)].sort().flatMap((name) => {
    const path = `${directory}/${name}`;
    return fs.stat(path)?.kind === "directory"
      ? filesBelow(fs, path, `${prefix}${name}/`)
      : [`${prefix}${name}`];
  });
}
