import { posix } from "node:path";
import type { FileSystem } from "../../system/system.ts";
import { readStubHead } from "./read-stub.ts";

/** Where the stub looks first, and where a runtime is installed. */
const INSTALLED = "/opt/freeware/libexec/cloud-init";
/** Where else the stub unpacks when root runs it. Other users' directories are theirs alone. */
const BASES = [INSTALLED, "/var/opt/cloud-init/runtime", "/var/tmp/.cloud-init-runtime.0"];
/** "0.1.0-5bf14b847837", as the build names it. */
const RUNTIME_NAME = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?-[0-9a-f]{12}$/u;
/** What is being unpacked, or what a run that died has left. */
const UNFINISHED_NAME = /^\.t\.\d+$/u;
/** Nobody unpacks for so long. */
const UNFINISHED_MS = 3_600_000;
const OTHERS_MAY_WRITE = 0o022;

export interface RuntimeSearch {
  /** "/", or the directory of an image. */
  readonly root: string;
  /** The directory of the runtime that runs, which stays; on this machine, not in the image. */
  readonly running: string;
  /** The program as it is installed: what it starts stays too. On the installed system. */
  readonly program: string;
  readonly nowMs: number;
  /** Who removes them: in a directory that is not his, or that others may write to, nothing is found. */
  readonly uid: number;
}

/** Directories of runtimes that nothing starts any more, a hundred megabytes each, and of unpackings that were cut off. */
export function findOldRuntimes(fs: FileSystem, search: RuntimeSearch): readonly string[] {
  const stub = readStubHead(fs, posix.join(search.root, search.program));
  const kept = new Set([posix.basename(search.running), stub?.version]);
  return BASES.flatMap((base) => {
    const place = posix.join(search.root, base);
    return isOwn(fs, place, search.uid)
      ? fs
          .list(place)
          .filter((name) =>
            isOld(fs, `${place}/${name}`, base === INSTALLED ? kept : new Set(), search.nowMs),
          )
          .map((name) => `${place}/${name}`)
          .filter((path) => path !== search.running)
      : [];
  });
}

/** Whether nobody else can exchange what is in a directory while it is removed. */
function isOwn(fs: FileSystem, path: string, uid: number): boolean {
  const stat = fs.stat(path);
  return stat?.kind === "directory" && stat.uid === uid && (stat.mode & OTHERS_MAY_WRITE) === 0;
}

function isOld(
  fs: FileSystem,
  path: string,
  kept: ReadonlySet<string | undefined>,
  nowMs: number,
): boolean {
  const name = posix.basename(path);
  const stat = fs.stat(path);
  if (stat?.kind !== "directory") {
    return false;
  }
  return UNFINISHED_NAME.test(name)
    ? nowMs - stat.modifiedMs > UNFINISHED_MS
    : RUNTIME_NAME.test(name) && !kept.has(name);
}
