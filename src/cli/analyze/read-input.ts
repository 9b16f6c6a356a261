import { FileError } from "../../system/file-error.ts";
import type { System } from "../../system/system.ts";
import { gunzip } from "../../text/gunzip.ts";
import { isGzip } from "../../text/is-gzip.ts";
import { isRecord } from "../../text/record.ts";
import type { BootEvent, LogContent } from "./boot-event.ts";
import { readLog } from "./read-log.ts";

/** What there is to analyse, or why there is nothing. */
export type AnalyzeInput =
  | { readonly ok: true; readonly content: LogContent }
  | { readonly ok: false; readonly message: string };

/** The years 0 to 9999, in seconds: what a log can hold, and a date has four digits for. */
const TIMESTAMP_MIN = -62_167_219_200;
const TIMESTAMP_MAX = 253_402_300_799;

/** A log of a whole year of boots is shorter. */
const INPUT_BYTES_MAX = 512 * 1024 * 1024;

/** Reads a log, a log that logrotate has packed, or what `analyze dump` wrote. No `path`: from the standard input. */
export async function readAnalyzeInput(
  sys: System,
  path: string | undefined,
  shownPath: string,
): Promise<AnalyzeInput> {
  let bytes: Uint8Array;
  try {
    bytes =
      path === undefined
        ? ((await sys.input?.readAll(INPUT_BYTES_MAX)) ?? new Uint8Array())
        : sys.fs.readBytes(path);
  } catch (error) {
    const why = error instanceof FileError && error.code !== "ENOENT" ? `: ${error.message}` : "";
    return { ok: false, message: `Cannot open file ${shownPath}${why}` };
  }
  if (isGzip(bytes)) {
    const unpacked = gunzip(bytes, INPUT_BYTES_MAX);
    if (!unpacked.ok) {
      return { ok: false, message: `Cannot unpack file ${shownPath}: ${unpacked.reason}` };
    }
    bytes = unpacked.content;
  }
  const text = new TextDecoder().decode(bytes);
  if (text.trim() === "") {
    return { ok: false, message: `Empty file ${shownPath}` };
  }
  const dumped = text.trimStart().startsWith("[") ? readDump(text) : undefined;
  const content = dumped ?? readLog(text, sys.clock.now());
  return content.events.length > 0
    ? { ok: true, content }
    : {
        ok: false,
        message: `No events of cloud-init in ${shownPath}: is it its log? Events are logged at DEBUG`,
      };
}

function readDump(text: string): LogContent | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const events = Array.isArray(value) ? value.filter(isBootEvent) : [];
    return { events, commands: [], machineStarts: new Map() };
  } catch {
    return undefined;
  }
}

function isBootEvent(value: unknown): value is BootEvent {
  return (
    isRecord(value) &&
    typeof value["name"] === "string" &&
    typeof value["description"] === "string" &&
    (value["event_type"] === "start" || value["event_type"] === "finish") &&
    typeof value["timestamp"] === "number" &&
    value["timestamp"] >= TIMESTAMP_MIN &&
    value["timestamp"] <= TIMESTAMP_MAX
  );
}
