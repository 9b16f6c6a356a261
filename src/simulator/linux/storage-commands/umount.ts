import { openDevice, statPath } from "../block-devices.ts";
import { done, failed, type LinuxCommand, type LinuxCommandContext } from "../command.ts";
import { type OptionSpec, readOptions } from "./options.ts";

const SPEC: OptionSpec = {
  program: "umount",
  short: "AacdfhilnO:qRrt:vV",
  long: {
    all: "a",
    "all-targets": "A",
    force: "f",
    lazy: "l",
    recursive: "R",
    verbose: "v",
    quiet: "q",
    "types:": "t",
  },
};
const FAILED = 32;
/** What no machine can do without. */
const NEEDED: ReadonlySet<string> = new Set(["/", "/proc", "/sys", "/dev", "/run"]);

/** umount(8). Exit code 32: failed. */
export const umount: LinuxCommand = {
  path: "/usr/bin/umount",
  isChange: () => true,
  run(ctx, args) {
    const read = readOptions(SPEC, args);
    if ("refusal" in read) {
      return read.refusal;
    }
    const { options } = read;
    if (options.operands.length === 0) {
      return failed(1, "umount: bad usage\nTry 'umount --help' for more information.");
    }
    const messages = options.operands.flatMap(
      (word) => unmount(ctx, word, options.has("l"), options.has("R")) ?? [],
    );
    return messages.length === 0 ? done() : failed(FAILED, messages.join("\n"));
  },
};

function unmount(
  ctx: LinuxCommandContext,
  word: string,
  isLazy: boolean,
  isRecursive: boolean,
): string | undefined {
  const { storage, fs } = ctx;
  const path = word.length > 1 ? word.replace(/\/+$/u, "") : word;
  const device = openDevice(ctx, path)?.path;
  const mounted = [...storage.mounts]
    .reverse()
    .find(({ source, target }) => target === path || source === (device ?? path));
  if (mounted === undefined) {
    return statPath(fs, path) === undefined
      ? `umount: ${word}: no mount point specified.`
      : `umount: ${word}: not mounted.`;
  }
  const below = storage.mounts.filter(({ target }) => target.startsWith(`${mounted.target}/`));
  const isNeeded = NEEDED.has(mounted.target);
  const isBusy =
    (below.length > 0 && !isRecursive) || storage.faults.heldOpen.includes(mounted.target);
  if (isNeeded || (isBusy && !isLazy)) {
    return `umount: ${mounted.target}: target is busy.`;
  }
  storage.mounts = storage.mounts.filter(
    (each) => each !== mounted && !(isRecursive && below.includes(each)),
  );
  return undefined;
}
