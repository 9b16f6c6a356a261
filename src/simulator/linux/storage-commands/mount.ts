import { findByTag, followLinks, statPath } from "../block-devices.ts";
import {
  done,
  failed,
  type LinuxCommand,
  type LinuxCommandContext,
  type LinuxOutcome,
} from "../command.ts";
import type { LinuxMount } from "../storage.ts";
import { type FstabEntry, readFstab } from "./fstab.ts";
import { type Options, type OptionSpec, readOptions } from "./options.ts";

const SPEC: OptionSpec = {
  program: "mount",
  short: "aBcfFhil L:Mmno:O:RrsT:t:U:vVw".replaceAll(" ", ""),
  long: {
    all: "a",
    bind: "B",
    fake: "f",
    "fstab:": "T",
    "options:": "o",
    "types:": "t",
    "label:": "L",
    "uuid:": "U",
    "test-opts:": "O",
    "source:": "source",
    "target:": "target",
    "read-only": "r",
    rw: "w",
    mkdir: "m",
    verbose: "v",
    "show-labels": "l",
    "no-mtab": "n",
    version: "V",
  },
};
const FAILED = 32;
const SOME_FAILED = 64;

/** mount(8). Exit codes 1: bad call; 32: failed; 64: with -a, some failed. */
export const mount: LinuxCommand = {
  path: "/usr/bin/mount",
  isChange(args) {
    const read = readOptions(SPEC, args);
    return (
      !("refusal" in read) &&
      (read.options.operands.length > 0 ||
        ["a", "L", "U", "source", "target"].some((name) => read.options.has(name)))
    );
  },
  run(ctx, args) {
    const read = readOptions(SPEC, args);
    if ("refusal" in read) {
      return read.refusal;
    }
    const { options } = read;
    if (options.has("V")) {
      return done("mount from util-linux 2.38.1 (libmount 2.38.1: selinux, assert, debug)\n");
    }
    if (options.has("a")) {
      return mountAll(ctx, options);
    }
    const entry = entryOf(ctx, options);
    if (entry === undefined) {
      return options.operands.length === 0 ? list(ctx, options) : failed(1, "mount: bad usage");
    }
    if (typeof entry === "string") {
      return failed(FAILED, entry);
    }
    if (entry.options.split(",").includes("remount")) {
      return remount(ctx, entry);
    }
    if (options.has("m")) {
      ctx.fs.makeDirectory(entry.target);
    }
    const wrong = options.has("f") ? undefined : mountOne(ctx, entry, options.has("B"));
    return wrong === undefined ? done() : failed(FAILED, wrong);
  },
};

function list({ storage }: LinuxCommandContext, options: Options): LinuxOutcome {
  const types = options.value("t")?.split(",");
  return done(
    storage.mounts
      .filter(({ type }) => types === undefined || types.includes(type))
      .map(
        ({ source, target, type, options: words }) =>
          `${source} on ${target} type ${type} (${words})\n`,
      )
      .join(""),
  );
}

/** What is to be mounted: of the command line, filled from fstab(5) where only one of device and directory is given. */
function entryOf(ctx: LinuxCommandContext, options: Options): FstabEntry | string | undefined {
  const label = options.value("L");
  const uuid = options.value("U");
  const tag =
    options.value("source") ??
    (label === undefined ? (uuid === undefined ? undefined : `UUID=${uuid}`) : `LABEL=${label}`);
  const words = [
    ...(tag === undefined ? [] : [tag]),
    ...options.operands,
    ...(options.flags.get("target") ?? []),
  ];
  if (words.length === 0 || words.length > 2) {
    return undefined;
  }
  const [first = "", second] = words;
  const given = [
    ...(options.flags.get("o") ?? []),
    ...(options.has("r") ? ["ro"] : []),
    ...(options.has("w") ? ["rw"] : []),
  ].join(",");
  if (second !== undefined) {
    return {
      source: first,
      target: second,
      type: options.value("t") ?? "auto",
      options: given === "" ? "defaults" : given,
      frequency: "0",
      pass: "0",
    };
  }
  const isRemount = given.split(",").includes("remount");
  const path = trim(first);
  const known = readFstab(ctx.fs, options.value("T"))?.entries.find(
    ({ source, target }) => target === path || isSame(ctx, source, first),
  );
  const mounted = isRemount
    ? ctx.storage.mounts.find(({ source, target }) => target === path || source === first)
    : undefined;
  const base =
    known ?? (mounted === undefined ? undefined : { ...mounted, frequency: "0", pass: "0" });
  return base === undefined
    ? `mount: ${first}: can't find in /etc/fstab.`
    : { ...base, options: given === "" ? base.options : `${base.options},${given}` };
}

function isSame(ctx: LinuxCommandContext, left: string, right: string): boolean {
  const device = findByTag(ctx, left);
  return left === right || (device !== undefined && device.path === findByTag(ctx, right)?.path);
}

