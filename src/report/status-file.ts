import type { System } from "../system/system.ts";
import { formatJson } from "../text/format-json.ts";
import { isRecord } from "../text/record.ts";

/** What one stage did, as status.json shows it (compat core.md §5.3). Times in seconds since 1970. */
export interface StageStatus {
  readonly errors: readonly string[];
  readonly recoverable_errors: Readonly<Record<string, readonly string[]>>;
  readonly start: number | null;
  readonly finished: number | null;
}

export interface Status {
  readonly datasource: string | null;
  /** The running stage, null between stages. */
  readonly stage: string | null;
  readonly stages: Readonly<Record<string, StageStatus>>;
}

export const STAGE_NAMES = ["init-local", "init", "modules-config", "modules-final"] as const;

const EMPTY_STAGE: StageStatus = {
  errors: [],
  recoverable_errors: {},
  start: null,
  finished: null,
};

/** A status in which nothing has run. */
export function emptyStatus(): Status {
  return {
    datasource: null,
    stage: null,
    stages: Object.fromEntries(STAGE_NAMES.map((name) => [name, EMPTY_STAGE])),
  };
}

/** What status.json holds; a missing, cut or foreign file is an empty status. */
export function readStatus(sys: System, path: string): Status {
  try {
    const bytes = sys.fs.readBytesIfExists(path);
    const text = bytes === undefined ? "" : new TextDecoder().decode(bytes);
    return parseStatus(text) ?? emptyStatus();
  } catch {
    return emptyStatus();
  }
}

/** The status in the text of a status.json; undefined where it is cut or foreign. */
export function parseStatus(text: string): Status | undefined {
  const v1 = parseV1(text);
  return v1 === undefined
    ? undefined
    : {
        datasource: typeof v1["datasource"] === "string" ? v1["datasource"] : null,
        stage: typeof v1["stage"] === "string" ? v1["stage"] : null,
        stages: Object.fromEntries(STAGE_NAMES.map((name) => [name, parseStage(v1[name])])),
      };
}

/** What the text of a result.json says; undefined where it is cut or foreign. */
export function parseResult(
  text: string,
): { readonly datasource: string | null; readonly errors: readonly string[] } | undefined {
  const v1 = parseV1(text);
  return v1 === undefined
    ? undefined
    : {
        datasource: typeof v1["datasource"] === "string" ? v1["datasource"] : null,
        errors: strings(v1["errors"]),
      };
}

function parseV1(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    const v1 = isRecord(parsed) ? parsed["v1"] : undefined;
    return isRecord(v1) ? v1 : undefined;
  } catch {
    return undefined;
  }
}

/** Replaces status.json at once: readable by all, keys sorted, indent 1. */
export function writeStatus(sys: System, path: string, status: Status): void {
  const v1 = { datasource: status.datasource, stage: status.stage, ...status.stages };
  sys.fs.write(path, formatJson({ v1 }), { mode: 0o644, durable: true });
}

/** result.json, the sign that everything has ended. */
export function writeResult(sys: System, path: string, status: Status): void {
  const errors = STAGE_NAMES.flatMap((name) => status.stages[name]?.errors ?? []);
  const v1 = { datasource: status.datasource, errors };
  sys.fs.write(path, formatJson({ v1 }), { mode: 0o644, durable: true });
}

function parseStage(value: unknown): StageStatus {
  if (!isRecord(value)) {
    return EMPTY_STAGE;
  }
  const recoverable = value["recoverable_errors"];
  return {
    errors: strings(value["errors"]),
    recoverable_errors: isRecord(recoverable)
      ? Object.fromEntries(
          Object.entries(recoverable).map(([level, list]) => [level, strings(list)]),
        )
      : {},
    start: numberOrNull(value["start"]),
    finished: numberOrNull(value["finished"]),
  };
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value)
    ? value.filter((item): item is string => typeof item === "string")
    : [];
}

function numberOrNull(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
