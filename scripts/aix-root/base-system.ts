import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

/** Programs of Debian that stand for AIX's in the root. */
const KSH = "/usr/bin/ksh93";
const BUSYBOX = "/usr/bin/busybox";
/** Busybox may have none. */
const CKSUM = "/usr/bin/cksum";
/** Applets that stand for AIX's own tools. What is simulated is not among them. */
const APPLETS =
  "awk basename cat chgrp chmod chown cmp comm cp cut date dd df diff dirname du echo env expr false find fold getopt grep head id join kill ln ls mkdir mkfifo mknod mv nice nl nohup od paste printf pwd rm rmdir sed sleep sort split stty sum tail tar tee test touch tr true tty uncompress uniq wc xargs".split(
    " ",
  );
/** What a compiled Bun program needs, beside /proc and /dev/null. */
const BUN_LIBRARIES = ["libc.so.6", "libpthread.so.0", "libdl.so.2", "libm.so.6"];
const DEVICES = [
  ["null", "666", "1", "3"],
  ["zero", "666", "1", "5"],
  ["random", "444", "1", "8"],
  ["urandom", "444", "1", "9"],
  ["tty", "666", "5", "0"],
] as const;

/** Why a root cannot be built and entered on this machine, or undefined where it can. */
export function findObstacle(): string | undefined {
  if (process.platform !== "linux" || process.getuid?.() !== 0) {
    return "an AIX root needs Linux and root";
  }
  const missing = [KSH, BUSYBOX, "/usr/bin/unshare"].find((program) => !fs.existsSync(program));
  if (missing !== undefined) {
    return `an AIX root needs "${missing}" (Debian packages ksh93u+m, busybox-static, util-linux)`;
  }
  const unshared = spawnSync("unshare", [...NAMESPACES, "sh", "-c", TRIAL_MOUNTS]);
  if (unshared.status !== 0) {
    return "this machine does not allow what an AIX root needs: unshare -m -p -n -u -i, and mounts there";
  }
  return canMakeNodes()
    ? undefined
    : "this machine does not allow device files, as an AIX root needs them";
}

const NAMESPACES = ["-m", "-p", "-n", "-u", "-i", "--fork", "--kill-child"];
const TRIAL_MOUNTS =
  "mount --make-rprivate / && mount --bind /tmp /tmp && mount -t proc proc /proc";

function canMakeNodes(): boolean {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "aix-root-trial-"));
  try {
    return spawnSync("mknod", [path.join(directory, "null"), "c", "1", "3"]).status === 0;
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

/** Shell, tools, libraries and device files: what of the base system is not simulated. `librariesFor`: a program whose libraries are to be there too. */
export function buildBaseSystem(root: string, librariesFor = KSH): void {
  for (const directory of ["dev", "proc", "etc", "usr/bin", "usr/sbin", "usr/lib", "lib64"]) {
    fs.mkdirSync(path.join(root, directory), { recursive: true });
  }
  fs.chmodSync(root, 0o755);
  const loaders = ["/bin/sh", KSH, BUSYBOX, CKSUM, librariesFor].flatMap(librariesOf);
  const bun = BUN_LIBRARIES.map((name) => findLibrary(name));
  for (const file of new Set([...loaders, ...bun])) {
    const target = root + file;
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.copyFileSync(fs.realpathSync(file), target);
    fs.chmodSync(target, 0o755);
  }
  copyProgram(KSH, path.join(root, "usr/bin/ksh"));
  for (const name of ["sh", "ksh93", "bsh", "rksh"]) {
    fs.symlinkSync("ksh", path.join(root, "usr/bin", name));
  }
  copyProgram(CKSUM, path.join(root, "usr/bin/cksum"));
  copyProgram(BUSYBOX, path.join(root, "usr/lib/.tools"));
  for (const applet of APPLETS) {
    fs.symlinkSync("../lib/.tools", path.join(root, "usr/bin", applet));
  }
  // The runtime says "linux" here; no real AIX has this file, and no Linux has this id.
  fs.writeFileSync(path.join(root, "etc/os-release"), "ID=aix\n");
  for (const [name, mode, major, minor] of DEVICES) {
    makeNode(path.join(root, "dev", name), mode, "c", major, minor);
  }
}

/** A device file. */
export function makeNode(
  file: string,
  mode: string,
  type: "b" | "c",
  major: string,
  minor: string,
): void {
  const result = spawnSync("mknod", ["-m", mode, file, type, major, minor], { encoding: "utf8" });
  if (result.status !== 0) {
    throw new Error(`Cannot make device file "${file}": ${result.stderr}`);
  }
}

function copyProgram(from: string, to: string): void {
  fs.copyFileSync(fs.realpathSync(from), to);
  fs.chmodSync(to, 0o555);
}

function librariesOf(program: string): string[] {
  const { stdout } = spawnSync("ldd", [program], { encoding: "utf8" });
  return [...stdout.matchAll(/(?:^|\s)(\/\S+)/gmu)].flatMap(([, file]) => file ?? []);
}

function findLibrary(name: string): string {
  const places = ["/lib/x86_64-linux-gnu", "/lib/aarch64-linux-gnu", "/lib64", "/lib"];
  const found = places.map((place) => path.join(place, name)).find((file) => fs.existsSync(file));
  if (found === undefined) {
    throw new Error(`Cannot find library "${name}" in ${places.join(", ")}`);
  }
  return found;
}
