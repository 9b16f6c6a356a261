import type { CloudConfig } from "../../config/cloud-config.ts";
import type { Paths } from "../../instance/paths.ts";
import { isDirectory } from "../../system/files.ts";
import type { FileSystem } from "../../system/system.ts";
import { errorMessage } from "../../text/error-message.ts";
import { findLogFiles } from "../clean/log-files.ts";

/** What is to be in the archive. */
export interface CollectedFile {
  readonly path: string;
  /** In the archive, below its top directory. */
  readonly name: string;
  readonly isLog: boolean;
}

export interface FileSelection {
  readonly files: readonly CollectedFile[];
  readonly leftOut: readonly LeftOut[];
}

export interface LeftOut {
  readonly path: string;
  readonly why: string;
}

export interface FileWishes {
  /** User-data, and all that was made of it or holds it. */
  readonly userData: boolean;
  /** Beside the logs, only what every user may read. */
  readonly onlyPublic: boolean;
}

/** A tree that is larger holds something else. */
const FILE_COUNT_MAX = 5_000;
const DEPTH_MAX = 12;

/** The files that tell what cloud-init did and why (compat core.md §7.5). */
export function selectFiles(
  fs: FileSystem,
  paths: Paths,
  given: { readonly configs: readonly CloudConfig[]; readonly systemFiles: readonly string[] },
  wishes: FileWishes,
): FileSelection {
  const leftOut: LeftOut[] = [];
  const files = new Map<string, CollectedFile>();
  const names = new Set<string>();
  for (const path of findLogFiles(fs, given.configs)) {
    // As upstream does; two logs of one name keep their directories.
    const short = path.slice(path.lastIndexOf("/") + 1);
    const name = names.has(short) ? path.slice(1) : short;
    names.add(name);
    files.set(path, { path, name, isLog: true });
  }
  const trees = [...configDirectories(paths), ...stateTrees(fs, paths)];
  const found = [...trees.flatMap((root) => walk(fs, root, leftOut)), ...given.systemFiles];
  for (const path of found) {
    const stat = fs.stat(path);
    if (stat?.kind !== "file" || files.has(path)) {
      continue;
    }
    const why = reasonToLeaveOut(path, stat.mode, paths, wishes);
    if (why === undefined) {
      files.set(path, { path, name: path.slice(1), isLog: false });
    } else {
      leftOut.push({ path, why });
    }
  }
  return { files: [...files.values()], leftOut };
}

/** Where the configuration is, with whatever copies of it somebody has left there. */
export function configDirectories(paths: Paths): readonly string[] {
  const own = paths.configFile.slice(0, paths.configFile.lastIndexOf("/"));
  return [...new Set([own, "/etc/cloud"])];
}

function stateTrees(fs: FileSystem, paths: Paths): readonly string[] {
  const target = fs.readLink(paths.instanceLink);
  const instance = target?.startsWith("/") === false ? `${paths.cloudDir}/${target}` : target;
  return [
    paths.dataDir,
    paths.handlersDir,
    paths.seedDir,
    ...(instance === undefined ? [] : [instance]),
    paths.runDir,
    ...(paths.defaultRunDir === undefined ? [] : [paths.defaultRunDir]),
  ];
}

/** Directories that hold nothing to learn from, or nothing to hand on. */
const PASSED_OVER: ReadonlySet<string> = new Set(["keys", "templates", "scripts", "sem"]);

/** Files below `root`; links are not followed. */
function walk(fs: FileSystem, root: string, leftOut: LeftOut[]): readonly string[] {
  if (!isDirectory(fs, root)) {
    return [];
  }
  const found: string[] = [];
  const queue = [{ path: root, depth: 0 }];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const { path: directory, depth } = next;
    for (const name of namesIn(fs, directory, leftOut)) {
      const path = `${directory}/${name}`;
      const kind = fs.stat(path)?.kind;
      if (found.length >= FILE_COUNT_MAX || depth > DEPTH_MAX) {
        leftOut.push({ path: directory, why: "too many files" });
        return found;
      }
      if (kind === "directory" && !PASSED_OVER.has(name)) {
        queue.push({ path, depth: depth + 1 });
      } else if (kind === "file") {
        found.push(path);
      }
    }
  }
  return found;
}

/** A directory may go, or fail, while its neighbours are read. */
function namesIn(fs: FileSystem, directory: string, leftOut: LeftOut[]): readonly string[] {
  try {
    return fs.list(directory);
  } catch (error) {
    leftOut.push({ path: directory, why: errorMessage(error) });
    return [];
  }
}

function reasonToLeaveOut(
  path: string,
  mode: number,
  paths: Paths,
  { userData, onlyPublic }: FileWishes,
): string | undefined {
  if (path.endsWith("/ssh-host-keys.json")) {
    return "the machine's private keys";
  }
  if (!userData && holdsUserData(path, paths)) {
    return "it holds user-data; --include-userdata collects it";
  }
  return onlyPublic && (mode & PUBLIC) === 0 ? "not every user may read it" : undefined;
}

const PUBLIC = 0o004;

/** User-data and vendor-data, also as OVF and OpenNebula bring it, what was made of them, and what keeps the metadata with its passwords. */
const USER_DATA_NAME =
  /^(?:ovf-env\.xml|context\.sh|(?:user|vendor)[-_]?data.*|(?:vendor2?-)?cloud-config\.txt|combined-cloud-config\.json|instance-data-sensitive\.json|obj\.pkl|reporting-.*\.json)$/u;

function holdsUserData(path: string, paths: Paths): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (USER_DATA_NAME.test(name)) {
    return true;
  }
  // Of a config drive: files that are to be on the machine.
  if (path.startsWith(`${paths.seedDir}/`) && path.includes("/openstack/content/")) {
    return true;
  }
  const isOfInstance = path.startsWith(`${paths.instancesDir}/`);
  return isOfInstance && /\/(?:boothooks|handlers|urlcache)\//u.test(path);
}
