import type { Paths } from "../../instance/paths.ts";
import { readInstanceId } from "../../instance/instance-store.ts";
import type { LedgerEntry } from "../../report/ledger.ts";
import { readTextIfExists } from "../../system/files.ts";
import type { System } from "../../system/system.ts";
import { errorMessage } from "../../text/error-message.ts";
import { isRecord } from "../../text/record.ts";
import { readLedger } from "../status/read-ledger.ts";

/** What earlier stages left that tells what ran, and why. */
export interface KnownState {
  readonly instanceId: string | undefined;
  readonly ledger: readonly LedgerEntry[];
  /** The merged configuration as init kept it; undefined where it is not there or not for us. */
  readonly config: Readonly<Record<string, unknown>> | undefined;
  /** What could not be read, and why. */
  readonly notes: readonly string[];
}

/** Reads it without YAML; what cannot be read is a note, and the rest is used. */
export function readKnownState(sys: System, paths: Paths): KnownState {
  const notes: string[] = [];
  const note = (what: string, error: unknown): void => {
    const hint = sys.process.uid === 0 ? "" : " (only root may)";
    notes.push(`Cannot read ${what}: ${errorMessage(error)}${hint}`);
  };
  const instanceId = readInstanceId(sys, paths);
  let ledger: readonly LedgerEntry[] | undefined;
  if (instanceId === undefined) {
    notes.push("There is no instance: cloud-init has not run on this machine, or was cleaned");
  } else {
    try {
      ledger = readLedger(sys, paths.instance(instanceId));
      if (ledger === undefined) {
        notes.push(`There is no ledger of instance ${instanceId}: another version ran it`);
      }
    } catch (error) {
      note("the ledger", error);
    }
  }
  let config: Readonly<Record<string, unknown>> | undefined;
  try {
    const text = readTextIfExists(sys.fs, `${paths.runDir}/combined-cloud-config.json`);
    const value: unknown = text === undefined ? undefined : JSON.parse(text);
    config = isRecord(value) ? value : undefined;
    if (config === undefined) {
      notes.push(
        "The merged configuration is not there: init has not taken in user-data in this boot",
      );
    }
  } catch (error) {
    note("the merged configuration", error);
  }
  return { instanceId, ledger: ledger ?? [], config, notes };
}
