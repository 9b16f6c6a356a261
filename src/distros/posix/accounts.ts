import { readTextIfExists } from "../../system/files.ts";
import type { FileSystem } from "../../system/system.ts";

/** A line of /etc/passwd (passwd(5)); what nobody here needs is left out. */
export interface PasswdEntry {
  readonly name: string;
  readonly password: string;
  readonly uid: number;
  readonly gid: number;
  readonly gecos: string;
  readonly home: string;
  readonly shell: string;
}

/** A line of /etc/group (group(5)). */
export interface GroupEntry {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

const PASSWD = "/etc/passwd";
const GROUP = "/etc/group";
/** Larger ones are not this file: 100,000 users take 8 MiB. */
const ACCOUNTS_LENGTH_MAX = 64 * 1024 * 1024;

/** The user's line in /etc/passwd, or undefined. Only lines that begin with the name are parsed. */
export function findPasswdEntry(fs: FileSystem, name: string): PasswdEntry | undefined {
  return findEntry(readAccounts(fs, PASSWD), name, parsePasswdLine);
}

/** All users of /etc/passwd by name, for who looks for many of them; of two lines for one the first counts. */
export function readPasswdEntries(fs: FileSystem): ReadonlyMap<string, PasswdEntry> {
  const entries = parsePasswd(readAccounts(fs, PASSWD));
  return new Map(entries.map((entry) => [entry.name, entry] as const).reverse());
}

/** The name of the user with this uid, or undefined. */
export function findUserNameByUid(fs: FileSystem, uid: number): string | undefined {
  return nameById(readAccounts(fs, PASSWD), uid);
}

/** The group's line in /etc/group, or undefined. */
export function findGroupEntry(fs: FileSystem, name: string): GroupEntry | undefined {
  return findEntry(readAccounts(fs, GROUP), name, parseGroupLine);
}

/** The name of the group with this gid, or undefined. */
export function findGroupNameByGid(fs: FileSystem, gid: number): string | undefined {
  return nameById(readAccounts(fs, GROUP), gid);
}

/** All users of a passwd text. Lines that are no users (comments, NIS's "+", bad ids) are passed over. */
export function parsePasswd(text: string): readonly PasswdEntry[] {
  return text
    .split("\n")
    .map(parsePasswdLine)
    .filter((entry) => entry !== undefined);
}

/** All groups of a group text. Lines that are no groups are passed over. */
export function parseGroup(text: string): readonly GroupEntry[] {
  return text
    .split("\n")
    .map(parseGroupLine)
    .filter((entry) => entry !== undefined);
}

/** "user:group" for the owner of what is the user's, by name where the group has one. */
export function ownerOf(fs: FileSystem, user: PasswdEntry): string {
  return `${user.name}:${findGroupNameByGid(fs, user.gid) ?? String(user.gid)}`;
}

function readAccounts(fs: FileSystem, path: string): string {
  const text = readTextIfExists(fs, path) ?? "";
  if (text.length > ACCOUNTS_LENGTH_MAX) {
    throw new RangeError(
      `Cannot use "${path}": ${text.length} characters are more than the ${ACCOUNTS_LENGTH_MAX} that a table of accounts can have`,
    );
  }
  return text;
}

/** The first line that begins with the name and is an entry: a damaged one may stand before it. */
function findEntry<T extends { readonly name: string }>(
  text: string,
  name: string,
  parse: (line: string) => T | undefined,
): T | undefined {
  const prefix = `${name}:`;
  let at = text.startsWith(prefix) ? 0 : text.indexOf(`\n${prefix}`) + 1;
  while (at > 0 || text.startsWith(prefix, at)) {
    const end = text.indexOf("\n", at);
    const entry = parse(text.slice(at, end === -1 ? text.length : end));
    // "root:x" begins a line of the table as well.
    if (entry?.name === name) {
      return entry;
    }
    at = text.indexOf(`\n${prefix}`, at) + 1;
    if (at === 0) {
      return undefined;
    }
  }
  return undefined;
}

/** Both files keep the id in the third field. */
function nameById(text: string, id: number): string | undefined {
  return new RegExp(`^([^+\\-#\\s:][^:\\n]*):[^:\\n]*:${id}:`, "mu").exec(text)?.[1];
}

function parsePasswdLine(line: string): PasswdEntry | undefined {
  const [name, password, uid, gid, gecos, home, shell] = line.replace(/\r$/u, "").split(":");
  const uidNumber = parseId(uid);
  const gidNumber = parseId(gid);
  if (!isName(name) || uidNumber === undefined || gidNumber === undefined) {
    return undefined;
  }
  return {
    name,
    password: password ?? "",
    uid: uidNumber,
    gid: gidNumber,
    gecos: gecos ?? "",
    // An empty field is the root directory for login(1); AIX has "/" there.
    home: home === undefined || home === "" ? "/" : home,
    shell: shell ?? "",
  };
}

function parseGroupLine(line: string): GroupEntry | undefined {
  const [name, , gid, members] = line.replace(/\r$/u, "").split(":");
  const gidNumber = parseId(gid);
  if (!isName(name) || gidNumber === undefined) {
    return undefined;
  }
  return {
    name,
    gid: gidNumber,
    members: splitMembers(members ?? ""),
  };
}

function splitMembers(text: string): readonly string[] {
  const members = text === "" ? [] : text.split(",");
  // A group of thousands is read for each of them: the common case takes no second look.
  return /\s|,,|^,|,$/u.test(text)
    ? members.map((member) => member.trim()).filter((member) => member !== "")
    : members;
}

function isName(name: string | undefined): name is string {
  return name !== undefined && /^[^+\-#\s]/u.test(name);
}

function parseId(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,10}$/u.test(text) ? Number(text) : undefined;
}
