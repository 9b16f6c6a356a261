import type { PlanMessage } from "./plan-report.ts";
import type { Place } from "./plan-step.ts";

/** The texts of the boot's documents by line: "user-data" → its lines. */
export type SourceTexts = ReadonlyMap<string, readonly string[]>;

/**
 * A message that begins with its place, taken apart; with the text of the line where that is known.
 * `mask` takes secrets out of both.
 */
export function parsePlanMessage(
  given: string,
  sources: SourceTexts,
  mask: (text: string) => string,
): PlanMessage {
  const text = mask(given);
  const match = PLACE.exec(text);
  if (match === null) {
    return { message: text };
  }
  const place = { source: match[1] ?? "", line: Number(match[2]) };
  const message = text.slice(match[0].length);
  const line = sourceLine(place, sources);
  return line === undefined
    ? { message, place }
    : { message, place, text: shorten(maskValue(mask(line))) };
}

/** `formatProblem` puts these before a message: a document, a file, a part of user-data. */
const PLACE = /^((?:user-data|vendor-data2?)(?: part "[^"]*")?|[\w./-]+):(\d+)(?::\d+)?: /u;
const SHOWN_LENGTH_MAX = 120;

function sourceLine(place: Place, sources: SourceTexts): string | undefined {
  const line = sources.get(place.source)?.[place.line - 1];
  return line === undefined || line.trim() === "" ? undefined : line;
}

/** Secrets that are too short to be known as such. */
function maskValue(line: string): string {
  return line.replace(
    /((?:passw(?:or)?d|secret|token|private|api_?key)[\w-]*["']?\s*:\s*)\S.*$/iu,
    "$1***",
  );
}

function shorten(line: string): string {
  return line.length > SHOWN_LENGTH_MAX ? `${line.slice(0, SHOWN_LENGTH_MAX)}…` : line;
}
