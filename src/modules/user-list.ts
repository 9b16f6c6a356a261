import { type CloudConfig, isMapping } from "../config/cloud-config.ts";
import { describeKind } from "../text/describe-kind.ts";
import type { Problem } from "../text/problem.ts";

/** A key path in the configuration. */
export type KeyPath = readonly (string | number)[];

/** A value with its place; no place for what the distro brings along. */
export interface UserField {
  readonly value: unknown;
  readonly path?: KeyPath;
}

/** A user as written: keys with "_" for "-", values unread. */
export interface RawUser {
  readonly name: string;
  readonly fields: ReadonlyMap<string, UserField>;
  readonly path?: KeyPath;
  /** Whether it is the one that `default` stands for. */
  readonly isDefault: boolean;
}

export interface UserList {
  readonly users: readonly RawUser[];
  readonly problems: readonly Problem[];
}

/** The default user's name, whether `users` lists it or not. */
export function defaultUserName(
  config: CloudConfig,
  distroUser: CloudConfig | undefined,
): string | undefined {
  return readDefaultUser(config, distroUser, []).name;
}

/**
 * All users that `users` and `user` ask for, each once, in the order written (compat modules.md,
 * users_groups, "Normalisation"): of entries for one name the first holds key by key; `default` is
 * the default user, whose own entry goes before the `default` entry and that before what the distro
 * says; `user` overrides the distro's and makes `default` be there.
 */
export function readUserList(config: CloudConfig, distroUser: CloudConfig | undefined): UserList {
  const problems: Problem[] = [];
  const entries: WrittenUser[] = [];
  collectUsers(config["users"], ["users"], { entries, problems });
  const defaultUser = readDefaultUser(config, distroUser, problems);
  if (defaultUser.isAsked) {
    entries.push({ name: DEFAULT, fields: new Map() });
  }
  const merged = mergeByName(entries);
  return { users: resolveDefault(merged, defaultUser, problems), problems };
}

const DEFAULT = "default";

interface WrittenUser {
  readonly name: string;
  readonly fields: ReadonlyMap<string, UserField>;
  readonly path?: KeyPath;
}

interface Collection {
  readonly entries: WrittenUser[];
  readonly problems: Problem[];
}

function collectUsers(value: unknown, path: KeyPath, into: Collection): void {
  if (value === undefined || value === null) {
    return;
  }
  if (typeof value === "string") {
    for (const name of splitNames(value)) {
      into.entries.push({ name, fields: new Map(), path });
    }
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      collectItem(item, [...path, index], into);
    }
  } else if (isMapping(value)) {
    collectMapping(value, path, into);
  } else {
    into.problems.push({
      message: `Cannot use ${path.join(".")}: expected a list of users, got ${describeKind(value)}`,
      path,
    });
  }
}

function collectItem(item: unknown, path: KeyPath, into: Collection): void {
  if (typeof item === "string" || Array.isArray(item)) {
    collectUsers(item, path, into);
    return;
  }
  if (!isMapping(item)) {
    into.problems.push({
      message: `Cannot use a user: expected a name or a mapping with "name", got ${describeKind(item)}`,
      path,
    });
    return;
  }
  const fields = readFields(item, path);
  const written = fields.get("name")?.value;
  // A mapping without a name is about the default user.
  const name = written === undefined || written === null ? DEFAULT : nameOf(written);
  if (name === undefined) {
    into.problems.push({
      message: `Cannot use a user: expected text in name, got ${describeKind(written)}`,
      path: [...path, "name"],
    });
    return;
  }
  into.entries.push({ name, fields: withoutName(fields), path });
}

/** `users: {bob: true, amy: {shell: …}}`; a name with a false value is left out. */
function collectMapping(value: CloudConfig, path: KeyPath, into: Collection): void {
  for (const [name, settings] of Object.entries(value)) {
    const place = [...path, name];
    if (isMapping(settings)) {
      const fields = withoutName(readFields(settings, place));
      into.entries.push({ name, fields, path: place });
    } else if (settings === true || settings === null) {
      into.entries.push({ name, fields: new Map(), path: place });
    } else if (settings !== false) {
      into.problems.push({
        message: `Cannot use user "${name}": expected a mapping, true or false, got ${describeKind(settings)}`,
        path: place,
      });
    }
  }
}

interface DefaultUser {
  readonly name: string | undefined;
  readonly fields: ReadonlyMap<string, UserField>;
  /** Whether `user` is there. */
  readonly isAsked: boolean;
}

