import { posix } from "node:path";
import { readJsonIfExists } from "../../system/files.ts";
import type { FileSystem } from "../../system/system.ts";
import { writeIfDifferent } from "../../system/write-if-different.ts";
import { formatJson } from "../../text/format-json.ts";
import { isRecord } from "../../text/record.ts";
import type { FileState } from "./file-state.ts";

/** What an install put at a path. */
export type InstalledState =
  | { readonly kind: "file"; readonly sha256: string }
  | { readonly kind: "link"; readonly target: string }
  | { readonly kind: "directory" }
  /** A file that is made of others, and may be made anew at any time: its content says nothing. */
  | { readonly kind: "derived" }
  /** A link was taken away. */
  | { readonly kind: "absent" };

/** What was at a path before the first install. */
export type StateBefore =
  | { readonly kind: "absent" }
  /** What the install would have put: it stays when the install is undone. */
  | { readonly kind: "same" }
  | { readonly kind: "link"; readonly target: string }
  /** Kept as `keptPath` says. */
  | {
      readonly kind: "file";
      readonly sha256: string;
      readonly mode: number;
      readonly owner: string;
    };

/** One path that an install saw to. */
export interface UndoEntry {
  /** On the installed system, without --root. */
  readonly path: string;
  /** True: configuration, which is the user's as soon as it differs. */
  readonly isUsers: boolean;
  /** The newest first; more than one only while an install is under way, or was cut off. */
  readonly installed: readonly InstalledState[];
  readonly before: StateBefore;
}

/** An attribute of the device sys0 of AIX that an install changed. */
export interface UndoAttribute {
  readonly attribute: string;
  readonly before: string;
}

/** What it takes to undo an install; written before anything is changed. */
export interface UndoRecord {
  readonly entries: readonly UndoEntry[];
  readonly sys0?: UndoAttribute;
}

/** Where the record and the replaced files are, beside the external modules: no `clean` comes here. */
export function undoDirectory(modulesDir: string): string {
  return `${posix.dirname(modulesDir)}/install`;
}

/** The copy of the file that was at `path`. */
export function keptPath(directory: string, path: string): string {
  return `${directory}/kept${path}`;
}

/** Copies of files of ours that others had changed before an install wrote them anew, or an uninstall took them away. */
export function changedDirectory(directory: string): string {
  return `${directory}/changed`;
}

/** The copy of what somebody had made of the file at `path`. */
export function changedPath(
  directory: string,
  path: string,
  { sha256 }: Pick<Extract<FileState, { readonly kind: "file" }>, "sha256">,
): string {
  return `${changedDirectory(directory)}/${sha256.slice(0, 12)}${path}`;
}

/** The file by which the record counts. */
export function recordPath(directory: string): string {
  return `${directory}/manifest.json`;
}

const FORMAT = 1;

/** Undefined where nothing was installed. Throws where the record cannot be used: whoever went on without it would take our files for those of before. */
export function readUndoRecord(fs: FileSystem, directory: string): UndoRecord | undefined {
  const path = recordPath(directory);
  const json = readJsonIfExists(fs, path);
  if (json === undefined) {
    return undefined;
  }
  const record = parseRecord(json);
  if (record === undefined) {
    throw new Error(
      `Cannot use the record of the install "${path}": it is not one of format ${FORMAT}; use the program that wrote it, or move "${directory}" away to install anew without a way back`,
    );
  }
  return record;
}

/** On disk when it returns. Writes nothing where the record is so already. */
export function writeUndoRecord(fs: FileSystem, directory: string, record: UndoRecord): void {
  const text = formatJson({ format: FORMAT, ...record });
  writeIfDifferent(fs, recordPath(directory), text, { mode: 0o600, durable: true });
}

/** Whether what is there has the content that an install put there. */
export function isInstalled(state: FileState, installed: readonly InstalledState[]): boolean {
  return installed.some((one) => {
    switch (one.kind) {
      case "file":
        return state.kind === "file" && state.sha256 === one.sha256;
      case "link":
        return state.kind === "link" && state.target === one.target;
      case "derived":
        return state.kind === "file";
      case "directory":
      case "absent":
        return state.kind === one.kind;
    }
  });
}

/** Whether what is there is what was there before. */
export function isAsBefore(state: FileState, before: StateBefore): boolean {
  switch (before.kind) {
    case "absent":
      return state.kind === "absent";
    case "same":
      return false;
    case "link":
      return state.kind === "link" && state.target === before.target;
    case "file":
      return state.kind === "file" && state.sha256 === before.sha256 && state.mode === before.mode;
  }
}

function parseRecord(json: unknown): UndoRecord | undefined {
  if (!isRecord(json) || json["format"] !== FORMAT || !Array.isArray(json["entries"])) {
    return undefined;
  }
  const entries: UndoEntry[] = [];
  for (const given of json["entries"] as readonly unknown[]) {
    const entry = parseEntry(given);
    if (entry === undefined) {
      return undefined;
    }
    entries.push(entry);
  }
  const { sys0 } = json;
  const attribute = isRecord(sys0) ? sys0["attribute"] : undefined;
  const before = isRecord(sys0) ? sys0["before"] : undefined;
  return typeof attribute === "string" && typeof before === "string"
    ? { entries, sys0: { attribute, before } }
    : { entries };
}

function parseEntry(json: unknown): UndoEntry | undefined {
  if (!isRecord(json) || !Array.isArray(json["installed"])) {
    return undefined;
  }
  const { path, isUsers } = json;
  const before = parseBefore(json["before"]);
  const installed = (json["installed"] as readonly unknown[]).map(parseInstalled);
  const known = installed.filter((one) => one !== undefined);
  if (
    typeof path !== "string" ||
    !path.startsWith("/") ||
    posix.normalize(path) !== path ||
    before === undefined ||
    known.length !== installed.length
  ) {
    return undefined;
  }
  return { path, isUsers: isUsers === true, installed: known, before };
}

function parseInstalled(json: unknown): InstalledState | undefined {
  const { kind, sha256, target } = isRecord(json) ? json : {};
  if (kind === "file" && typeof sha256 === "string") {
    return { kind, sha256 };
  }
  if (kind === "link" && typeof target === "string") {
    return { kind, target };
  }
  return kind === "directory" || kind === "absent" || kind === "derived" ? { kind } : undefined;
}

function parseBefore(json: unknown): StateBefore | undefined {
  const { kind, sha256, mode, owner, target } = isRecord(json) ? json : {};
  if (kind === "absent" || kind === "same") {
    return { kind };
  }
  if (kind === "link" && typeof target === "string") {
    return { kind, target };
  }
  if (
    kind === "file" &&
    typeof sha256 === "string" &&
    typeof mode === "number" &&
    typeof owner === "string"
  ) {
    return { kind, sha256, mode, owner };
  }
  return undefined;
}
