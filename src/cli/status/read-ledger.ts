import type { InstancePaths } from "../../instance/paths.ts";
import type { LedgerEntry } from "../../report/ledger.ts";
import { parseLedger } from "../../report/ledger-file.ts";
import type { System } from "../../system/system.ts";

/** Only the end of a longer ledger is read: the newest boot is there. */
const LEDGER_BYTES_MAX = 16 * 1024 * 1024;

/** The ledger of an instance, oldest entry first; undefined where there is none. Throws where it cannot be read, as by somebody who is not root. */
export function readLedger(
  sys: System,
  instance: InstancePaths,
): readonly LedgerEntry[] | undefined {
  const text = readEnd(sys, instance.ledgerFile);
  return text === undefined ? undefined : parseLedger(text);
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
