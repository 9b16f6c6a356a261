import { isRecord } from "../../text/record.ts";

/** Attributes of an instance, or of its project. */
export type GceAttributes = Readonly<Record<string, unknown>>;

/** Keys for the default user, and what was left out. */
export interface GceKeys {
  readonly keys: readonly string[];
  /** For the log at DEBUG; without any key. */
  readonly notes: readonly string[];
}

/** The user whose keys are the default user's, whatever that one's name is. */
const CLOUD_INIT_USER = "cloudinit";
const KEY_COUNT_MAX = 1000;

/**
 * The SSH keys that open the default account (compat datasources-clouds.md §3): lines `user:key` of
 * the instance, then of the project unless it is blocked. Other users' keys and keys past their
 * `expireOn` are left out.
 */
export function collectGceKeys(
  instance: GceAttributes,
  project: GceAttributes,
  options: { readonly defaultUser?: string | undefined; readonly now: Date },
): GceKeys {
  const isBlocked =
    textOf(instance["block-project-ssh-keys"]).trim().toLowerCase() === "true" ||
    textOf(instance["sshKeys"]).trim() !== "";
  const lines = [
    instance["sshKeys"],
    instance["ssh-keys"],
    ...(isBlocked ? [] : [project["ssh-keys"], project["sshKeys"]]),
  ].flatMap((text) => textOf(text).split(/\r?\n/u));
  const users = new Set([CLOUD_INIT_USER, options.defaultUser]);
  const keys = new Set<string>();
  const left = { wrong: 0, other: 0, expired: 0 };
  for (const line of lines.map((text) => text.trim()).filter((text) => text !== "")) {
    const [, user, key = ""] = /^([^:]*):(.*)$/u.exec(line) ?? [];
    if (user === undefined || !/^[\x20-\x7e]+$/u.test(line) || key.trim() === "") {
      left.wrong += 1;
    } else if (!users.has(user)) {
      left.other += 1;
    } else if (isExpired(key, options.now)) {
      left.expired += 1;
    } else if (keys.size < KEY_COUNT_MAX) {
      keys.add(key.trim());
    }
  }
  const notes = [
    ...(isBlocked ? ["SSH keys of the project are blocked by the instance's attributes"] : []),
    ...noteOf(left.other, `of users other than ${[...users].filter(Boolean).join(" and ")}`),
    ...noteOf(left.expired, "that have expired"),
    ...noteOf(left.wrong, `that are not "user:key" in ASCII`),
  ];
  return { keys: [...keys], notes };
}

function noteOf(count: number, what: string): readonly string[] {
  return count === 0 ? [] : [`Left out SSH keys ${what}: ${count}`];
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** `ssh-rsa AAAA… google-ssh {"userName": …, "expireOn": "2030-01-01T00:00:00+0000"}`; a date that is none does not end a key. */
function isExpired(key: string, now: Date): boolean {
  const json = /^\s*\S+\s+\S+\s+google-ssh\s+(\{.*)$/u.exec(key)?.[1];
  if (json === undefined) {
    return false;
  }
  let settings: unknown;
  try {
    settings = JSON.parse(json);
  } catch {
    return false;
  }
  const end = isRecord(settings) ? parseExpiry(settings["expireOn"]) : undefined;
  return end !== undefined && end < now.getTime();
}

/** `%Y-%m-%dT%H:%M:%S%z` of strptime(3). */
function parseExpiry(value: unknown): number | undefined {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(Z|[-+]\d\d:?\d\d)$/u.exec(textOf(value).trim());
  if (match === null) {
    return undefined;
  }
  const [, local = "", zone = ""] = match;
  const offset = zone === "Z" ? "Z" : `${zone.slice(0, 3)}:${zone.slice(-2)}`;
  const ms = Date.parse(`${local}${offset}`);
  return Number.isNaN(ms) ? undefined : ms;
}
