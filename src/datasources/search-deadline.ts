import { type CloudConfig, valueAt } from "../config/cloud-config.ts";
import type { Logger } from "../report/logger.ts";
import { HttpError } from "../system/http-error.ts";
import type { Serial, System } from "../system/system.ts";
import { formatDuration, parseDurationMs } from "../text/duration.ts";
import { describeKind } from "../text/describe-kind.ts";

/** When the search for a datasource ends, whatever single ones were given. */
export interface SearchDeadline {
  /** Undefined: there is none. */
  readonly ms: number | undefined;
  /** Why nobody on the network is asked any more; undefined while there is time. */
  reasonToStop(): string | undefined;
  /** The system with requests, and waits between them, that end with the search. */
  readonly sys: System;
}

/** Azure alone may take five minutes; a machine that none answers is to come up all the same. */
const DEFAULT_MS = 10 * 60 * 1000;
const LATE_SLEEP_MS = 250;

/**
 * `timeouts: {datasources: 10m}`, a key of ours: how long the whole search may go on. `0`, `none` and
 * `false` take the limit away.
 */
export function createSearchDeadline(
  sys: System,
  config: CloudConfig,
  log: Logger,
): SearchDeadline {
  const limitMs = readLimitMs(config, log);
  if (limitMs === undefined) {
    return { ms: undefined, reasonToStop: () => undefined, sys };
  }
  const endMs = sys.clock.monotonicMs() + limitMs;
  const leftMs = (): number => endMs - sys.clock.monotonicMs();
  const reason = `the ${formatDuration(limitMs)} for the search are over (timeouts.datasources)`;
  return {
    ms: limitMs,
    reasonToStop: () => (leftMs() <= 0 ? reason : undefined),
    sys: {
      ...sys,
      http: {
        async request(request) {
          const left = leftMs();
          if (left <= 0) {
            const options = { isFinal: true, isAnswered: false };
            throw new HttpError(request.method, request.url, reason, options);
          }
          return sys.http.request({ ...request, timeoutMs: Math.min(request.timeoutMs, left) });
        },
      },
      ...(sys.serial === undefined ? {} : { serial: limitSerial(sys.serial, leftMs) }),
      clock: {
        ...sys.clock,
        async sleep(ms) {
          const left = leftMs();
          // Afterwards not for nothing: who polls something else must not spin.
          await sys.clock.sleep(Math.min(ms, left > 0 ? left : LATE_SLEEP_MS));
        },
      },
    },
  };
}

function limitSerial(serial: Serial, leftMs: () => number): Serial {
  return {
    exchange: (exchange) =>
      serial.exchange({
        ...exchange,
        timeoutMs: Math.min(exchange.timeoutMs, Math.max(leftMs(), 0)),
        writeTimeoutMs: Math.min(exchange.writeTimeoutMs, Math.max(leftMs(), 0)),
      }),
  };
}

function readLimitMs(config: CloudConfig, log: Logger): number | undefined {
  const given = valueAt(config, "timeouts", "datasources");
  if (given === undefined || given === null) {
    return DEFAULT_MS;
  }
  const ms = given === false || given === "none" ? 0 : parseDurationMs(given);
  if (ms === undefined) {
    log.warn(
      `Cannot use timeouts.datasources, ${formatDuration(DEFAULT_MS)} hold: expected a duration such as 5m, found ${describeKind(given)}`,
    );
  }
  return ms === 0 ? undefined : (ms ?? DEFAULT_MS);
}
