import { Buffer } from "node:buffer";
import { findGroupNameByGid, findUserNameByUid } from "../../distros/posix/accounts.ts";
import type { Change } from "../../system/change.ts";
import { isFile, statTarget } from "../../system/files.ts";
import type { FileSystem } from "../../system/system.ts";
import { decodeUtf8 } from "../../text/decode-utf8.ts";
import { fileDiff } from "./file-diff.ts";
import type { FileStep, PlanStep, ScriptStep } from "./plan-step.ts";

/** What a change is described against: the machine just before it is made. */
export interface BeforeChange {
  readonly fs: FileSystem;
  /** Of files that nobody is named as owner of: "root:system". */
  readonly rootOwner: string;
  readonly withDiffs: boolean;
  /** The directories that a script's name is told below, longest first. */
  readonly scriptRoots: (path: string) => readonly string[];
}

/** A change in the plan's words. */
export function describeChange(change: Change, before: BeforeChange): PlanStep {
  switch (change.kind) {
    case "command":
      return change.owner === "user"
        ? describeScript(change.argv, before)
        : { kind: "command", argv: change.argv, hasStdin: change.hasStdin };
    case "write":
    case "append":
      return describeFile(change, before);
    case "directory":
      return {
        kind: "directory",
        path: change.path,
        mode: change.mode ?? DIRECTORY_MODE,
        owner: ownerName(before, change.owner) ?? before.rootOwner,
      };
    case "attributes": {
      const owner = ownerName(before, change.owner);
      return {
        kind: "attributes",
        path: change.path,
        ...(change.mode === undefined ? {} : { mode: change.mode }),
        ...(owner === undefined ? {} : { owner }),
      };
    }
    case "remove":
    case "request":
      return change;
    case "symlink":
      return { kind: "symlink", path: change.path, target: change.target };
  }
}

/** What a mode lets group and others do. */
const OTHERS_MODE = 0o077;
const FILE_MODE = 0o644;
const DIRECTORY_MODE = 0o755;

function describeFile(
  change: Extract<Change, { readonly kind: "write" | "append" }>,
  before: BeforeChange,
): FileStep {
  const old = statTarget(before.fs, change.path);
  const isAppended = change.kind === "append" && old !== undefined;
  const kept = old === undefined ? undefined : `${old.uid}:${old.gid}`;
  // An existing log keeps what it has.
  const mode = isAppended ? old.mode : (change.mode ?? old?.mode ?? FILE_MODE);
  const owner = isAppended ? kept : (change.owner ?? kept);
  return {
    kind: "file",
    action: isAppended ? "append" : old === undefined ? "create" : "change",
    path: change.path,
    mode,
    owner: ownerName(before, owner) ?? before.rootOwner,
    sizeBytes: change.content.length,
    ...(before.withDiffs
      ? { diff: diffOf(change, isAppended, (mode & OTHERS_MODE) === 0, before.fs) }
      : {}),
  };
}

function diffOf(
  change: Extract<Change, { readonly kind: "write" | "append" }>,
  isAppended: boolean,
  isPrivate: boolean,
  fs: FileSystem,
): readonly string[] {
  // Keys of users are public, whatever the file's mode.
  if (isPrivate && !change.path.endsWith("/authorized_keys")) {
    return ["[not shown: only its owner may read it]"];
  }
  const old = isFile(fs, change.path) ? fs.readBytes(change.path) : new Uint8Array();
  return fileDiff(old, isAppended ? Buffer.concat([old, change.content]) : change.content);
}

/** Numbers as names, as far as the machine has them; undefined where nothing is said. */
function ownerName(before: BeforeChange, owner: string | undefined): string | undefined {
  if (owner === undefined) {
    return undefined;
  }
  const [user = "", group] = owner.split(":");
  const userName = /^\d+$/u.test(user) ? findUserNameByUid(before.fs, Number(user)) : user;
  const groupName =
    group !== undefined && /^\d+$/u.test(group)
      ? findGroupNameByGid(before.fs, Number(group))
      : group;
  return group === undefined ? (userName ?? user) : `${userName ?? user}:${groupName ?? group}`;
}

/** A script longer than this is not shown. */
const SCRIPT_BYTES_MAX = 256 * 1024;

/** The script that a command line of user code is about: its last word that is a file. */
function describeScript(argv: readonly string[], before: BeforeChange): ScriptStep {
  const path = [...argv].reverse().find((word) => word.startsWith("/") && isFile(before.fs, word));
  if (path === undefined) {
    return { kind: "script", name: argv.join(" "), path: argv[0] ?? "", argv, lines: [] };
  }
  const root = before.scriptRoots(path).find((candidate) => path.startsWith(`${candidate}/`));
  const name =
    root === undefined ? path : path.slice(root.length + 1).replace(/^bootcmd\.sh$/u, "bootcmd");
  const bytes = before.fs.readBytes(path);
  const decoded = bytes.length > SCRIPT_BYTES_MAX ? undefined : decodeUtf8(bytes);
  const text = decoded !== undefined && "text" in decoded ? decoded.text : "";
  const [first = "", ...rest] = text.split("\n");
  const interpreter = first.startsWith("#!") ? first.slice(2).trim() : undefined;
  const lines = text.includes("\0") ? [] : interpreter === undefined ? [first, ...rest] : rest;
  return {
    kind: "script",
    name,
    path,
    argv,
    ...(interpreter === undefined ? {} : { interpreter }),
    lines: lines.map((line) => line.trimEnd()).filter((line) => line !== ""),
  };
}
