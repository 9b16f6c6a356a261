import { posix } from "node:path";
import type { FileSystem } from "../../system/system.ts";
import type { InstallItem } from "./install-item.ts";
import { START_CACHES } from "./start-cache.ts";

/** Where the carrier's stub looks first. */
const RUNTIMES = "/opt/freeware/libexec/cloud-init";
const MARKER = ".ok";

/** A runtime that the running carrier has unpacked. */
export interface UnpackedRuntime {
  readonly directory: string;
  /** True where the carrier lies where it will be installed: then the runtime is its, not the install's. */
  readonly isInPlace: boolean;
}

/**
 * The runtime that the running carrier has unpacked, file by file, the marker last: installed, so
 * that no boot has to unpack it, on an image too. None where this is no carrier.
 */
export function runtimeItems(
  fs: FileSystem,
  runtime: UnpackedRuntime | undefined,
): readonly InstallItem[] {
  if (runtime === undefined) {
    return [];
  }
  const { directory, isInPlace } = runtime;
  const target = `${RUNTIMES}/${posix.basename(directory)}`;
  // Beside a cache lies what another install is about to make of it.
  const names = filesBelow(fs, directory, "").filter(
    (name) => !START_CACHES.some((cache) => name.startsWith(`${cache}.`)),
  );
  const ordered = [...names.filter((name) => name !== MARKER), MARKER];
  return ordered.map((name) => ({
    kind: "program",
    path: `${target}/${name}`,
    source: `${directory}/${name}`,
    mode: (fs.stat(`${directory}/${name}`)?.mode ?? 0) & 0o111 ? 0o755 : 0o644,
    isMade: START_CACHES.includes(name) || !isInPlace,
    isDerived: START_CACHES.includes(name),
  }));
}

function filesBelow(fs: FileSystem, directory: string, prefix: string): readonly string[] {
  return [...fs.list(directory)].sort().flatMap((name) => {
    const path = `${directory}/${name}`;
    return fs.stat(path)?.kind === "directory"
      ? filesBelow(fs, path, `${prefix}${name}/`)
      : [`${prefix}${name}`];
  });
}
