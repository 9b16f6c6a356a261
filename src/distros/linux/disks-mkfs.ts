import { isFile } from "../../system/files.ts";
import type { System } from "../../system/system.ts";
import type { FileSystemRequest } from "../disk-adapter.ts";
import type { DistroContext } from "../distro.ts";
import { runChange } from "../run-change.ts";

const SHELL = "/bin/sh";
const DIRECTORIES = ["/usr/sbin", "/sbin"];
const CHANGE = { timeoutMs: 3_600_000 };

/** A command that makes a file system. */
export interface FileSystemMaker {
  readonly argv: readonly string[];
  /** It comes from the configuration. */
  readonly isOwn: boolean;
  /** For the log: "a file system of type ext4 on /dev/sdb1". */
  readonly what: string;
}

/**
 * mkfs of the type, or the command of the configuration; a text says why there is none. What can be
 * known to fail is found out here, before anything is given up for it.
 */
export function prepareFileSystem(
  sys: System,
  request: FileSystemRequest,
  target: { readonly path: string; readonly isWholeDisk: boolean },
): FileSystemMaker | string {
  const { label, type = "" } = request;
  const what = `a file system of type ${type} on ${target.path}`;
  if (request.command !== undefined) {
    const argv = fillCommand(request, request.command, target.path);
    return typeof argv === "string"
      ? argv
      : (findMissing(sys, argv[0] ?? "") ?? { argv, isOwn: true, what });
  }
  const name = type === "swap" ? "mkswap" : `mkfs.${type}`;
  const program = DIRECTORIES.map((directory) => `${directory}/${name}`).find(
    (path) => sys.fs.stat(path) !== undefined,
  );
  if (program === undefined) {
    return `there is no ${name} here: install the package of the file system first (xfsprogs for xfs, e2fsprogs for ext4)`;
  }
  const most = LABEL_BYTES_MAX[type];
  if (most !== undefined && label !== undefined && Buffer.byteLength(label) > most) {
    return `the label "${label}" is too long for ${type}: at most ${most} bytes are allowed`;
  }
  const argv = [
    program,
    // Or it would ask whether a whole disk is meant.
    ...(target.isWholeDisk ? (FORCE_ON_DISK[type] ?? []) : []),
    ...(label === undefined ? [] : [LABEL_FLAGS[type] ?? "-L", label]),
    ...request.extraOptions,
    target.path,
  ];
  return { argv, isOwn: false, what };
}

/** Runs it. Returns what went wrong. */
export async function makeFileSystem(
  ctx: DistroContext,
  { argv, isOwn, what }: FileSystemMaker,
): Promise<string | undefined> {
  const options = isOwn ? ({ ...CHANGE, owner: "user" } as const) : CHANGE;
  const { failure, hasRun } = await runChange(ctx.sys, argv, options);
  if (failure === undefined && hasRun && !isOwn) {
    ctx.log.info(`Made ${what}`);
  }
  return failure;
}

/** mke2fs(8), mkfs.vfat(8): nothing that is mounted is overwritten by it. */
const FORCE_ON_DISK: Readonly<Record<string, readonly string[]>> = {
  ext2: ["-F"],
  ext3: ["-F"],
  ext4: ["-F"],
  vfat: ["-I"],
};

/** Where it is not -L. */
const LABEL_FLAGS: Readonly<Record<string, string>> = {
  vfat: "-n",
  fat: "-n",
  msdos: "-n",
  f2fs: "-l",
};

/** mkfs refuses longer ones (mkfs.xfs(8), mkfs.vfat(8)); mke2fs and mkswap cut them off. */
const LABEL_BYTES_MAX: Readonly<Record<string, number>> = { xfs: 12, vfat: 11, btrfs: 255 };

/** `%(device)s`, `%(label)s` and `%(filesystem)s` stand for their values (cloud-init's documentation of fs_setup). */
function fillCommand(
  request: FileSystemRequest,
  command: string | readonly string[],
  device: string,
): readonly string[] | string {
  const values: Readonly<Record<string, string>> = {
    device,
    label: request.label ?? "",
    filesystem: request.type ?? "",
  };
  const fill = (text: string): string =>
    text.replaceAll(/%\((device|label|filesystem)\)s/gu, (_all, key: string) => values[key] ?? "");
  const argv =
    typeof command === "string" ? [SHELL, "-c", fill(command)] : command.map((word) => fill(word));
  return (argv.at(argv[0] === SHELL ? -1 : 0) ?? "").trim() === "" ? '"cmd" is empty' : argv;
}

/** Why a program cannot be run; a name without a directory is looked for where it is run. */
function findMissing(sys: System, program: string): string | undefined {
  return program.startsWith("/") && !isFile(sys.fs, program)
    ? `there is no program "${program}", which "cmd" names`
    : undefined;
}
