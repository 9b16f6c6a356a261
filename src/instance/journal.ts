import type { System } from "../system/system.ts";
import { readTextIfExists } from "../system/files.ts";
import { isRecord } from "../text/record.ts";
import type { Paths } from "./paths.ts";

/**
 * What the agent was doing, for the boot after a power cut (DECISIONS 17). A semaphore is written
 * only when its work is done, so work that was cut off runs again; the journal lets the log and the
 * ledger say so.
 */
export interface Journal {
  readonly stage: string;
  /** Name of the semaphore: "config_write_files". */
  readonly work: string;
  readonly startedAt: string;
  /** File of the semaphore that is written when the work is done; absent where there is none. */
  readonly semaphore?: string;
  /** A script or command of the user's has begun in it. */
  readonly isUserCode?: boolean;
}

/** Says on disk that the work has begun. */
export function beginWork(sys: System, paths: Paths, journal: Journal): void {
  sys.fs.write(paths.journalFile, `${JSON.stringify(journal)}\n`, { mode: 0o644, durable: true });
}

/** Says that it has ended, whichever way. */
export function endWork(sys: System, paths: Paths): void {
  sys.fs.remove(paths.journalFile);
}

/**
 * How often in a row the user's code of this work was cut off, this time included. A script that
 * restarts the machine is cut off each time: the count is what ends that circle.
 */
export function countCutOff(sys: System, paths: Paths, semaphore: string): number {
  const path = cutOffPath(paths);
  let before = 0;
  try {
    const value: unknown = JSON.parse(readTextIfExists(sys.fs, path) ?? "null");
    if (isRecord(value) && value["semaphore"] === semaphore && typeof value["count"] === "number") {
      before = value["count"];
    }
  } catch {
    // Cut short itself: the count begins anew.
  }
  const count = before + 1;
  sys.fs.write(path, `${JSON.stringify({ semaphore, count })}\n`, { mode: 0o644, durable: true });
  return count;
}

/** The user's code has come to its end. */
export function forgetCutOffs(sys: System, paths: Paths): void {
  sys.fs.remove(cutOffPath(paths));
}

function cutOffPath(paths: Paths): string {
  return `${paths.dataDir}/cut-off.json`;
}

/** The work that a power cut or a kill left unfinished, or undefined. */
export function readJournal(sys: System, paths: Paths): Journal | undefined {
  const text = readTextIfExists(sys.fs, paths.journalFile);
  if (text === undefined) {
    return undefined;
  }
  try {
    const value: unknown = JSON.parse(text);
    if (
      isRecord(value) &&
      typeof value["stage"] === "string" &&
      typeof value["work"] === "string" &&
      typeof value["startedAt"] === "string"
    ) {
      return {
        stage: value["stage"],
        work: value["work"],
        startedAt: value["startedAt"],
        ...(typeof value["semaphore"] === "string" ? { semaphore: value["semaphore"] } : {}),
        ...(value["isUserCode"] === true ? { isUserCode: true } : {}),
      };
    }
  } catch {
    // Cut short itself: something was interrupted, but nothing tells what.
  }
  return { stage: "unknown", work: "unknown", startedAt: "unknown" };
}