/** `mount -a`: what is there already, `noauto` and swap are passed over; `nofail` with a missing device is no failure. */
function mountAll(ctx: LinuxCommandContext, options: Options): LinuxOutcome {
  const path = options.value("T") ?? "/etc/fstab";
  const fstab = readFstab(ctx.fs, path);
  if (fstab === undefined) {
    return failed(1, `mount: ${path}: failed to parse`);
  }
  const types = options.value("t")?.split(",");
  const messages = fstab.badLines.map(
    (line) => `mount: ${path}: parse error at line ${line} -- ignored\n`,
  );
  let failures = 0;
  let successes = 0;
  for (const entry of fstab.entries) {
    const words = entry.options.split(",");
    if (
      entry.type === "swap" ||
      entry.target === "/" ||
      entry.target === "none" ||
      words.includes("noauto") ||
      (types !== undefined && !types.includes(entry.type))
    ) {
      continue;
    }
    if (
      ctx.storage.mounts.some(
        (each) => each.target === trim(entry.target) && isMountOf(ctx, each, entry),
      )
    ) {
      successes += 1;
      continue;
    }
    const isMissing = isLocal(entry) && findByTag(ctx, entry.source) === undefined;
    if (isMissing && words.includes("nofail")) {
      successes += 1;
      continue;
    }
    const wrong = mountOne(ctx, entry, words.includes("bind"));
    if (wrong === undefined) {
      successes += 1;
    } else {
      failures += 1;
      messages.push(`${wrong}\n`);
    }
  }
  return {
    exitCode: failures === 0 ? 0 : successes === 0 ? FAILED : SOME_FAILED,
    stdout: "",
    stderr: messages.join(""),
  };
}

function isMountOf(ctx: LinuxCommandContext, mounted: LinuxMount, entry: FstabEntry): boolean {
  return (
    mounted.source === entry.source ||
    mounted.source === findByTag(ctx, entry.source)?.path ||
    followLinks(ctx.fs, entry.source) === mounted.source
  );
}

/** Of memory only, or of the kernel. */
const PSEUDO_TYPES: ReadonlySet<string> = new Set(["tmpfs", "proc", "sysfs", "devtmpfs", "devpts"]);
const NETWORK_TYPES: ReadonlySet<string> = new Set(["nfs", "nfs4"]);
const DISK_TYPES: ReadonlySet<string> = new Set([
  "ext2",
  "ext3",
  "ext4",
  "xfs",
  "btrfs",
  "vfat",
  "iso9660",
]);

function isLocal({ source, type }: FstabEntry): boolean {
  return !PSEUDO_TYPES.has(type) && !isNetwork(source, type);
}

