import { readTextIfExists } from "../../system/files.ts";
import type { FileSystem } from "../../system/system.ts";

/** Tables of accounts: passwd(5), group(5), shadow(5). */
export type AccountTable = "/etc/passwd" | "/etc/group" | "/etc/shadow";

/** First id of users and groups that people make (login.defs(5), UID_MIN). */
const ID_MIN = 1000;
/** First id that --system gives, counted upwards here. */
const SYSTEM_ID_MIN = 100;

/** The fields of a name's line, or undefined. */
export function findAccount(
  fs: FileSystem,
  table: AccountTable,
  name: string,
): readonly string[] | undefined {
  return readRows(fs, table).find((fields) => fields[0] === name);
}

/** Adds a line, or puts it in the place of the one with its name. */
export function writeAccount(fs: FileSystem, table: AccountTable, fields: readonly string[]): void {
  const rows = [...readRows(fs, table)];
  const index = rows.findIndex((row) => row[0] === fields[0]);
  rows.splice(index === -1 ? rows.length : index, index === -1 ? 0 : 1, fields);
  fs.write(table, rows.map((row) => `${row.join(":")}\n`).join(""));
}

/** An id that no line of the table has. */
export function freeId(fs: FileSystem, table: AccountTable, isSystem: boolean): number {
  const used = new Set(readRows(fs, table).map((fields) => Number(fields[2])));
  let id = isSystem ? SYSTEM_ID_MIN : ID_MIN;
  while (used.has(id)) {
    id += 1;
  }
  return id;
}

/** Puts a user into a group. */
export function addMember(fs: FileSystem, group: string, user: string): void {
  const fields = findAccount(fs, "/etc/group", group);
  if (fields !== undefined) {
    const members = (fields[3] ?? "").split(",").filter((name) => name !== "" && name !== user);
    writeAccount(fs, "/etc/group", [...fields.slice(0, 3), [...members, user].join(",")]);
  }
}

function readRows(fs: FileSystem, table: AccountTable): readonly (readonly string[])[] {
  const text = readTextIfExists(fs, table) ?? "";
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split(":"));
}