function readDefaultUser(
  config: CloudConfig,
  distroUser: CloudConfig | undefined,
  problems: Problem[],
): DefaultUser {
  const distroFields = distroUser === undefined ? new Map() : readFields(distroUser);
  const written = config["user"];
  const isText = typeof written === "string";
  if (written !== undefined && written !== null && !isText && !isMapping(written)) {
    problems.push({
      message: `Cannot use user: expected a name or a mapping, got ${describeKind(written)}`,
      path: ["user"],
    });
  }
  const own: ReadonlyMap<string, UserField> = isText
    ? new Map([["name", { value: written, path: ["user"] }]])
    : isMapping(written)
      ? readFields(written, ["user"])
      : new Map();
  const fields = mergeFields([own, distroFields]);
  return {
    name: nameOf(fields.get("name")?.value),
    fields: withoutName(fields),
    isAsked: own.size > 0,
  };
}

function mergeByName(entries: readonly WrittenUser[]): ReadonlyMap<string, WrittenUser> {
  const merged = new Map<string, WrittenUser>();
  for (const entry of entries) {
    const first = merged.get(entry.name);
    merged.set(
      entry.name,
      first === undefined ? entry : { ...first, fields: mergeFields([first.fields, entry.fields]) },
    );
  }
  return merged;
}

function resolveDefault(
  merged: ReadonlyMap<string, WrittenUser>,
  defaultUser: DefaultUser,
  problems: Problem[],
): readonly RawUser[] {
  const entry = merged.get(DEFAULT);
  const others = [...merged.values()].filter(({ name }) => name !== DEFAULT);
  if (entry === undefined) {
    return others.map(asOther);
  }
  const { name } = defaultUser;
  if (name === undefined) {
    problems.push({
      message:
        'Cannot use user "default": there is no name in system_info.default_user, and no key "user" that gives one',
      ...(entry.path === undefined ? {} : { path: entry.path }),
    });
    return others.map(asOther);
  }
  const own = merged.get(name);
  const parts = [own?.fields ?? new Map(), entry.fields, defaultUser.fields];
  const fields = new Map(mergeFields(parts));
  const groups = parts.flatMap((part) => listOf(part.get("groups")?.value));
  if (groups.length > 0) {
    fields.set("groups", { ...fields.get("groups"), value: [...new Set(groups)].sort() });
  }
  const resolved: RawUser = { ...(own ?? entry), name, fields, isDefault: true };
  const isResolved = ({ name: other }: WrittenUser): boolean => other === (own ?? entry).name;
  return [...merged.values()]
    .filter((user) => user.name !== DEFAULT || own === undefined)
    .map((user) => (isResolved(user) ? resolved : asOther(user)));
}

function asOther(user: WrittenUser): RawUser {
  return { ...user, isDefault: false };
}

function readFields(mapping: CloudConfig, path?: KeyPath): ReadonlyMap<string, UserField> {
  const fields = new Map<string, UserField>();
  for (const [key, value] of Object.entries(mapping)) {
    const name = key.replaceAll("-", "_");
    if (!fields.has(name)) {
      fields.set(name, { value, ...(path === undefined ? {} : { path: [...path, key] }) });
    }
  }
  return fields;
}

/** The first that has a key holds. */
function mergeFields(
  parts: readonly ReadonlyMap<string, UserField>[],
): ReadonlyMap<string, UserField> {
  const fields = new Map<string, UserField>();
  for (const part of parts) {
    for (const [key, field] of part) {
      if (!fields.has(key)) {
        fields.set(key, field);
      }
    }
  }
  return fields;
}

function withoutName(fields: ReadonlyMap<string, UserField>): ReadonlyMap<string, UserField> {
  return new Map([...fields].filter(([key]) => key !== "name"));
}

/** `name: 1234` is a name too. */
function nameOf(value: unknown): string | undefined {
  const text = typeof value === "number" ? String(value) : value;
  return typeof text === "string" && text.trim() !== "" ? text.trim() : undefined;
}

/** Names between commas, blanks dropped. */
export function splitNames(text: string): readonly string[] {
  return text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

function listOf(value: unknown): readonly unknown[] {
  if (typeof value === "string") {
    return splitNames(value);
  }
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    return items.flatMap<unknown>((item) => (typeof item === "string" ? splitNames(item) : [item]));
  }
  return isMapping(value) ? Object.keys(value) : [];
}
