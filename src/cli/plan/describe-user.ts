import { findGroupNameByGid, findPasswdEntry, parseGroup } from "../../distros/posix/accounts.ts";
import { readTextIfExists } from "../../system/files.ts";
import type { FileSystem } from "../../system/system.ts";
import type { UserStep } from "./plan-step.ts";

/** What is known of the users before the boot. */
export interface UsersBefore {
  has(name: string): boolean;
  keyCount(name: string): number;
}

/** Remembers the users of a machine that has not booted yet. */
export function rememberUsers(fs: FileSystem): UsersBefore {
  const passwd = readTextIfExists(fs, "/etc/passwd") ?? "";
  const names = new Set(passwd.split("\n").map((line) => line.split(":", 1)[0] ?? ""));
  const keyCounts = new Map([...names].map((name) => [name, countKeys(fs, name)]));
  return { has: (name) => names.has(name), keyCount: (name) => keyCounts.get(name) ?? 0 };
}

/** A user as the machine has it now, against what it had before the boot. */
export function describeUser(fs: FileSystem, name: string, before: UsersBefore): UserStep {
  const entry = findPasswdEntry(fs, name);
  if (entry === undefined) {
    const none = { groups: [], shell: "", home: "", keysAdded: 0 };
    return { kind: "user", name, state: "missing", ...none };
  }
  const primary = findGroupNameByGid(fs, entry.gid) ?? String(entry.gid);
  const others = parseGroup(readTextIfExists(fs, "/etc/group") ?? "")
    .filter(({ members }) => members.includes(name))
    .map((group) => group.name);
  return {
    kind: "user",
    name,
    state: before.has(name) ? "there" : "new",
    groups: [...new Set([primary, ...others])],
    shell: entry.shell,
    home: entry.home,
    keysAdded: Math.max(0, countKeys(fs, name) - before.keyCount(name)),
  };
}

function countKeys(fs: FileSystem, name: string): number {
  const home = findPasswdEntry(fs, name)?.home;
  if (home === undefined) {
    return 0;
  }
  const path = `${home === "/" ? "" : home}/.ssh/authorized_keys`;
  const lines = (readTextIfExists(fs, path) ?? "").split("\n");
  return lines.filter((line) => line.trim() !== "" && !line.startsWith("#")).length;
}
