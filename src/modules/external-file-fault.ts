import type { FileStat, System } from "../system/system.ts";

/** What of a machine the check needs. */
export interface FileJudge {
  readonly fs: Pick<System["fs"], "stat" | "readLink">;
  readonly process: Pick<System["process"], "platform" | "uid">;
}

/**
 * Why a file of a module is not trusted, or undefined where it is: it has to be a regular file, or a
 * link to one in the same directory, that only root can change, as can every directory above it.
 * Who runs the agent without being root may use files of its own. `directory` is where modules are.
 */
export function findFileFault(
  judge: FileJudge,
  directory: string,
  name: string,
): string | undefined {
  const above = findDirectoryFault(judge, directory);
  if (above !== undefined) {
    return above;
  }
  const path = `${directory}/${name}`;
  const found = judge.fs.stat(path);
  if (found?.kind !== "symlink") {
    return found === undefined ? "it is not there" : findNodeFault(judge, "it", found, "file");
  }
  const target = judge.fs.readLink(path) ?? "";
  if (target === "" || target.includes("/")) {
    return `it is a link to "${target}", out of its directory`;
  }
  const real = judge.fs.stat(`${directory}/${target}`);
  return real === undefined
    ? `it is a link to "${target}", which is not there`
    : findNodeFault(judge, `the file "${target}" that it is a link to`, real, "file");
}

/** Why nothing in the directory is trusted. Links on the way to it are followed, and judged too. */
export function findDirectoryFault(judge: FileJudge, directory: string): string | undefined {
  const root = judge.fs.stat("/");
  const rootFault = root === undefined ? undefined : findDirectoryNodeFault(judge, "/", root);
  // The steps that are left to be taken, the next one last.
  const steps = stepsOf(directory);
  let place = "";
  let fault = rootFault;
  let linkCount = 0;
  while (fault === undefined && steps.length > 0) {
    const step = steps.pop() ?? "";
    const path =
      step === ".." ? place.slice(0, Math.max(0, place.lastIndexOf("/"))) : `${place}/${step}`;
    const stat = path === "" ? root : judge.fs.stat(path);
    if (stat?.kind === "symlink") {
      // Who may change the link is told by the directory it is in, which has been judged.
      const target = judge.fs.readLink(path) ?? "";
      linkCount += 1;
      fault = linkCount > LINKS_MAX ? `"${path}" is one of too many links` : undefined;
      place = target.startsWith("/") ? "" : place;
      steps.push(...stepsOf(target));
    } else if (path !== "") {
      fault =
        stat === undefined
          ? `the directory "${path}" is not there`
          : findDirectoryNodeFault(judge, path, stat);
      place = path;
    } else {
      place = "";
    }
  }
  return fault;
}

function stepsOf(path: string): string[] {
  return path
    .split("/")
    .filter((step) => step !== "" && step !== ".")
    .reverse();
}

const LINKS_MAX = 16;
/** Of AIX's own directories (/usr, /usr/lib …), bin is the owner, a user whom nobody can log in as. */
const AIX_BIN_UID = 2;

function findDirectoryNodeFault(
  judge: FileJudge,
  path: string,
  stat: FileStat,
): string | undefined {
  return findNodeFault(judge, `the directory "${path}"`, stat, "directory");
}

function findNodeFault(
  { process }: FileJudge,
  what: string,
  stat: FileStat,
  kind: "file" | "directory",
): string | undefined {
  if (stat.kind !== kind) {
    const expected = kind === "file" ? "regular file" : "directory";
    return `${what} is no ${expected}`;
  }
  const isSystemOwner =
    stat.uid === 0 ||
    stat.uid === process.uid ||
    (kind === "directory" && process.platform === "aix" && stat.uid === AIX_BIN_UID);
  if (!isSystemOwner) {
    return `${what} belongs to the user with the number ${stat.uid}, not to root`;
  }
  if ((stat.mode & 0o022) !== 0) {
    const mode = (stat.mode & 0o7777).toString(8).padStart(4, "0");
    const who = (stat.mode & 0o002) === 0 ? "its group" : "everybody";
    return `${who} may write to ${what === "it" ? "it" : what} (mode ${mode})`;
  }
  return undefined;
}
