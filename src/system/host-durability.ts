import type childProcess from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { codeOf } from "./host-error.ts";

/** More files than this are made durable by one `sync`, which is then the cheaper way. */
const FSYNC_COUNT_MAX = 32;
const SYNC_TIMEOUT_MS = 120_000;
const SYNC_PROGRAMS = ["/usr/sbin/sync", "/bin/sync", "/usr/bin/sync"];

/** What was written and may still be lost in a power cut. */
export interface Durability {
  /** A file or directory whose content or entry changed. */
  remember(changedPath: string): void;
  /** Makes the names in `directory` survive. */
  syncDirectory(directory: string): void;
  /** Makes everything remembered survive. */
  flush(): void;
}

/** Keeps track of unsaved changes for one file system; `saveAll` makes everything survive, false where it cannot. */
export function createDurability(saveAll: () => boolean = runSync): Durability {
  const changedPaths = new Set<string>();
  return {
    remember(changedPath) {
      changedPaths.add(changedPath);
    },
    syncDirectory(directory) {
      if (!trySyncDirectory(directory)) {
        saveAll();
      }
    },
    flush() {
      const paths = [...changedPaths];
      changedPaths.clear();
      if (paths.length === 0 || (paths.length > FSYNC_COUNT_MAX && saveAll())) {
        return;
      }
      const refusals = paths.map(syncPath).filter((refusal) => refusal !== undefined);
      const directories = new Set(paths.map((file) => path.dirname(file)));
      // All of them, also after one that failed: they may be on different file systems.
      const areSynced = [...directories].map(trySyncDirectory);
      const isSaved = (refusals.length === 0 && !areSynced.includes(false)) || saveAll();
      if (!isSaved && refusals.length > 0) {
        throw refusals[0];
      }
    },
  };
}

/** The error of a system that does not do this for a file opened in the way that was possible. */
function syncPath(file: string): unknown {
  const stats = fs.statSync(file, { throwIfNoEntry: false });
  if (stats?.isDirectory() === true) {
    trySyncDirectory(file);
  } else if (stats?.isFile() === true) {
    return syncFile(file);
  }
  return undefined;
}

function syncFile(file: string): unknown {
  // AIX wants a descriptor that is open for writing (fsync subroutine, EBADF): a program that runs
  // has none (ETXTBSY).
  const fd = openFirst(file, [fs.constants.O_WRONLY, fs.constants.O_RDONLY]);
  if (fd === undefined) {
    return undefined;
  }
  try {
    fs.fsyncSync(fd);
    return undefined;
  } catch (error) {
    if (codeOf(error) !== "EBADF" && codeOf(error) !== "EINVAL") {
      throw error;
    }
    return error;
  } finally {
    fs.closeSync(fd);
  }
}

/** Undefined where the file went away meanwhile, which is fine. */
function openFirst(file: string, flags: readonly number[]): number | undefined {
  for (const flag of flags) {
    try {
      return fs.openSync(file, flag);
    } catch (error) {
      if (codeOf(error) !== "EACCES" && codeOf(error) !== "ETXTBSY") {
        return undefined;
      }
    }
  }
  return undefined;
}

/** False where the system does not do this for directories, as may be on AIX. */
function trySyncDirectory(directory: string): boolean {
  try {
    const fd = fs.openSync(directory, fs.constants.O_RDONLY);
    try {
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
    return true;
  } catch (error) {
    return codeOf(error) === "ENOENT";
  }
}

/** False where there is no such program. Loaded on first use: most runs of the agent do not need it. */
function runSync(): boolean {
  const program = SYNC_PROGRAMS.find((candidate) => fs.existsSync(candidate));
  if (program === undefined) {
    return false;
  }
  const { spawnSync } = createRequire("/")("node:child_process") as typeof childProcess;
  const result = spawnSync(program, [], { stdio: "ignore", env: {}, timeout: SYNC_TIMEOUT_MS });
  return result.status === 0;
}
