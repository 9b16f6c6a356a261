import { posix } from "node:path";
import { isDirectory } from "../../system/files.ts";
import type { FileSystem, System } from "../../system/system.ts";
import type { Say } from "./apply-items.ts";
import { checkInside } from "./check-inside.ts";
import { type FileState, readFileState } from "./file-state.ts";
import { replaceLink } from "./replace-link.ts";
import {
  changedDirectory,
  changedPath,
  isAsBefore,
  isInstalled,
  keptPath,
  recordPath,
  type StateBefore,
  type UndoEntry,
  type UndoRecord,
} from "./undo-record.ts";

/** What is to be undone, and where. */
export interface Installed {
  /** Absolute; "/" for this machine. */
  readonly root: string;
  /** Of the record, without `root`. */
  readonly undoDir: string;
  readonly record: UndoRecord;
}

/** What will be done about one path. */
export type UndoStep =
  | { readonly kind: "remove"; readonly path: string; readonly saved?: string }
  | {
      readonly kind: "restore";
      readonly path: string;
      /** A copy of what is there, which was changed since the install. */
      readonly saved?: string;
      readonly before: Extract<StateBefore, { readonly kind: "file" | "link" }>;
    }
  | { readonly kind: "keep"; readonly path: string; readonly why: string };

/** The steps in their order, and why they should not be taken. */
export interface UndoPlan {
  readonly steps: readonly UndoStep[];
  /** Directories of the install, the inner ones first. */
  readonly directories: readonly string[];
  /** What was changed since, or cannot be restored: a sentence each. */
  readonly objections: readonly string[];
}

/** Looks at every path of the record and changes nothing. What boots and runs comes first, the program last. */
export function planUninstall(sys: System, installed: Installed): UndoPlan {
  const { fs } = sys;
  const { root, record } = installed;
  const steps: UndoStep[] = [];
  const objections: string[] = [];
  const directories: string[] = [];
  for (const entry of [...record.entries].reverse()) {
    checkInside(fs, root, entry.path);
    if (entry.installed.some(({ kind }) => kind === "directory")) {
      directories.push(entry.path);
      continue;
    }
    const outcome = planEntry(fs, installed, entry);
    if (outcome.step !== undefined) {
      steps.push(outcome.step);
    }
    if (outcome.objection !== undefined) {
      objections.push(outcome.objection);
    }
  }
  return { steps, objections, directories: directories.sort((a, b) => b.length - a.length) };
}

function planEntry(
  fs: FileSystem,
  { root, undoDir }: Installed,
  entry: UndoEntry,
): { readonly step?: UndoStep; readonly objection?: string } {
  const { path, before } = entry;
  const place = posix.join(root, path);
  const state = readFileState(fs, place);
  if (before.kind === "same") {
    return { step: { kind: "keep", path, why: "it was there before the install" } };
  }
  if (isAsBefore(state, before)) {
    return {};
  }
  const isOurs = state.kind === "absent" || isInstalled(state, entry.installed);
  if (!isOurs && entry.isUsers) {
    return { step: { kind: "keep", path, why: "it was changed since the install" } };
  }
  const changed = isOurs ? {} : { objection: `"${place}" was changed since the install` };
  const saved = isOurs ? {} : planCopy(fs, posix.join(root, undoDir), path, state, place);
  if (before.kind === "absent") {
    return { step: { kind: "remove", path, ...saved }, ...changed };
  }
  if (before.kind === "file") {
    const copy = keptPath(posix.join(root, undoDir), path);
    const kept = readFileState(fs, copy);
    if (kept.kind !== "file" || kept.sha256 !== before.sha256) {
      const objection = `"${place}" cannot be restored: the copy "${copy}" is ${kept.kind === "absent" ? "not there" : "damaged"}`;
      return { step: { kind: "keep", path, why: "there is no good copy to restore" }, objection };
    }
  }
  return { step: { kind: "restore", path, before, ...saved }, ...changed };
}

/** A script that somebody has edited is worth a copy; a program of a hundred megabytes is not. */
const SAVED_BYTES_MAX = 16 * 1024 * 1024;

function planCopy(
  fs: FileSystem,
  directory: string,
  path: string,
  state: FileState,
  place: string,
): { readonly saved?: string } {
  const isSmall = (fs.stat(place)?.sizeBytes ?? 0) <= SAVED_BYTES_MAX;
  return state.kind === "file" && isSmall ? { saved: changedPath(directory, path, state) } : {};
}

/** Takes the steps and says each; then the record, the copies and the directories that are empty go. A run that was cut off is finished by another. */
export function applyUninstall(sys: System, installed: Installed, plan: UndoPlan, say: Say): void {
  const { fs } = sys;
  const directory = posix.join(installed.root, installed.undoDir);
  for (const step of plan.steps) {
    applyStep(fs, installed, step);
    say(describeStep(installed.root, step));
  }
  fs.flush();
  // From here on nothing is left to undo; the copies go second.
  fs.remove(recordPath(directory));
  fs.remove(`${directory}/kept`);
  const changed = changedDirectory(directory);
  if (isDirectory(fs, changed)) {
    say(`kept ${changed}: files of the install that were changed since`);
  } else {
    fs.remove(directory);
  }
  for (const path of plan.directories) {
    const place = posix.join(installed.root, path);
    if (fs.stat(place)?.kind === "directory") {
      if (fs.list(place).length === 0) {
        fs.remove(place);
        say(`removed ${place}`);
      } else {
        say(`kept ${place}: it is not empty`);
      }
    }
  }
  fs.flush();
}

function applyStep(fs: FileSystem, { root, undoDir }: Installed, step: UndoStep): void {
  const place = posix.join(root, step.path);
  if (step.kind !== "keep" && step.saved !== undefined) {
    fs.write(step.saved, fs.readBytes(place), { mode: 0o600, durable: true });
  }
  if (step.kind === "remove") {
    fs.remove(place);
  }
  if (step.kind !== "restore") {
    return;
  }
  const { before } = step;
  if (before.kind === "link") {
    fs.symlink(before.target, place, { replacesFile: true });
    return;
  }
  const content = fs.readBytes(keptPath(posix.join(root, undoDir), step.path));
  const { mode, owner } = before;
  replaceLink(fs, place, () => fs.write(place, content, { mode, owner }));
}

/** A line for the user. */
export function describeStep(root: string, step: UndoStep): string {
  const place = posix.join(root, step.path);
  switch (step.kind) {
    case "remove":
      return `removed ${place}${describeCopy(step.saved)}`;
    case "restore":
      return `restored ${place}${describeCopy(step.saved)}`;
    case "keep":
      return `kept ${place}: ${step.why}`;
  }
}

function describeCopy(saved: string | undefined): string {
  return saved === undefined ? "" : `, which was changed since the install: saved as ${saved}`;
}
