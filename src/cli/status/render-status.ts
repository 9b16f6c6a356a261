import type { LedgerEntry } from "../../report/ledger.ts";
import { isRecord } from "../../text/record.ts";
import type { FailedSteps } from "./failed-steps.ts";
import type { StatusSummary } from "./status-summary.ts";

/** `status: done`, and with `isLong` all the rest (compat core.md §7.1). */
export function renderTabular(summary: StatusSummary, isLong: boolean): string {
  const lines = [`status: ${summary.status}`];
  if (isLong) {
    lines.push(
      `extended_status: ${summary.extended_status}`,
      `boot_status_code: ${summary.boot_status_code}`,
      ...(summary.last_update === "" ? [] : [`last_update: ${summary.last_update}`]),
      `detail: ${oneLine(summary.detail)}`,
      ...renderErrors(summary.errors),
      ...renderRecoverable(summary.recoverable_errors),
    );
  }
  return `${lines.join("\n")}\n`;
}

function renderErrors(errors: readonly string[]): readonly string[] {
  return errors.length === 0
    ? ["errors: []"]
    : ["errors:", ...errors.map((error) => `\t- ${oneLine(error)}`)];
}

function renderRecoverable(all: Readonly<Record<string, readonly string[]>>): readonly string[] {
  const levels = Object.keys(all).sort();
  const lines = [levels.length === 0 ? "recoverable_errors: {}" : "recoverable_errors:"];
  for (const level of levels) {
    lines.push(`${level}:`, ...(all[level] ?? []).map((message) => `\t- ${oneLine(message)}`));
  }
  return lines;
}

function oneLine(text: string): string {
  return text.replaceAll(/\r?\n/gu, " ");
}

/** The value that JSON and YAML show: upstream's keys, and `failed` where it was asked for. */
export function statusValue(
  summary: StatusSummary,
  failed: readonly LedgerEntry[] | undefined,
): unknown {
  const { exitCode: _exitCode, notes: _notes, stages, ...rest } = summary;
  const all = { ...rest, ...stages, ...(failed === undefined ? {} : { failed }) };
  return sortKeys(all);
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(sortKeys);
  }
  if (!isRecord(value)) {
    return value;
  }
  const keys = Object.keys(value).sort();
  return Object.fromEntries(keys.map((key) => [key, sortKeys(value[key])]));
}

/** One line for each failed step below the module it belongs to, then what it wrote before its last line. */
export function renderFailed(failed: FailedSteps | undefined): string {
  if (failed === undefined) {
    return "No ledger: cloud-init has not run for an instance yet, or it was another version\n";
  }
  const { entries, instanceId } = failed;
  if (entries.length === 0) {
    return `Nothing failed in the last boot of instance ${instanceId}\n`;
  }
  const lines = [`${entries.length} failed in the last boot of instance ${instanceId}:`];
  let group = "";
  for (const entry of entries) {
    const title = entry.module === undefined ? entry.stage : `${entry.stage}, ${entry.module}`;
    if (title !== group) {
      group = title;
      lines.push("", `${title}:`);
    }
    lines.push(`  ${describeStep(entry)}`);
    const earlier = (entry.stderr ?? "").split("\n").slice(0, -1);
    lines.push(...earlier.map((line) => `      ${line}`));
  }
  return `${lines.join("\n")}\n`;
}

/** `runcmd[3] (user-data line 27) exit 2: cannot open /x`. */
export function describeStep(entry: LedgerEntry): string {
  const { source, line, exitCode } = entry;
  const place =
    source === undefined ? "" : ` (${line === undefined ? source : `${source} line ${line}`})`;
  const code = exitCode === undefined ? "" : ` exit ${exitCode}`;
  const why = whyOf(entry);
  const ending = entry.outcome === "interrupted" ? " interrupted" : code;
  return `${entry.what}${place}${ending}${why === "" ? "" : `: ${oneLine(why)}`}`;
}

/** A reason that says more than the exit code, else the last line of output. */
function whyOf(entry: LedgerEntry): string {
  const last = entry.stderr?.split("\n").at(-1) ?? "";
  const reason = entry.reason ?? "";
  return reason === "" || reason === `exit code ${entry.exitCode}` ? last : reason;
}
