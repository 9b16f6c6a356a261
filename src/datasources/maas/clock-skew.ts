import type { Logger } from "../../report/logger.ts";
import { readTextIfExists } from "../../system/files.ts";
import type { HttpResponse, System } from "../../system/system.ts";
import { errorMessage } from "../../text/error-message.ts";
import { parseHttpDate } from "../../text/http-date.ts";
import { printable } from "../../text/printable.ts";
import { isRecord } from "../../text/record.ts";

/** How far a server's clock is from this machine's, which signed requests have to make up for. */
export interface ClockSkew {
  /** Seconds to add to this machine's time. */
  seconds(): number;
  /** Takes the skew from the Date of an answer; true if that changed it, so that asking again can help. */
  learn(response: HttpResponse): boolean;
}

/** Less is not worth a word, nor another file: servers take some minutes. */
const CHANGE_S_MIN = 5;

/**
 * The skew of one server ("host:port"), kept for the later stages in `path` (compat
 * datasources-clouds.md §7.2). The Date header is GMT, whatever the time zone of this machine.
 */
export function createClockSkew(
  sys: Pick<System, "fs" | "clock">,
  log: Logger,
  { path, host }: { readonly path: string; readonly host: string },
): ClockSkew {
  const known = readKnown(sys, path);
  const kept = known.get(host);
  let skew = typeof kept === "number" && Number.isFinite(kept) ? kept : 0;
  return {
    seconds: () => skew,
    learn({ status, headers }) {
      const text = headers["date"];
      const date = text === undefined ? undefined : parseHttpDate(text);
      if (date === undefined) {
        log.warn(
          text === undefined
            ? `Missing header 'date' in ${status} response`
            : `Failed to parse date '${printable(text.slice(0, 60))}' in ${status} response`,
        );
        return false;
      }
      const seconds = Math.round((date.getTime() - sys.clock.now().getTime()) / 1000);
      if (Math.abs(seconds - skew) <= CHANGE_S_MIN) {
        return false;
      }
      log.warn(`Setting oauth clockskew for ${host} to ${seconds}`);
      skew = seconds;
      known.set(host, seconds);
      try {
        const text = JSON.stringify(Object.fromEntries(known));
        sys.fs.write(path, `${text}\n`, { mode: 0o600 });
      } catch (error) {
        log.warn(`Cannot keep the clock skew in "${path}": ${errorMessage(error)}`);
      }
      return true;
    },
  };
}

/** What cannot be read is as if it were not there. */
function readKnown(sys: Pick<System, "fs">, path: string): Map<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(readTextIfExists(sys.fs, path) ?? "{}");
    return new Map(isRecord(parsed) ? Object.entries(parsed) : []);
  } catch {
    return new Map();
  }
}
