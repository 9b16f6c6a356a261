import { FileError } from "../../system/file-error.ts";
import type { System } from "../../system/system.ts";
import { gunzip, isGzip } from "../../text/gunzip.ts";
import { isRecord } from "../../text/record.ts";
import type { BootEvent, LogContent } from "./boot-event.ts";
import { readLog } from "./read-log.ts";

/** What there is to analyse, or why there is nothing. */
export type AnalyzeInput =
  | { readonly ok: true; readonly content: LogContent }
  | { readonly ok: false; readonly message: string };

/** A log of a whole year of boots is shorter. */
const INPUT_BYTES_MAX = 512 * 1024 * 1024;

/** Reads a log, a log that logrotate has packed, or what `analyze dump` wrote. */
export function readAnalyzeInput(sys: System, path: string, shownPath: string): AnalyzeInput {
  let bytes: Uint8Array;
  try {
    bytes = sys.fs.readBytes(path);
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
    Number.isFinite(value["timestamp"])
  );
}