function isNetwork(source: string, type: string): boolean {
  return NETWORK_TYPES.has(type) || (type === "auto" && /^[^/=]+:\//u.test(source));
}

/** Mounts, or says what is wrong. */
function mountOne(
  ctx: LinuxCommandContext,
  entry: FstabEntry,
  isBind: boolean,
): string | undefined {
  const { storage, fs } = ctx;
  const target = trim(entry.target);
  const words = entry.options.split(",").filter((word) => word !== "");
  if (isBind || PSEUDO_TYPES.has(entry.type)) {
    const missing = missingDirectory(ctx, target);
    if (missing === undefined) {
      storage.mounts.push({
        source: entry.source,
        target,
        type: isBind ? rootType(ctx) : entry.type,
        options: kernelOptions(words),
      });
    }
    return missing;
  }
  if (isNetwork(entry.source, entry.type)) {
    return missingDirectory(ctx, target) ?? mountNetwork(ctx, entry, target, words);
  }
  const device = findByTag(ctx, entry.source);
  if (device === undefined) {
    return /^(?:PART)?(?:LABEL|UUID)=/u.test(entry.source)
      ? `mount: ${target}: can't find ${entry.source}.`
      : (missingDirectory(ctx, target) ??
          (statPath(fs, entry.source) === undefined
            ? `mount: ${target}: special device ${entry.source} does not exist.\n       dmesg(1) may have more information after failed mount system call.`
            : `mount: ${target}: ${entry.source} is not a block device.`));
  }
  const missing = missingDirectory(ctx, target);
  if (missing !== undefined) {
    return missing;
  }
  const found = device.content?.type;
  if (entry.type !== "auto" && !DISK_TYPES.has(entry.type)) {
    return `mount: ${target}: unknown filesystem type '${entry.type}'.`;
  }
  if (entry.type === "auto" && (found === undefined || !DISK_TYPES.has(found))) {
    return found === undefined || found === "raw"
      ? wrongSuperblock(target, device.path)
      : `mount: ${target}: unknown filesystem type '${found}'.`;
  }
  const bad = words.find((word) => !isKnownOption(word));
  if (found === undefined || (entry.type !== "auto" && entry.type !== found) || bad !== undefined) {
    return wrongSuperblock(target, device.path);
  }
  if ((device.content?.sizeBytes ?? 0) > device.sizeBytes) {
    // "bad geometry": the partition is smaller than what was made on it.
    return wrongSuperblock(target, device.path);
  }
  if (storage.mounts.some((each) => each.source === device.path && each.target === target)) {
    return `mount: ${target}: ${device.path} already mounted on ${target}.`;
  }
  if (
    storage.faults.heldOpen.includes(device.path) ||
    storage.swaps.some(({ path }) => path === device.path)
  ) {
    return `mount: ${target}: ${device.path} already mounted or mount point busy.`;
  }
  const isReadOnly = device.disk.isReadOnly || found === "iso9660";
  storage.mounts.push({
    source: device.path,
    target,
    type: found,
    options: kernelOptions(isReadOnly ? ["ro", ...words] : words),
  });
  return undefined;
}

function mountNetwork(
  { storage }: LinuxCommandContext,
  { source, type }: FstabEntry,
  target: string,
  words: readonly string[],
): string | undefined {
  if (storage.faults.missingTools.includes("mount.nfs")) {
    return `mount: ${target}: bad option; for several filesystems (e.g. nfs, cifs) you might need a /sbin/mount.<type> helper program.`;
  }
  if (!storage.nfsExports.includes(source)) {
    return "mount.nfs: Connection timed out";
  }
  if (words.some((word) => !isKnownOption(word))) {
    return "mount.nfs: an incorrect mount option was specified";
  }
  storage.mounts.push({
    source,
    target,
    type: type === "nfs" ? "nfs" : "nfs4",
    options: kernelOptions(words),
  });
  return undefined;
}

function remount({ storage }: LinuxCommandContext, entry: FstabEntry): LinuxOutcome {
  const target = trim(entry.target);
  const mounted = storage.mounts.find((each) => each.target === target);
  if (mounted === undefined) {
    return failed(FAILED, `mount: ${target}: mount point not mounted or bad option.`);
  }
  mounted.options = kernelOptions(entry.options.split(","));
  return done();
}

function missingDirectory({ fs }: LinuxCommandContext, target: string): string | undefined {
  const kind = statPath(fs, followLinks(fs, target))?.kind;
  return kind === undefined
    ? `mount: ${target}: mount point does not exist.\n       dmesg(1) may have more information after failed mount system call.`
    : kind === "directory"
      ? undefined
      : `mount: ${target}: mount point is not a directory.\n       dmesg(1) may have more information after failed mount system call.`;
}

function rootType({ storage }: LinuxCommandContext): string {
  return storage.mounts.find(({ target }) => target === "/")?.type ?? "ext4";
}

function wrongSuperblock(target: string, path: string): string {
  return `mount: ${target}: wrong fs type, bad option, bad superblock on ${path}, missing codepage or helper program, or other error.\n       dmesg(1) may have more information after failed mount system call.`;
}

/** Words that mount(8) keeps for itself: the kernel does not see them. */
const USER_SPACE =
  /^(?:defaults|auto|noauto|nofail|user|nouser|users|owner|group|_netdev|bind|remount|loop|comment=.*|x-.*|X-.*)$/u;
/** Words that the kernel or a file system knows; "name=value" is taken as it is. */
const KNOWN_OPTIONS: ReadonlySet<string> = new Set(
  "rw ro sync async dirsync atime noatime relatime norelatime strictatime diratime nodiratime lazytime dev nodev exec noexec suid nosuid silent mand nomand discard nodiscard barrier nobarrier acl noacl user_xattr nouser_xattr journal_checksum usrquota grpquota quota noquota prjquota pquota uquota gquota inode64 inode32 largeio swalloc wsync norecovery logbufs compress ssd nossd autodefrag space_cache nodatacow nodatasum degraded utf8 quiet hard soft bg fg intr nointr tcp udp lock nolock cto nocto ac noac sharecache rdirplus nordirplus resvport noresvport".split(
    " ",
  ),
);

function isKnownOption(word: string): boolean {
  return word.includes("=") || USER_SPACE.test(word) || KNOWN_OPTIONS.has(word);
}

/** As /proc/mounts shows them. */
function kernelOptions(words: readonly string[]): string {
  const kept = words.filter(
    (word) => word !== "" && !USER_SPACE.test(word) && !["rw", "ro", "relatime"].includes(word),
  );
  const times = kept.some((word) => /^(?:noatime|strictatime)$/u.test(word)) ? [] : ["relatime"];
  return [words.includes("ro") ? "ro" : "rw", ...times, ...kept].join(",");
}

function trim(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/u, "") : path;
}
