import type { Logger } from "../../report/logger.ts";
import { isDirectory, readTextIfExists } from "../../system/files.ts";
import type { FileStat, FileSystem, System } from "../../system/system.ts";
import { type AuthorizedKey, mergeAuthorizedKeys, parseAuthorizedKey } from "./authorized-keys.ts";
import { readSshdOptions, SSHD_CONFIG } from "./sshd-config.ts";

/** Whose keys they are. */
export interface KeyOwner {
  readonly name: string;
  readonly home: string;
  /** Absent where it is not known yet: a plan does not make the user. */
  readonly uid?: number;
  /** The tool that made the user makes the home directory too, in a plan later. */
  readonly isHomeMade?: boolean;
  /** "user:group" for what is made. */
  readonly owner: string;
}

export interface KeyRequest {
  /** One key a line; a text of several lines is several keys. */
  readonly keys: readonly string[];
  /** Goes before each key, in place of options of its own. */
  readonly options?: string;
}

/**
 * Puts keys into the file where sshd looks for those of `user`, and sets its owner and modes.
 * What is no key is left out with a warning. Throws where every path that sshd looks at is unsafe:
 * through a link, a foreign owner's or a directory that others can write to.
 */
export function ensureAuthorizedKeysFile(
  sys: System,
  log: Logger,
  user: KeyOwner,
  request: KeyRequest,
): void {
  const keys = readKeys(log, user, request);
  if (keys.length === 0) {
    return;
  }
  const options = readSshdOptions(sys.fs);
  const isStrict = options.get("strictmodes")?.[0]?.toLowerCase() !== "no";
  const path = choosePath(sys.fs, log, user, {
    patterns: options.get("authorizedkeysfile") ?? [DEFAULT_FILE],
    isStrict,
  });
  ensureDirectory(sys.fs, user, path.slice(0, path.lastIndexOf("/")));
  ensureFile(sys.fs, user, path, keys);
}

/** The file in which sshd finds keys of `user` and what it holds; the default file and "" where there is none. */
export function readAuthorizedKeysFile(
  fs: FileSystem,
  user: Pick<KeyOwner, "name" | "home" | "uid">,
): { readonly path: string; readonly text: string } {
  const patterns = readSshdOptions(fs).get("authorizedkeysfile") ?? [DEFAULT_FILE];
  const paths = patterns
    .filter((pattern) => pattern.toLowerCase() !== "none")
    .map((pattern) => expandTokens(pattern, user));
  const path = paths.find((candidate) => fs.stat(candidate)?.kind === "file");
  const sizeBytes = path === undefined ? 0 : (fs.stat(path)?.sizeBytes ?? 0);
  return path === undefined || sizeBytes > FILE_BYTES_MAX
    ? { path: path ?? paths[0] ?? expandTokens(DEFAULT_FILE, user), text: "" }
    : { path, text: readTextIfExists(fs, path) ?? "" };
}

const DEFAULT_FILE = ".ssh/authorized_keys";
const DIRECTORY_MODE = 0o700;
const FILE_MODE = 0o600;
/** It is the user's, who can make it of any size: 100,000 keys take 16 MiB. */
const FILE_BYTES_MAX = 16 * 1024 * 1024;
const OTHERS_WRITE = 0o022;

