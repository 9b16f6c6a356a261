import { describeKind } from "../text/describe-kind.ts";
import type { OauthCredentials } from "../text/oauth-header.ts";
import type { Problem } from "../text/problem.ts";

/** One entry of `reporting`. */
export type ReportHandler =
  | { readonly type: "log"; readonly name: string; readonly level: "DEBUG" | "INFO" }
  | { readonly type: "print"; readonly name: string }
  | ({ readonly type: "webhook"; readonly name: string } & WebhookSettings);

export interface WebhookSettings {
  /** http or https. */
  readonly endpoint: string;
  readonly oauth?: OauthCredentials;
  /** Of one attempt. */
  readonly timeoutMs: number;
  /** Attempts after the first one. */
  readonly retries: number;
}

export interface ReportingConfig {
  readonly handlers: readonly ReportHandler[];
  readonly problems: readonly Problem[];
}

const DEFAULT_LOG: ReportHandler = { type: "log", name: "logging", level: "DEBUG" };
const TIMEOUT_DEFAULT_MS = 5_000;
const TIMEOUT_MAX_MS = 10_000;
const RETRIES_MAX = 10;

/**
 * `reporting` of a configuration: handlers by name (compat core.md §3.4). The log hears of events
 * unless `logging` is switched off; what is wrong is a problem, and the other handlers work.
 */
export function parseReporting(value: unknown): ReportingConfig {
  const handlers = new Map<string, ReportHandler>([[DEFAULT_LOG.name, DEFAULT_LOG]]);
  const problems: Problem[] = [];
  const warn = (path: readonly string[], message: string): void => {
    problems.push({ severity: "warning", path: ["reporting", ...path], message });
  };
  if (value === undefined || value === null || value === false) {
    return { handlers: [...handlers.values()], problems };
  }
  if (!isMapping(value)) {
    warn([], `Invalid reporting: expected handlers by name, got ${describeKind(value)}`);
    return { handlers: [...handlers.values()], problems };
  }
  for (const [name, entry] of Object.entries(value)) {
    if (entry === false || entry === null) {
      handlers.delete(name);
      continue;
    }
    const handler = parseHandler(name, entry, (key, message) =>
      warn(key === undefined ? [name] : [name, key], message),
    );
    if (handler !== undefined) {
      handlers.set(name, handler);
    }
  }
  return { handlers: [...handlers.values()], problems };
}

type Warn = (key: string | undefined, message: string) => void;

function parseHandler(name: string, entry: unknown, warn: Warn): ReportHandler | undefined {
  if (!isMapping(entry)) {
    warn(
      undefined,
      `Invalid handler "${name}" of reporting: expected a mapping with "type", or false, got ${describeKind(entry)}`,
    );
    return undefined;
  }
  const { type } = entry;
  switch (type) {
    case "log":
      return { type, name, level: parseLevel(entry["level"], warn) };
    case "print":
      return { type, name };
    case "webhook":
      return parseWebhook(name, entry, warn);
    case "hyperv":
      warn(
        "type",
        `Handler "${name}" of reporting has no effect: "hyperv" needs a machine on Hyper-V`,
      );
      return undefined;
    default:
      warn(
        "type",
        `Invalid type of handler "${name}" of reporting: expected log, print or webhook, got ${typeof type === "string" ? JSON.stringify(type) : describeKind(type)}`,
      );
      return undefined;
  }
}

/** Above INFO each event would count as an error of the stage. */
function parseLevel(level: unknown, warn: Warn): "DEBUG" | "INFO" {
  if (level === undefined || level === "DEBUG" || level === "INFO") {
    return level ?? "DEBUG";
  }
  const got = typeof level === "string" ? JSON.stringify(level) : describeKind(level);
  warn("level", `Cannot log events at level ${got}: expected DEBUG or INFO; INFO is used`);
  return "INFO";
}

function parseWebhook(
  name: string,
  entry: Readonly<Record<string, unknown>>,
  warn: Warn,
): ReportHandler | undefined {
  const { endpoint } = entry;
  if (
    typeof endpoint !== "string" ||
    !/^https?:\/\/[^/\s]/iu.test(endpoint) ||
    !canParse(endpoint)
  ) {
    warn(
      "endpoint",
      `Cannot report to handler "${name}": expected "endpoint" with http:// or https://, got ${typeof endpoint === "string" ? "something else" : describeKind(endpoint)}`,
    );
    return undefined;
  }
  const seconds = numberAt(entry, "timeout", TIMEOUT_DEFAULT_MS / 1_000, warn);
  const retries = numberAt(entry, "retries", 2, warn);
  const oauth = oauthOf(name, entry, warn);
  return {
    type: "webhook",
    name,
    endpoint,
    timeoutMs: Math.max(1, Math.min(seconds * 1_000, TIMEOUT_MAX_MS)),
    retries: Math.min(Math.trunc(retries), RETRIES_MAX),
    ...(oauth === undefined ? {} : { oauth }),
  };
}

const OAUTH_KEYS = ["consumer_key", "consumer_secret", "token_key", "token_secret"] as const;

function oauthOf(
  name: string,
  entry: Readonly<Record<string, unknown>>,
  warn: Warn,
): OauthCredentials | undefined {
  const [consumerKey, consumerSecret = "", tokenKey, tokenSecret] = OAUTH_KEYS.map((key) => {
    const value = entry[key];
    return typeof value === "string" ? value : undefined;
  });
  const missing = ["consumer_key", "token_key", "token_secret"].filter(
    (key) => typeof entry[key] !== "string",
  );
  if (consumerKey !== undefined && tokenKey !== undefined && tokenSecret !== undefined) {
    return { consumerKey, consumerSecret, tokenKey, tokenSecret };
  }
  if (OAUTH_KEYS.some((key) => entry[key] !== undefined)) {
    warn(
      missing[0],
      `Events go to handler "${name}" unsigned: OAuth needs consumer_key, token_key and token_secret as text; missing: ${missing.join(", ")}`,
    );
  }
  return undefined;
}

function numberAt(
  entry: Readonly<Record<string, unknown>>,
  key: string,
  otherwise: number,
  warn: Warn,
): number {
  const value = entry[key];
  if (value === undefined || value === null) {
    return otherwise;
  }
  const number =
    typeof value === "number" ? value : typeof value === "string" ? Number(value) : NaN;
  if (Number.isFinite(number) && number >= 0 && value !== "") {
    return number;
  }
  warn(key, `Invalid ${key} of reporting: expected a number from 0, ${otherwise} is used`);
  return otherwise;
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function canParse(url: string): boolean {
  return URL.canParse(url);
}
