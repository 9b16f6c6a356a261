import { describeKind } from "../text/describe-kind.ts";
import { formatDuration, parseDurationMs } from "../text/duration.ts";
import type { Problem } from "../text/problem.ts";
import type { CloudConfig } from "./cloud-config.ts";
import { isMapping } from "./cloud-config.ts";

/** What `timeouts:` can limit: code of the user's ("scripts" and "modules", external ones, are for each; "runcmd" and "bootcmd" for the list as a whole), and the search for datasources. */
export const TIME_LIMIT_NAMES = [
  "bootcmd",
  "boothooks",
  "datasources",
  "modules",
  "runcmd",
  "scripts",
] as const;

export type TimeLimitName = (typeof TIME_LIMIT_NAMES)[number];

export interface TimeLimit {
  readonly ms: number;
  /** For messages: "30m (timeouts.runcmd)". */
  readonly title: string;
}

/** The limit that the configuration sets, if any, and what is wrong with what it says. */
export interface ReadTimeLimit {
  readonly limit?: TimeLimit;
  readonly problem?: Problem;
}

/**
 * `timeouts: {runcmd: 30m}`, a key of ours: how long code of the user's may run. Without it there is
 * no limit, as in cloud-init; nor with `0`, `none` and `false`. Of "modules", which cloud-init does
 * not know, there is one by default.
 */
export function readTimeLimit(config: CloudConfig, name: TimeLimitName): ReadTimeLimit {
  const limits = limitsOf(config);
  if (limits === undefined || limits === null) {
    return {};
  }
  if (!isMapping(limits)) {
    const message = `Cannot use timeouts: expected a mapping such as {runcmd: 30m}, got ${describeKind(limits)}`;
    return { problem: { message, path: ["timeouts"] } };
  }
  const value = Object.hasOwn(limits, name) ? limits[name] : undefined;
  if (isOff(value)) {
    return {};
  }
  const ms = parseDurationMs(value);
  if (ms === undefined || ms === 0) {
    return ms === 0 ? {} : { problem: wrongValue(name, value) };
  }
  return { limit: { ms, title: `${formatDuration(ms)} (timeouts.${name})` } };
}

/** Whether the configuration says in so many words that there is no limit, where there is one by default. */
export function isTimeLimitOff(config: CloudConfig, name: TimeLimitName): boolean {
  const limits = limitsOf(config);
  const value = isMapping(limits) && Object.hasOwn(limits, name) ? limits[name] : undefined;
  return value === false || value === "none" || parseDurationMs(value) === 0;
}

function limitsOf(config: CloudConfig): unknown {
  return Object.hasOwn(config, "timeouts") ? config["timeouts"] : undefined;
}

function isOff(value: unknown): boolean {
  return value === undefined || value === null || value === false || value === "none";
}

const SHOWN_LENGTH_MAX = 40;

function wrongValue(name: TimeLimitName, value: unknown): Problem {
  const isShown = typeof value === "number" || typeof value === "string";
  const found = isShown
    ? JSON.stringify(String(value).slice(0, SHOWN_LENGTH_MAX))
    : describeKind(value);
  return {
    message: `Cannot use timeouts.${name}, ${name === "modules" ? "the default holds" : "there is no limit"}: expected a duration such as 30s, 5m or 1h30m, got ${found}`,
    path: ["timeouts", name],
  };
}
