import type { Paths } from "../instance/paths.ts";
import type { Frequency } from "../modules/module.ts";
import type { System } from "../system/system.ts";
import { isDirectory } from "../system/files.ts";

/** Where the sign stands that some work is done (compat config.md §7). */
export interface Semaphore {
  /** "config_write_files": as `config-NAME already ran` shows it with "-". */
  readonly name: string;
  readonly frequency: Frequency;
  /** Undefined for "always": nothing is kept. */
  readonly path: string | undefined;
  /** Spellings of older versions that count as well. */
  readonly legacyPaths: readonly string[];
}

/** The semaphore of a module. `writtenNames` are the ways it is spelled in the lists, besides its canonical name. */
export function moduleSemaphore(
  paths: Paths,
  instanceId: string,
  canonicalName: string,
  writtenNames: readonly string[],
  frequency: Frequency,
): Semaphore {
  return createSemaphore(paths, instanceId, `config_${canonicalName}`, frequency, [
    `config-${canonicalName.replaceAll("_", "-")}`,
    ...writtenNames.flatMap((name) => [`config_${name.replaceAll("-", "_")}`, `config-${name}`]),
  ]);
}

/** The semaphore of any other work: "consume_data". */
export function createSemaphore(
  paths: Paths,
  instanceId: string,
  name: string,
  frequency: Frequency,
  legacyNames: readonly string[] = [],
): Semaphore {
  const dir = frequency === "once" ? paths.semDir : paths.instance(instanceId).semDir;
  const ending = frequency === "once" ? ".once" : "";
  const path = frequency === "always" ? undefined : `${dir}/${name}${ending}`;
  const legacyPaths = legacyNames
    .map((legacy) => `${dir}/${legacy}${ending}`)
    .filter((legacy) => legacy !== path);
  return { name, frequency, path, legacyPaths: path === undefined ? [] : legacyPaths };
}

/** Whether the work is done, under today's name or an older one. */
export function isSet(sys: System, semaphore: Semaphore): boolean {
  const candidates = semaphore.path === undefined ? [] : [semaphore.path, ...semaphore.legacyPaths];
  return candidates.some((path) => sys.fs.stat(path) !== undefined);
}

/**
 * Writes the semaphore: `<pid>: <epoch seconds>`. `durable` where the work changed something; work
 * that changed nothing may run again after a power cut without harm. Throws where it cannot be
 * written.
 */
export function setSemaphore(sys: System, semaphore: Semaphore, durable: boolean): void {
  if (semaphore.path === undefined) {
    return;
  }
  const dir = semaphore.path.slice(0, semaphore.path.lastIndexOf("/"));
  // `rm -rf instance/sem` is how users make everything run again: the directory comes back by itself.
  if (!isDirectory(sys.fs, dir)) {
    sys.fs.makeDirectory(dir, { mode: 0o755 });
  }
  const seconds = sys.clock.now().getTime() / 1_000;
  sys.fs.write(semaphore.path, `${sys.process.pid}: ${seconds}\n`, { mode: 0o644, durable });
}
