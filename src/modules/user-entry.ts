import { parseBoolean } from "../text/boolean-option.ts";
import { isMapping } from "../config/cloud-config.ts";
import { describeKind } from "../text/describe-kind.ts";
import type { Problem } from "../text/problem.ts";
import { type KeyPath, type RawUser, splitNames } from "./user-list.ts";

/** One user, each key read; undefined where it was not given or could not be used. */
export interface UserEntry {
  readonly name: string;
  readonly isDefault: boolean;
  readonly path: KeyPath | undefined;
  readonly gecos: string | undefined;
  readonly homedir: string | undefined;
  readonly primaryGroup: string | undefined;
  readonly groups: readonly string[];
  readonly createGroups: boolean;
  readonly shell: string | undefined;
  readonly uid: number | undefined;
  /** YYYY-MM-DD */
  readonly expireDate: string | undefined;
  readonly inactiveDays: number | undefined;
  readonly isSystem: boolean;
  readonly noCreateHome: boolean;
  readonly noUserGroup: boolean;
  readonly noLogInit: boolean;
  readonly selinuxUser: string | undefined;
  /** Undefined: not said, which means true for a new user. */
  readonly lockPassword: boolean | undefined;
  readonly lockAccount: boolean;
  /** Secrets: never in a message. */
  readonly plainTextPassword: string | undefined;
  readonly hashedPassword: string | undefined;
  /** A hash that is for new users only. */
  readonly newUserHash: string | undefined;
  readonly sudoRules: readonly string[];
  /** Whole rules of doas.conf. */
  readonly doasRules: readonly string[];
  readonly sshKeys: readonly string[];
  /** "gh:alice", "lp:alice": whose keys at which server. */
  readonly importIds: readonly string[];
  readonly snapUser: string | undefined;
  /** Whose place the default user takes at a login with the cloud's keys. */
  readonly isRedirected: boolean;
}

/** Reads the keys of one user: a value that cannot be used is a problem and left out. */
export function readUserEntry(user: RawUser): {
  readonly entry: UserEntry;
  readonly problems: readonly Problem[];
} {
  const reader = createReader(user);
  const { text, flag, secret } = reader;
  const entry: UserEntry = {
    name: user.name,
    isDefault: user.isDefault,
    path: user.path,
    groups: reader.names("groups"),
    createGroups: flag("create_groups") ?? true,
    isSystem: flag("system") ?? false,
    noCreateHome: flag("no_create_home") ?? false,
    noUserGroup: flag("no_user_group") ?? false,
    noLogInit: flag("no_log_init") ?? false,
    lockAccount: flag("lock_account") ?? false,
    sudoRules: reader.sudoRules(),
    doasRules: reader.lines("doas").filter((rule) => rule.trim() !== ""),
    sshKeys: reader.lines("ssh_authorized_keys"),
    importIds: reader.names("ssh_import_id"),
    snapUser: text("snapuser"),
    isRedirected: reader.isRedirected(),
    gecos: text("gecos"),
    homedir: text("homedir"),
    primaryGroup: text("primary_group"),
    shell: text("shell"),
    selinuxUser: text("selinux_user"),
    uid: reader.integer("uid"),
    inactiveDays: reader.integer("inactive"),
    expireDate: reader.date("expiredate"),
    lockPassword: flag("lock_passwd"),
    plainTextPassword: secret("plain_text_passwd"),
    hashedPassword: secret("hashed_passwd"),
    newUserHash: secret("passwd"),
  };
  reader.refuseOthers();
  return { entry, problems: reader.problems };
}

interface UserReader {
  readonly problems: readonly Problem[];
  text(key: string): string | undefined;
  secret(key: string): string | undefined;
  flag(key: string): boolean | undefined;
  integer(key: string): number | undefined;
  date(key: string): string | undefined;
  names(key: string): readonly string[];
  lines(key: string): readonly string[];
  sudoRules(): readonly string[];
  isRedirected(): boolean;
  /** Reports the keys that were not read. */
  refuseOthers(): void;
}

function createReader(user: RawUser): UserReader {
  const problems: Problem[] = [];
  const read = new Set<string>();

  function refuse(key: string, what: string): undefined {
    const path = user.fields.get(key)?.path ?? user.path;
    problems.push({
      message: `Cannot use ${key} of user "${user.name}": ${what}`,
      ...(path === undefined ? {} : { path }),
    });
    return undefined;
  }
  function valueOf(key: string): unknown {
    read.add(key);
    const value = user.fields.get(key)?.value;
    return value === null ? undefined : value;
  }
  function text(key: string): string | undefined {
    const value = valueOf(key);
    if (value === undefined || value === "") {
      return undefined;
    }
    return typeof value === "string" || typeof value === "number"
      ? String(value)
      : refuse(key, `expected text, got ${describeKind(value)}`);
  }
  function integer(key: string): number | undefined {
    const value = valueOf(key);
    if (value === undefined) {
      return undefined;
    }
    const number = typeof value === "string" && /^\d{1,10}$/u.test(value) ? Number(value) : value;
    return typeof number === "number" && Number.isSafeInteger(number) && isIdSized(number)
      ? number
      : refuse(key, `expected a whole number from 0, got ${shown(value)}`);
  }
  function flag(key: string): boolean | undefined {
    const value = valueOf(key);
    if (value === undefined || typeof value === "boolean") {
      return value;
    }
    return parseBoolean(value) ?? refuse(key, `expected true or false, got ${shown(value)}`);
  }
  function lines(key: string): readonly string[] {
    const value = valueOf(key);
    if (value === undefined) {
      return [];
    }
    const items: readonly unknown[] = Array.isArray(value)
      ? value
      : isMapping(value)
        ? Object.values(value)
        : [value];
    return items.flatMap((item) => {
      if (typeof item === "string") {
        return [item];
      }
      refuse(key, `expected a list of texts, got ${describeKind(item)} in it`);
      return [];
    });
  }
  return {
    problems,
    text,
    secret: text,
    flag,
    integer,
    date(key) {
      const value = text(key);
      if (value === undefined) {
        return undefined;
      }
      const date = /^(\d{4}-\d{2}-\d{2})(?:[T ].*)?$/u.exec(value)?.[1];
      return date !== undefined && isRealDate(date)
        ? date
        : refuse(key, `expected a date as "2030-12-31", got ${shown(value)}`);
    },
    names(key) {
      const value = valueOf(key);
      if (isMapping(value)) {
        return Object.keys(value).flatMap(splitNames);
      }
      return [...new Set(lines(key).flatMap(splitNames))];
    },
    lines,
    sudoRules() {
      // `sudo: false` was the way to say that there are none.
      return valueOf("sudo") === false ? [] : lines("sudo").filter((rule) => rule.trim() !== "");
    },
    isRedirected() {
      const value = valueOf("ssh_redirect_user");
      return value === "default" ? true : (flag("ssh_redirect_user") ?? false);
    },
    refuseOthers() {
      for (const key of user.fields.keys()) {
        const isWanted = user.fields.get(key)?.value !== null && !read.has(key);
        if (isWanted) {
          refuse(key, "there is no such key");
        }
      }
    },
  };
}

const ID_MAX = 4_294_967_294;
const SHOWN_LENGTH_MAX = 40;

function isIdSized(value: number): boolean {
  return value >= 0 && value <= ID_MAX;
}

/** "2030-02-30" is none. */
function isRealDate(date: string): boolean {
  const time = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(date);
}

function shown(value: unknown): string {
  return typeof value === "string" && value.length <= SHOWN_LENGTH_MAX
    ? `"${value}"`
    : typeof value === "number"
      ? String(value)
      : describeKind(value);
}
