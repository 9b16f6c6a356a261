import type { System } from "../system/system.ts";
import type { Ledger, LedgerEntry, LedgerStep } from "./ledger.ts";
import { isRecord } from "../text/record.ts";

/** The ledger of one stage: entries are held until the instance is known, then appended to its file. */
export interface StageLedger {
  /** Entries of one module, or of none. */
  forModule(module: string | undefined): Ledger;
  /** From here on entries go to this file; those held so far first. */
  open(path: string): void;
  flush(): void;
}

const NEW_LEDGER_MODE = 0o600;
const BUFFER_COUNT_MAX = 200;

/**
 * A ledger without a file yet. `mask` takes secrets out of what is recorded; `onEntry` hears of each
 * entry at once; `onFailure` hears once that the file cannot be written: what is recorded is lost
 * then, and the work goes on.
 */
export function createStageLedger(
  sys: System,
  stage: string,
  mask: (text: string) => string,
  onEntry?: (entry: LedgerEntry) => void,
  onFailure?: (error: unknown) => void,
): StageLedger {
  let path: string | undefined;
  let buffer: string[] = [];
  let hasFailed = false;
  const flush = (): void => {
    if (path === undefined || buffer.length === 0) {
      return;
    }
    const lines = buffer.join("");
    buffer = [];
    try {
      sys.fs.append(path, lines, { mode: NEW_LEDGER_MODE });
    } catch (error) {
      if (!hasFailed) {
        hasFailed = true;
        onFailure?.(error);
      }
    }
  };
  const record = (module: string | undefined, step: LedgerStep): void => {
    const entry: LedgerEntry = {
      time: sys.clock.now().toISOString(),
      stage,
      ...(module === undefined ? {} : { module }),
      ...step,
      what: mask(step.what),
      ...(step.reason === undefined ? {} : { reason: mask(step.reason) }),
      ...(step.stderr === undefined ? {} : { stderr: mask(step.stderr) }),
    };
    onEntry?.(entry);
    buffer.push(`${JSON.stringify(entry)}\n`);
    if (buffer.length >= BUFFER_COUNT_MAX) {
      flush();
    }
  };
  return {
    forModule: (module) => ({ record: (step) => record(module, step) }),
    open(file) {
      path = file;
      flush();
    },
    flush,
  };
}

/** The entries of a ledger file; lines that are cut or foreign are left out. */
export function parseLedger(text: string): readonly LedgerEntry[] {
  const entries: LedgerEntry[] = [];
  for (const line of text.split("\n")) {
    const entry = parseEntry(line);
    if (entry !== undefined) {
      entries.push(entry);
    }
  }
  return entries;
}

function parseEntry(line: string): LedgerEntry | undefined {
  if (!line.startsWith("{")) {
    return undefined;
  }
  try {
    const value: unknown = JSON.parse(line);
    return isEntry(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isEntry(value: unknown): value is LedgerEntry {
  return (
    isRecord(value) &&
    ["time", "stage", "kind", "what", "outcome"].every((key) => typeof value[key] === "string")
  );
}
