import type { FileSystemRequest } from "../disk-adapter.ts";
import type { DistroContext } from "../distro.ts";
import { runChange } from "../run-change.ts";

const SHELL = "/bin/sh";
const DIRECTORIES = ["/usr/sbin", "/sbin"];
const CHANGE = { timeoutMs: 3_600_000 };

/** Runs mkfs of the type, or the command of the configuration. Returns what went wrong. */
export async function makeFileSystem(
  ctx: DistroContext,
  request: FileSystemRequest,
  target: { readonly path: string; readonly isWholeDisk: boolean },
): Promise<string | undefined> {
  if (request.command !== undefined) {
    return runCommand(ctx, request, request.command, target.path);
  }
  const type = request.type ?? "";
  const name = type === "swap" ? "mkswap" : `mkfs.${type}`;
  const program = DIRECTORIES.map((directory) => `${directory}/${name}`).find(
    (path) => ctx.sys.fs.stat(path) !== undefined,
  );
  if (program === undefined) {
    return `there is no ${name} here: install the package of the file system first (xfsprogs for xfs, e2fsprogs for ext4)`;
  }
  const argv = [
    program,
    // Or it would ask whether a whole disk is meant.
    ...(target.isWholeDisk ? (FORCE_ON_DISK[type] ?? []) : []),
    ...(request.label === undefined ? [] : [LABEL_FLAGS[type] ?? "-L", request.label]),
    ...request.extraOptions,
    target.path,
  ];
  const { failure, hasRun } = await runChange(ctx.sys, argv, CHANGE);
  if (failure === undefined && hasRun) {
    ctx.log.info(`Made a file system of type ${type} on ${target.path}`);
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

/** `%(device)s`, `%(label)s` and `%(filesystem)s` stand for their values (cloud-init's documentation of fs_setup). */
async function runCommand(
  ctx: DistroContext,
  request: FileSystemRequest,
  command: string | readonly string[],
  device: string,
): Promise<string | undefined> {
  const values: Readonly<Record<string, string>> = {
    device,
    label: request.label ?? "",
    filesystem: request.type ?? "",
  };
  const fill = (text: string): string =>
    text.replaceAll(/%\((device|label|filesystem)\)s/gu, (_all, key: string) => values[key] ?? "");
  const argv =
    typeof command === "string" ? [SHELL, "-c", fill(command)] : command.map((word) => fill(word));
  if (argv.length === 0) {
    return '"cmd" is empty';
  }
  return (await runChange(ctx.sys, argv, { ...CHANGE, owner: "user" })).failure;
}
