import { formatDuration, parseDurationMs } from "../text/duration.ts";
import type { TimeLimit } from "../config/time-limits.ts";
import type { Frequency } from "./module.ts";
import { parseFrequency } from "./parse-frequency.ts";

/** What an external module says of itself in a comment; each member is absent where it does not. */
export interface ExternalHeader {
  readonly frequency?: Frequency;
  /** Name of a file in the module's directory. */
  readonly schema?: string;
  /** It changes nothing where CLOUD_INIT_PLAN is in its environment. */
  readonly isPlannable?: boolean;
  readonly limit?: TimeLimit;
  /** What of the comment cannot be used, and why. */
  readonly problems: readonly string[];
}

/** So many first lines can hold the comment. */
const LINES_MAX = 20;
/** And no more bytes of the file are looked at. */
export const HEADER_BYTES_MAX = 4096;
const NO_HEADER: ExternalHeader = { problems: [] };

/**
 * Reads `# cloud-init: frequency=always schema=NAME.schema.json plan=yes timeout=5m` from the
 * beginning of a script. A program in machine code (with a NUL in its beginning) says nothing.
 */
export function parseExternalHeader(head: Uint8Array): ExternalHeader {
  if (head.includes(0)) {
    return NO_HEADER;
  }
  const lines = new TextDecoder().decode(head).split(/\r?\n/u, LINES_MAX);
  const words = lines.flatMap((line) => {
    const match = /^[ \t]*#+[ \t]*cloud-init:(?<words>.*)$/u.exec(line);
    return (match?.groups?.["words"] ?? "").split(/[ \t,]+/u).filter((word) => word !== "");
  });
  return words.reduce(addWord, NO_HEADER);
}

function addWord(header: ExternalHeader, word: string): ExternalHeader {
  const [, name = "", value = ""] = /^([^=]*)=(.*)$/su.exec(word) ?? ["", word, ""];
  switch (name) {
    case "frequency": {
      const frequency = parseFrequency(value);
      return frequency === undefined
        ? withProblem(header, word, 'expected "once-per-instance", "always" or "once"')
        : { ...header, frequency };
    }
    case "schema":
      return SCHEMA_NAME.test(value)
        ? { ...header, schema: value }
        : withProblem(header, word, 'expected the name of a file beside it, ending in ".json"');
    case "plan":
      return value === "yes" || value === "no"
        ? { ...header, isPlannable: value === "yes" }
        : withProblem(header, word, 'expected "yes" or "no"');
    case "timeout": {
      const ms = parseDurationMs(value);
      return ms === undefined || ms === 0
        ? withProblem(header, word, "expected a duration such as 300, 30s, 5m or 1h30m")
        : { ...header, limit: { ms, title: `${formatDuration(ms)} (timeout in its header)` } };
    }
    default:
      return withProblem(header, word, "expected frequency=, schema=, plan= or timeout=");
  }
}

const SCHEMA_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]*\.json$/u;
const SHOWN_LENGTH_MAX = 80;

function withProblem(header: ExternalHeader, word: string, expected: string): ExternalHeader {
  const shown = JSON.stringify(word.slice(0, SHOWN_LENGTH_MAX));
  const problem = `Cannot use ${shown} in its "# cloud-init:" line: ${expected}`;
  return { ...header, problems: [...header.problems, problem] };
}
