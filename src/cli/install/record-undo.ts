import { posix } from "node:path";
import { isDirectory } from "../../system/files.ts";
import type { FileSystem, System } from "../../system/system.ts";
import { PROGRAM_MODE, type Say } from "./apply-items.ts";
import { type FileState, hashFile, hashText, readFileState } from "./file-state.ts";
import type { InstallItem } from "./install-item.ts";
import {
  changedPath,
  type InstalledState,
  isAsBefore,
  isInstalled,
  keptPath,
  readUndoRecord,
  type StateBefore,
  type UndoAttribute,
  type UndoEntry,
  type UndoRecord,
  writeUndoRecord,
} from "./undo-record.ts";

/** An install that is about to be done. */
export interface IntendedInstall {
  /** Absolute; "/" for this machine. */
  readonly root: string;
  /** On the installed system, without `root`. */
  readonly undoDir: string;
  readonly items: readonly InstallItem[];
  /** What sys0 of AIX has, where it is to be changed. */
  readonly sys0?: UndoAttribute;
}

/**
 * Before anything is changed: keeps what will be replaced, and writes down what it takes to undo the
 * install. What an earlier install wrote down stays. Returns the record as it is to be once the
 * install is done. Where it throws, nothing of the system has been changed.
 */
export function recordUndo(sys: System, intended: IntendedInstall, say: Say): UndoRecord {
  const { fs } = sys;
  const directory = posix.join(intended.root, intended.undoDir);
  const old = readUndoRecord(fs, directory);
  const entries = new Map((old?.entries ?? []).map((entry) => [entry.path, entry]));
  try {
    for (const path of [...missingDirectories(fs, intended), ...madeDirectories(intended)]) {
      entries.set(path, entries.get(path) ?? madeDirectory(path));
    }
    for (const item of intended.items) {
      const entry = createEntry(sys, intended, item, entries.get(item.path), say);
      if (entry !== undefined) {
        entries.set(item.path, entry);
      }
    }
    const sys0 = old?.sys0 ?? intended.sys0;
    const record = { entries: [...entries.values()], ...(sys0 === undefined ? {} : { sys0 }) };
    writeUndoRecord(fs, directory, record);
    return { ...record, entries: record.entries.map(withNewestOnly) };
  } catch (error) {
    if (old === undefined) {
      forget(fs, directory);
    }
    throw error;
  }
}

function withNewestOnly({ path, isUsers, installed, before }: UndoEntry): UndoEntry {
  return { path, isUsers, installed: installed.slice(0, 1), before };
}

/** Copies without a record are of no use to anybody; what hinders us here hinders the next install. */
function forget(fs: FileSystem, directory: string): void {
  try {
    fs.remove(directory);
  } catch {
    // The error that brought us here is the one to tell.
  }
}

function madeDirectory(path: string): UndoEntry {
  const before: StateBefore = { kind: "absent" };
  return { path, isUsers: false, installed: [{ kind: "directory" }], before };
}

/** Directories that come into being with the items, the outer ones first. */
function missingDirectories(fs: FileSystem, intended: IntendedInstall): readonly string[] {
  const missing = new Set<string>();
  const leaves = intended.items.map(({ kind, path }) =>
    kind === "directory" ? path : posix.dirname(path),
  );
  for (const leaf of [...leaves, posix.dirname(intended.undoDir)]) {
    for (let path = leaf; path !== "/" && !missing.has(path); path = posix.dirname(path)) {
      if (isDirectory(fs, posix.join(intended.root, path))) {
        break;
      }
      missing.add(path);
    }
  }
  return [...missing].sort((a, b) => a.length - b.length);
}

/** Those of what the install makes where it lies: an empty one is left to nobody. */
function madeDirectories({ items }: IntendedInstall): readonly string[] {
  const directories = items.flatMap((item) =>
    item.kind === "program" && item.isMade === true
      ? [posix.dirname(posix.dirname(item.path)), posix.dirname(item.path)]
      : [],
  );
  return [...new Set(directories)].sort((a, b) => a.length - b.length);
}

function createEntry(
  sys: System,
  intended: IntendedInstall,
  item: InstallItem,
  known: UndoEntry | undefined,
  say: Say,
): UndoEntry | undefined {
  const { fs } = sys;
  const place = posix.join(intended.root, item.path);
  const state = readFileState(fs, place);
  const isUsers = item.kind === "file" && item.isUsers;
  if (item.kind === "directory" || (isUsers && state.kind !== "absent")) {
    return undefined;
  }
  if (state.kind === "directory" || state.kind === "other") {
    throw new Error(
      `Cannot install "${place}": there is a ${state.kind === "other" ? "device" : "directory"} of that name; move it away`,
    );
  }
  const wanted = wantedState(sys, item, place, state);
  const directory = posix.join(intended.root, intended.undoDir);
  if (known === undefined) {
    const before = stateBefore(sys, place, item, state, wanted);
    if (before.kind === "file") {
      keep(fs, place, keptPath(directory, item.path));
      say(`saved ${place} as ${keptPath(directory, item.path)}`);
    }
    return { path: item.path, isUsers, installed: [wanted], before };
  }
  const isOurs = isInstalled(state, [wanted, ...known.installed]);
  if (state.kind === "file" && !isOurs && !isAsBefore(state, known.before)) {
    const copy = changedPath(directory, item.path, state);
    keep(fs, place, copy);
    say(`saved ${place}, which was changed since the last install, as ${copy}`);
  }
  const earlier = known.installed.filter((one) => !isSame(one, wanted));
  return { ...known, installed: [wanted, ...earlier] };
}

function stateBefore(
  sys: System,
  place: string,
  item: InstallItem,
  state: Exclude<FileState, { readonly kind: "directory" | "other" }>,
  wanted: InstalledState,
): StateBefore {
  if (item.kind === "program" && item.isMade === true) {
    return { kind: "absent" };
  }
  const isSameContent = isInstalled(state, [wanted]);
  return isSameContent && hasWantedMode(sys, place, item, state) ? { kind: "same" } : state;
}

/** Of the file that runs, 100 MB, no copy is made to give it another mode. */
function hasWantedMode(sys: System, place: string, item: InstallItem, state: FileState): boolean {
  if (state.kind !== "file") {
    return true;
  }
  if (item.kind === "file") {
    return state.mode === item.mode;
  }
  const mode = item.kind === "program" ? (item.mode ?? PROGRAM_MODE) : PROGRAM_MODE;
  return state.mode === mode || place === sys.process.executablePath;
}

function wantedState(
  sys: System,
  item: Exclude<InstallItem, { readonly kind: "directory" }>,
  place: string,
  state: FileState,
): InstalledState {
  switch (item.kind) {
    case "program": {
      if (item.isDerived === true) {
        return { kind: "derived" };
      }
      const source = item.source ?? sys.process.executablePath;
      // A hundred megabytes are not read twice where they are in their place already.
      const sha256 =
        state.kind === "file" && source === place ? state.sha256 : hashFile(sys.fs, source);
      return { kind: "file", sha256 };
    }
    case "file":
      return { kind: "file", sha256: hashText(item.content) };
    case "link":
      return { kind: "link", target: item.target };
    case "no-link":
      return { kind: "absent" };
  }
}

function isSame(left: InstalledState, right: InstalledState): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function keep(fs: FileSystem, from: string, to: string): void {
  fs.write(to, fs.readBytes(from), { mode: 0o600, durable: true });
}
