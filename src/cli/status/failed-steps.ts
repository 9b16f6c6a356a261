import type { Paths } from "../../instance/paths.ts";
import { readInstanceId } from "../../instance/instance-store.ts";
import type { LedgerEntry } from "../../report/ledger.ts";
import { parseLedger } from "../../report/ledger-file.ts";
import type { Status } from "../../report/status-file.ts";
import type { System } from "../../system/system.ts";

/** What of the newest boot did not work, from the ledger of the current instance. */
export interface FailedSteps {
  readonly instanceId: string;
  readonly entries: readonly LedgerEntry[];
}

/** Only the end of a longer ledger is read: the newest boot is there. */
const LEDGER_BYTES_MAX = 16 * 1024 * 1024;

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
  const text = readEnd(sys, paths.instance(instanceId).ledgerFile);
  return text === undefined
    ? undefined
    : { instanceId, entries: failedOf(newestBoot(parseLedger(text), status)) };
}

function readEnd(sys: System, path: string): string | undefined {
  const found = sys.fs.stat(path);
  if (found === undefined) {
    return undefined;
  }
  const file = sys.fs.open(path);
  try {
    const start = Math.max(0, found.sizeBytes - LEDGER_BYTES_MAX);
    const chunks: Uint8Array[] = [];
    for (let at = start; ;) {
      const chunk = file.read(at, LEDGER_BYTES_MAX);
      if (chunk.length === 0 || at - start > LEDGER_BYTES_MAX) {
        break;
      }
      chunks.push(chunk);
      at += chunk.length;
    }
    const decoder = new TextDecoder();
    return `${chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join("")}${decoder.decode()}`;
  } finally {
    file.close();
  }
}

/** From the first entry that is not older than the boot's beginning; the clock may have been set since, so that later ones are not compared. */
function newestBoot(entries: readonly LedgerEntry[], status: Status): readonly LedgerEntry[] {
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
