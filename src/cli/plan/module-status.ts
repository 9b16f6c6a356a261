import { findKnownName } from "../../modules/known-names.ts";
import type { LedgerEntry } from "../../report/ledger.ts";
import type { PlanModuleStatus } from "./plan-report.ts";

/** What the ledger's entry of a module says of it. */
export function statusOf(entry: LedgerEntry): PlanModuleStatus {
  switch (entry.outcome) {
    case "ok":
    case "interrupted":
      return "runs";
    case "failed":
      return "fails";
    case "already-ran":
      return "already-ran";
    case "skipped":
      return skippedStatus(entry.what, entry.reason ?? "");
  }
}

function skippedStatus(name: string, reason: string): PlanModuleStatus {
  if (findKnownName(name) !== undefined) {
    return "no-effect";
  }
  return reason.startsWith("it is not for distro") ? "other-system" : "no-config";
}
