import { readText } from "../../system/files.ts";
import type { FileSystem } from "../../system/system.ts";

/** A line of /etc/passwd. */
export interface PasswdRow {
  name: string;
  /** "!": the hash is in /etc/security/passwd. "*": none yet. */
  password: string;
  uid: number;
  gid: number;
  gecos: string;
  home: string;
  shell: string;
}

/** A line of /etc/group. */
export interface GroupRow {
  name: string;
  password: string;
  gid: number;
  members: string[];
}

/** /etc/passwd, in order. Lines of other shapes are left out. */
export function readPasswd(fs: FileSystem): PasswdRow[] {
  return readLines(fs, "/etc/passwd").flatMap((line) => {
    const [name = "", password = "", uid = "", gid = "", gecos = "", home = "", shell] =
      line.split(":");
    return shell === undefined
      ? []
      : [{ name, password, uid: Number(uid), gid: Number(gid), gecos, home, shell }];
  });
}

/** Replaces /etc/passwd. */
export function writePasswd(fs: FileSystem, rows: readonly PasswdRow[]): void {
  const lines = rows.map(
    ({ name, password, uid, gid, gecos, home, shell }) =>
      `${name}:${password}:${uid}:${gid}:${gecos}:${home}:${shell}\n`,
  );
  fs.write("/etc/passwd", lines.join(""));
}

/** /etc/group, in order. */
export function readGroups(fs: FileSystem): GroupRow[] {
  return readLines(fs, "/etc/group").flatMap((line) => {
    const [name = "", password = "", gid = "", members] = line.split(":");
    return members === undefined
      ? []
      : [
          {
            name,
            password,
            gid: Number(gid),
            members: members.split(",").filter((member) => member !== ""),
          },
        ];
  });
}

/** Replaces /etc/group. */
export function writeGroups(fs: FileSystem, rows: readonly GroupRow[]): void {
  const lines = rows.map(
    ({ name, password, gid, members }) => `${name}:${password}:${gid}:${members.join(",")}\n`,
  );
  fs.write("/etc/group", lines.join(""));
}

/** Changes a file of stanzas; a missing one is made, readable by root and security. */
export function editFile(fs: FileSystem, path: string, edit: (text: string) => string): void {
  const old = fs.stat(path) === undefined ? "" : readText(fs, path);
  const changed = edit(old);
  if (changed !== old) {
    fs.write(path, changed, fs.stat(path) === undefined ? { mode: 0o640 } : {});
  }
}

/** The text of a file, or nothing where there is none. */
export function readFileOrEmpty(fs: FileSystem, path: string): string {
  return fs.stat(path) === undefined ? "" : readText(fs, path);
}

function readLines(fs: FileSystem, path: string): string[] {
  return readFileOrEmpty(fs, path)
    .split("\n")
    .filter((line) => line !== "");
}
