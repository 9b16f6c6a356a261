import { readTextIfExists } from "../../system/files.ts";
import type { System } from "../../system/system.ts";
import type { UserSpec } from "../distro.ts";
import { findGroupNameByGid, findPasswdEntry, type PasswdEntry } from "../posix/accounts.ts";

const USERMOD = "/usr/sbin/usermod";
const GROUPADD = "/usr/sbin/groupadd";
const PWCONV = "/usr/sbin/pwconv";
/** What useradd puts into a new home directory. */
const SKELETON = "/etc/skel";
const HOME_MODE = 0o700;
const SKELETON_DEPTH_MAX = 8;

/**
 * What useradd does, on a user that it had got to in part: it writes passwd, then shadow and group,
 * then makes the home directory and copies /etc/skel (useradd(8)). What is there stays.
 */
export async function finishLinuxUser(sys: System, user: UserSpec): Promise<void> {
  const entry = findPasswdEntry(sys.fs, user.name);
  if (entry === undefined) {
    return;
  }
  if (findGroupNameByGid(sys.fs, entry.gid) === undefined) {
    await sys.exec.run([GROUPADD, "--gid", String(entry.gid), user.name]);
  }
  const shadow = readTextIfExists(sys.fs, "/etc/shadow") ?? "";
  if (!shadow.split("\n").some((line) => line.startsWith(`${user.name}:`))) {
    await sys.exec.run([PWCONV]);
  }
  const settings = renderSettings(entry, user);
  if (settings.length > 0) {
    await sys.exec.run([USERMOD, ...settings, user.name]);
  }
  if (user.createHome) {
    ensureHome(sys, user.home, entry);
  }
}

/** What differs from the passwd line, and what only shadow knows. */
function renderSettings(entry: PasswdEntry, user: UserSpec): readonly string[] {
  const { shell, gecos, expireDate, inactiveDays, primaryGroup } = user;
  return [
    ...(entry.home === user.home ? [] : ["--home", user.home]),
    ...(primaryGroup === undefined ? [] : ["--gid", primaryGroup]),
    ...(shell === undefined || shell === entry.shell ? [] : ["--shell", shell]),
    ...(gecos === undefined || gecos === entry.gecos ? [] : ["--comment", gecos]),
    ...(expireDate === undefined ? [] : ["--expiredate", expireDate]),
    ...(inactiveDays === undefined ? [] : ["--inactive", String(inactiveDays)]),
  ];
}

function ensureHome(sys: System, home: string, entry: PasswdEntry): void {
  const owner = `${entry.uid}:${entry.gid}`;
  const stat = sys.fs.stat(home);
  if (stat === undefined) {
    sys.fs.makeDirectory(home, { mode: HOME_MODE, owner });
  } else if (stat.kind === "directory" && stat.uid === 0 && entry.uid !== 0) {
    // The directory was made and not yet given away.
    sys.fs.setAttributes(home, { owner });
  }
  copyMissing(sys, { from: SKELETON, to: home, owner, depth: 0 });
}

/** Copies what is not there; links of the skeleton stay links. */
function copyMissing(
  sys: System,
  copy: {
    readonly from: string;
    readonly to: string;
    readonly owner: string;
    readonly depth: number;
  },
): void {
  const { from, to, owner, depth } = copy;
  if (sys.fs.stat(from)?.kind !== "directory" || depth > SKELETON_DEPTH_MAX) {
    return;
  }
  for (const name of sys.fs.list(from)) {
    const source = `${from}/${name}`;
    const target = `${to}/${name}`;
    const stat = sys.fs.stat(source);
    const there = sys.fs.stat(target);
    if (stat?.kind === "directory") {
      if (there === undefined) {
        sys.fs.makeDirectory(target, { mode: stat.mode, owner });
      }
      // Never through a link that somebody put there.
      if (there === undefined || there.kind === "directory") {
        copyMissing(sys, { from: source, to: target, owner, depth: depth + 1 });
      }
    } else if (there === undefined && stat?.kind === "file") {
      sys.fs.write(target, sys.fs.readBytes(source), { mode: stat.mode, owner });
    } else if (there === undefined && stat?.kind === "symlink") {
      sys.fs.symlink(sys.fs.readLink(source) ?? "", target);
    }
  }
}
