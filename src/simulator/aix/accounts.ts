import type { FileSystem } from "../../system/system.ts";
import {
  editFile,
  type GroupRow,
  type PasswdRow,
  readFileOrEmpty,
  readGroups,
  readPasswd,
  writeGroups,
  writePasswd,
} from "./account-files.ts";
import type { CommandContext } from "./command.ts";
import { findDevice } from "./machine.ts";
import { attributeValue } from "./odm.ts";
import { readStanzaValue, removeStanza, setStanzaValue } from "./stanza-text.ts";
import { stanzaFileOf } from "./user-attributes.ts";

/** An attribute that a user command refused: "Error changing …". */
export interface RefusedValue {
  readonly attribute: string;
  readonly value: string;
}

/** Where users' passwords are. */
export const PASSWORD_FILE = "/etc/security/passwd";
const USER_FILES = [PASSWORD_FILE, "/etc/security/user", "/etc/security/limits"];
const UID_FIRST = 200;
const GID_FIRST = 200;
const ID_MAX = 4_294_967_293;

/** Whether AIX would take the name for a new user or group. */
export function isValidName(ctx: CommandContext, name: string): boolean {
  const sys = findDevice(ctx.machine, "sys0");
  const lengthMax =
    Number(sys === undefined ? 9 : attributeValue(ctx.machine, sys, "max_logname")) - 1;
  return (
    /^[A-Za-z0-9_][A-Za-z0-9_.@+$-]*$/u.test(name) &&
    name.length <= lengthMax &&
    !["ALL", "default"].includes(name)
  );
}

/** The user's line in /etc/passwd. */
export function findUser(fs: FileSystem, name: string): PasswdRow | undefined {
  return readPasswd(fs).find((row) => row.name === name);
}

/** The group's line in /etc/group. */
export function findGroup(fs: FileSystem, name: string): GroupRow | undefined {
  return readGroups(fs).find((row) => row.name === name);
}

/** The lowest free id for a user, from 200 on. */
export function nextUid(fs: FileSystem): number {
  return nextId(
    readPasswd(fs).map(({ uid }) => uid),
    UID_FIRST,
  );
}

/** The lowest free id for a group, from 200 on. */
export function nextGid(fs: FileSystem): number {
  return nextId(
    readGroups(fs).map(({ gid }) => gid),
    GID_FIRST,
  );
}

/** Names of the groups that list the user, and of the primary one, in the order of /etc/group. */
export function groupsOfUser(fs: FileSystem, user: PasswdRow): string[] {
  return readGroups(fs)
    .filter((group) => group.gid === user.gid || group.members.includes(user.name))
    .map(({ name }) => name);
}

/** Sets attributes of an existing user. Returns the first value that is refused; then nothing is changed. */
export function changeUser(
  fs: FileSystem,
  name: string,
  attributes: ReadonlyMap<string, string>,
): RefusedValue | undefined {
  for (const [attribute, value] of attributes) {
    if (!isAccepted(fs, name, attribute, value)) {
      return { attribute, value };
    }
  }
  const rows = readPasswd(fs);
  const user = rows.find((row) => row.name === name);
  if (user !== undefined) {
    setPasswdFields(fs, user, attributes);
    writePasswd(fs, rows);
  }
  const groups = attributes.get("groups");
  if (groups !== undefined) {
    setMemberships(fs, name, splitList(groups));
  }
  for (const [attribute, value] of attributes) {
    const file = stanzaFileOf(attribute);
    if (file !== undefined) {
      editFile(fs, file, (text) =>
        setStanzaValue(text, name, attribute, value === "" ? undefined : value),
      );
    }
  }
  return undefined;
}

/** Takes the user out of /etc/passwd, the groups and, where asked, the security files. */
export function removeUser(fs: FileSystem, name: string, keepsSecurity: boolean): void {
  writePasswd(
    fs,
    readPasswd(fs).filter((row) => row.name !== name),
  );
  setMemberships(fs, name, []);
  if (!keepsSecurity) {
    for (const path of USER_FILES) {
      editFile(fs, path, (text) => removeStanza(text, name));
    }
  }
}

/** Makes the user a member of these groups and of no others. */
export function setMemberships(fs: FileSystem, user: string, groups: readonly string[]): void {
  const rows = readGroups(fs);
  for (const row of rows) {
    const others = row.members.filter((member) => member !== user);
    const isMember = row.members.includes(user);
    const shouldBe = groups.includes(row.name);
    row.members = shouldBe ? (isMember ? row.members : [...others, user]) : others;
  }
  writeGroups(fs, rows);
}

/** The value of a user's attribute in a stanza file: the user's own, else the default stanza's. */
export function stanzaAttribute(
  fs: FileSystem,
  name: string,
  attribute: string,
): string | undefined {
  const file = stanzaFileOf(attribute);
  if (file === undefined) {
    return undefined;
  }
  const text = readFileOrEmpty(fs, file);
  return readStanzaValue(text, name, attribute) ?? readStanzaValue(text, "default", attribute);
}

/** "a,b" → names. */
export function splitList(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function setPasswdFields(
  fs: FileSystem,
  user: PasswdRow,
  attributes: ReadonlyMap<string, string>,
): void {
  user.uid = Number(attributes.get("id") ?? user.uid);
  user.gid = findGroup(fs, attributes.get("pgrp") ?? "")?.gid ?? user.gid;
  user.home = attributes.get("home") ?? user.home;
  user.shell = attributes.get("shell") ?? user.shell;
  user.gecos = attributes.get("gecos") ?? user.gecos;
}

function isAccepted(fs: FileSystem, name: string, attribute: string, value: string): boolean {
  switch (attribute) {
    case "id": {
      const owner = readPasswd(fs).find(({ uid }) => uid === Number(value));
      return isId(value) && (owner === undefined || owner.name === name);
    }
    case "pgrp":
      return findGroup(fs, value) !== undefined;
    case "groups":
      return splitList(value).every((group) => findGroup(fs, group) !== undefined);
    case "home":
    case "shell":
      return value.startsWith("/") && !/[:\n]/u.test(value);
    case "gecos":
      return !/[:\n]/u.test(value);
    case "account_locked":
    case "login":
    case "rlogin":
    case "su":
    case "admin":
    case "daemon":
      return /^(?:true|false|yes|no|always|never)$/u.test(value);
    case "expires":
      return /^(?:0|\d{8}|\d{10})$/u.test(value);
    default:
      return stanzaFileOf(attribute) !== undefined && !value.includes("\n");
  }
}

function isId(value: string): boolean {
  return /^\d{1,10}$/u.test(value) && Number(value) <= ID_MAX;
}

function nextId(used: readonly number[], first: number): number {
  let candidate = first;
  while (used.includes(candidate)) {
    candidate += 1;
  }
  return candidate;
}
