import type { Status } from "../../report/status-file.ts";
import { emptyStatus, parseResult, parseStatus } from "../../report/status-file.ts";
import { FileError } from "../../system/file-error.ts";
import { readTextIfExists } from "../../system/files.ts";
import type { System } from "../../system/system.ts";
import { formatRfc2822 } from "../../text/rfc2822.ts";
import type { BootStatus } from "./boot-status.ts";

export type RunningState = "disabled" | "done" | "not started" | "running";

/** What `cloud-init status` tells, under upstream's names (compat core.md §7.1). */
export interface StatusSummary {
  readonly boot_status_code: string;
  /** First word of the description, in lower case: "configdrivenet". */
  readonly datasource: string;
  readonly detail: string;
  readonly errors: readonly string[];
  readonly extended_status: string;
  readonly last_update: string;
  readonly recoverable_errors: Readonly<Record<string, readonly string[]>>;
  readonly status: "error" | RunningState;
  readonly stage: string | null;
  readonly stages: Status["stages"];
  readonly exitCode: 0 | 1 | 2;
  /** Files that are there and cannot be used. */
  readonly notes: readonly string[];
}

/** status.json and result.json as they are just now. */
export interface StatusFiles {
  readonly status: Status;
  readonly isStatusThere: boolean;
  readonly isResultThere: boolean;
  readonly notes: readonly string[];
}

/** Reads both files from `directories`, the first that has them. A file that is cut short is told in a note, and what the other one says is used. */
export function readStatusFiles(sys: System, directories: readonly string[]): StatusFiles {
  const notes: string[] = [];
  const status = readFirst(sys, directories, "status.json", parseStatus, notes);
  const result = readFirst(sys, directories, "result.json", parseResult, notes);
  const known = status.value ?? emptyStatus();
  // A status that cannot be read: the errors of its end are in the other file.
  const rescued =
    status.isThere && status.value === undefined && result.value !== undefined
      ? withResult(known, result.value)
      : known;
  return {
    status: rescued,
    isStatusThere: status.isThere,
    isResultThere: result.isThere,
    notes,
  };
}

/** Holds the files against whether cloud-init may run. */
export function summariseStatus(files: StatusFiles, boot: BootStatus): StatusSummary {
  const { status } = files;
  const stages = Object.values(status.stages);
  const errors = stages.flatMap((stage) => stage.errors);
  const recoverable = mergeRecoverable(stages.map((stage) => stage.recoverable_errors));
  const times = stages.flatMap(({ start, finished }) => [start ?? 0, finished ?? 0]);
  const latest = Math.max(0, ...times);
  const running = runningState(files, boot, latest);
  const isError = errors.length > 0;
  const isDegraded = !isError && Object.keys(recoverable).length > 0;
  const showsDegraded = isDegraded && (running === "done" || running === "running");
  return {
    boot_status_code: boot.code,
    datasource: datasourceName(status.datasource),
    detail: detailOf(status, boot, running),
    errors,
    extended_status: isError
      ? `error - ${running}`
      : showsDegraded
        ? `degraded ${running}`
        : running,
    last_update: latest > 0 ? formatRfc2822(new Date(latest * 1_000)) : "",
    recoverable_errors: recoverable,
    status: isError ? "error" : running,
    stage: status.stage,
    stages: status.stages,
    exitCode: isError ? 1 : isDegraded ? 2 : 0,
    notes: files.notes,
  };
}

function readFirst<T>(
  sys: System,
  directories: readonly string[],
  name: string,
  parse: (text: string) => T | undefined,
  notes: string[],
): { readonly isThere: boolean; readonly value: T | undefined } {
  for (const directory of directories) {
    const path = `${directory}/${name}`;
    const text = readForStatus(sys, path);
    if (text !== undefined) {
      const value = parse(text);
      if (value === undefined) {
        notes.push(`Cannot read "${path}": it is cut short, or no file of cloud-init`);
      }
      return { isThere: true, value };
    }
  }
  return { isThere: false, value: undefined };
}

/** The Python agent's files are for root alone. */
function readForStatus(sys: System, path: string): string | undefined {
  try {
    return readTextIfExists(sys.fs, path);
  } catch (error) {
    if (error instanceof FileError && /^E(?:ACCES|PERM)$/u.test(error.code)) {
      const message = `${error.message}; an older version wrote it for root alone: try again as root`;
      // oxlint-disable-next-line preserve-caught-error -- it would be shown, and says nothing else
      throw new Error(message);
    }
    throw error;
  }
}

/** The errors of all stages, held by the last one. */
function withResult(
  status: Status,
  result: { readonly datasource: string | null; readonly errors: readonly string[] },
): Status {
  const final = status.stages["modules-final"];
  return {
    ...status,
    datasource: result.datasource,
    stages:
      final === undefined
        ? status.stages
        : { ...status.stages, "modules-final": { ...final, errors: result.errors } },
  };
}

function runningState(files: StatusFiles, boot: BootStatus, latest: number): RunningState {
  if (boot.isDisabled) {
    return "disabled";
  }
  if (files.isStatusThere && !files.isResultThere) {
    return "running";
  }
  // Without its status the result alone says that all has ended.
  return latest > 0 || (files.isResultThere && files.notes.length > 0) ? "done" : "not started";
}

function detailOf(status: Status, boot: BootStatus, running: RunningState): string {
  if (running === "disabled") {
    return boot.reason;
  }
  if (status.datasource !== null && status.datasource !== "") {
    return status.datasource;
  }
  return status.stage === null ? boot.reason : `Running in stage: ${status.stage}`;
}

function datasourceName(description: string | null): string {
  return (description ?? "").split(" ", 1)[0]?.toLowerCase().replace("datasource", "") ?? "";
}

function mergeRecoverable(
  all: readonly Readonly<Record<string, readonly string[]>>[],
): Readonly<Record<string, readonly string[]>> {
  const merged = new Map<string, readonly string[]>();
  for (const [level, messages] of all.flatMap((one) => Object.entries(one))) {
    if (messages.length > 0) {
      merged.set(level, [...(merged.get(level) ?? []), ...messages]);
    }
  }
  return Object.fromEntries(merged);
}