function readKeys(log: Logger, user: KeyOwner, request: KeyRequest): readonly AuthorizedKey[] {
  const keys: AuthorizedKey[] = [];
  const lines = request.keys.flatMap((text) => text.split(/\r?\n/u));
  for (const line of lines.filter((text) => !/^\s*(?:#|$)/u.test(text))) {
    const key = parseAuthorizedKey(line);
    if ("refused" in key) {
      log.warn(`Cannot use an SSH key of user "${user.name}": ${key.refused}`);
    } else {
      keys.push(request.options === undefined ? key : { ...key, options: request.options });
    }
  }
  return keys;
}

interface PathChoice {
  readonly patterns: readonly string[];
  readonly isStrict: boolean;
}

/** The first path of the user's own that is safe: not one that all users share. */
function choosePath(fs: FileSystem, log: Logger, user: KeyOwner, choice: PathChoice): string {
  const own = choice.patterns
    .filter((pattern) => pattern.toLowerCase() !== "none")
    .map((pattern) => ({ pattern, path: expandTokens(pattern, user) }))
    .filter(({ pattern, path }) => /%[uh]/u.test(pattern) || isBelow(path, user.home))
    .map(({ path }) => path);
  const byDefault = expandTokens(DEFAULT_FILE, user);
  if (own.length === 0) {
    log.warn(
      `AuthorizedKeysFile "${choice.patterns.join(" ")}" in ${SSHD_CONFIG} names no file of user "${user.name}": the keys go to "${byDefault}", where sshd does not look`,
    );
  }
  const refusals: string[] = [];
  for (const path of new Set([...own, byDefault])) {
    const refusal = findRefusal(fs, user, path, choice.isStrict);
    if (refusal === undefined) {
      for (const message of refusals) {
        log.warn(`${message}: the keys go to "${path}"`);
      }
      return path;
    }
    refusals.push(`Cannot write SSH keys of user "${user.name}" to "${path}": ${refusal}`);
  }
  throw new Error(refusals.join("; "));
}

/** Tokens of sshd_config(5): %h home, %u name, %U uid, %% a percent sign. Relative: below home. */
function expandTokens(pattern: string, user: Pick<KeyOwner, "name" | "home" | "uid">): string {
  const home = user.home === "/" ? "" : user.home.replace(/\/+$/u, "");
  const expanded = pattern.replace(/%([%huU])/gu, (_, token: string) => {
    switch (token) {
      case "h":
        return home;
      case "u":
        return user.name;
      case "U":
        return String(user.uid ?? "");
      default:
        return "%";
    }
  });
  return (expanded.startsWith("/") ? expanded : `${home}/${expanded}`).replace(/\/{2,}/gu, "/");
}

/** What makes the path unsafe to write as root and useless to sshd, or undefined. */
function findRefusal(
  fs: FileSystem,
  user: KeyOwner,
  path: string,
  isStrict: boolean,
): string | undefined {
  if (path.split("/").includes("..")) {
    return 'it has a ".." in it';
  }
  const directory = path.slice(0, Math.max(1, path.lastIndexOf("/")));
  for (const place of directoriesTo(directory)) {
    const stat = fs.stat(place);
    if (stat === undefined) {
      return undefined;
    }
    const refusal = refuseDirectory(fs, user, place, stat);
    if (refusal !== undefined) {
      return refusal;
    }
    // The last directory's own mode is set right below, where it is the user's.
    const isRepaired = place === directory && isBelow(place, user.home);
    const isChecked = isBelow(place, user.home) || place === user.home;
    if (isStrict && isChecked && !isRepaired && (stat.mode & OTHERS_WRITE) !== 0) {
      return `"${place}" has mode ${octal(stat.mode)} and sshd refuses what others can write to: run "chmod go-w ${place}"`;
    }
  }
  return refuseFile(user, fs.stat(path));
}

function refuseDirectory(
  fs: FileSystem,
  user: KeyOwner,
  place: string,
  stat: FileStat,
): string | undefined {
  if (stat.kind === "symlink") {
    // Above the home directory, links that root made are how the machine is laid out.
    const isRoots =
      stat.uid === 0 && place !== user.home && !isBelow(place, user.home) && isDirectory(fs, place);
    return isRoots
      ? undefined
      : `"${place}" is a symbolic link: put a directory there, or name another in AuthorizedKeysFile`;
  }
  if (stat.kind !== "directory") {
    return `"${place}" is not a directory`;
  }
  return isTrusted(user, stat)
    ? undefined
    : `"${place}" belongs to uid ${stat.uid}: it has to belong to "${user.name}" or to root`;
}

function refuseFile(user: KeyOwner, stat: FileStat | undefined): string | undefined {
  if (stat === undefined) {
    return undefined;
  }
  if (stat.kind !== "file") {
    return stat.kind === "symlink" ? "it is a symbolic link" : "it is not a file";
  }
  if (stat.sizeBytes > FILE_BYTES_MAX) {
    return `it has ${stat.sizeBytes} bytes, more than the ${FILE_BYTES_MAX} of any sensible one`;
  }
  return isTrusted(user, stat)
    ? undefined
    : `it belongs to uid ${stat.uid}: it has to belong to "${user.name}" or to root`;
}

/** A user whose uid is not known yet owns nothing so far: what is in the home is the tool's work. */
function isTrusted(user: KeyOwner, stat: FileStat): boolean {
  return user.uid === undefined || stat.uid === 0 || stat.uid === user.uid;
}

function directoriesTo(path: string): readonly string[] {
  const names = path.split("/").filter((name) => name !== "");
  return ["/", ...names.map((_, index) => `/${names.slice(0, index + 1).join("/")}`)];
}

function isBelow(path: string, directory: string): boolean {
  return directory === "/" ? path !== "/" : path.startsWith(`${directory.replace(/\/+$/u, "")}/`);
}

/** Makes what is missing: the user's below the home, root's elsewhere. */
function ensureDirectory(fs: FileSystem, user: KeyOwner, directory: string): void {
  for (const place of directoriesTo(directory)) {
    const isOwn = isBelow(place, user.home);
    const stat = fs.stat(place);
    if (stat === undefined) {
      if (isOwn || (place === user.home && user.isHomeMade !== true)) {
        fs.makeDirectory(place, { mode: DIRECTORY_MODE, owner: user.owner });
      }
    } else if (isOwn && place === directory && stat.kind === "directory") {
      ensureAttributes(fs, user, { path: place, stat, mode: DIRECTORY_MODE });
    }
  }
}

function ensureFile(
  fs: FileSystem,
  user: KeyOwner,
  path: string,
  keys: readonly AuthorizedKey[],
): void {
  const stat = fs.stat(path);
  const old = readTextIfExists(fs, path);
  const text = mergeAuthorizedKeys(old ?? "", keys);
  const isModeSafe = stat !== undefined && (stat.mode & OTHERS_WRITE) === 0;
  const mode = isModeSafe ? stat.mode : FILE_MODE;
  if (stat === undefined || text !== old) {
    fs.write(path, text, { mode, owner: user.owner });
  } else {
    ensureAttributes(fs, user, { path, stat, mode });
  }
}

/** A directory that others cannot write to keeps its mode; what is not the user's becomes the user's. */
function ensureAttributes(
  fs: FileSystem,
  user: KeyOwner,
  wanted: { readonly path: string; readonly stat: FileStat; readonly mode: number },
): void {
  const { path, stat } = wanted;
  const isModeWrong = (stat.mode & OTHERS_WRITE) !== 0;
  const isOwnerWrong = user.uid !== undefined && stat.uid !== user.uid;
  if (isModeWrong || isOwnerWrong) {
    fs.setAttributes(path, {
      ...(isModeWrong ? { mode: wanted.mode } : {}),
      ...(isOwnerWrong ? { owner: user.owner } : {}),
    });
  }
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}
