import type { Paths } from "../../instance/paths.ts";
import { readInstanceId } from "../../instance/instance-store.ts";
import type { LedgerEntry } from "../../report/ledger.ts";
import type { Status } from "../../report/status-file.ts";
import type { System } from "../../system/system.ts";
import { readLedger } from "./read-ledger.ts";

/** What of the newest boot did not work, from the ledger of the current instance. */
export interface FailedSteps {
  readonly instanceId: string;
  readonly entries: readonly LedgerEntry[];
}

/**
 * The failed and interrupted steps of the newest boot. Undefined where there is no instance, or no
 * ledger of it. Throws where it cannot be read, as by somebody who is not root.
 */
export function readFailedSteps(
  sys: System,
  paths: Paths,
  status: Status,
): FailedSteps | undefined {
  const instanceId = readInstanceId(sys, paths);
  if (instanceId === undefined) {
    return undefined;
  }
  const ledger = readLedger(sys, paths.instance(instanceId));
  return ledger === undefined
    ? undefined
    : { instanceId, entries: failedOf(newestBoot(ledger, status)) };
}

/** From the first entry that is not older than the boot's beginning; the clock may have been set since, so that later ones are not compared. */
export function newestBoot(
  entries: readonly LedgerEntry[],
  status: Status,
): readonly LedgerEntry[] {
  const starts = Object.values(status.stages).flatMap(({ start }) => start ?? []);
  if (starts.length === 0) {
    return entries;
  }
  const startMs = Math.min(...starts) * 1_000 - CLOCK_GRAIN_MS;
  const first = entries.findIndex(({ time }) => Date.parse(time) >= startMs);
  return first === -1 ? [] : entries.slice(first);
}

const CLOCK_GRAIN_MS = 2;

/** Each failure where it happened: what only sums up others is left out. */
function failedOf(entries: readonly LedgerEntry[]): readonly LedgerEntry[] {
  const failed = entries.filter(({ outcome }) => outcome === "failed" || outcome === "interrupted");
  return failed.filter((entry) => !failed.some((other) => isPartOf(other, entry)));
}

/** Whether `part` is a step of what `whole` sums up: a module's step, or a command of a script. */
function isPartOf(part: LedgerEntry, whole: LedgerEntry): boolean {
  if (part === whole || part.stage !== whole.stage || part.module !== whole.module) {
    return false;
  }
  if (whole.kind === "module") {
    return part.kind !== "module";
  }
  const name = whole.what.slice(whole.what.lastIndexOf("/") + 1);
  return part.what.startsWith(`${name}[`) && part.exitCode === whole.exitCode;
}
