import { Buffer } from "node:buffer";
import { statTarget } from "../system/files.ts";
import type { FileStat, FileSystem } from "../system/system.ts";
import { errorMessage } from "../text/error-message.ts";
import type { FetchedSource } from "./fetch-file-source.ts";
import { decodeContent } from "./file-content.ts";
import { createOwnerReader, hasOwner } from "./file-owner.ts";
import { parsePermissions } from "./file-permissions.ts";
import type { ModuleContext } from "./module.ts";
import type { IndexedEntry } from "./read-file-entries.ts";

/**
 * Writes files (compat modules.md, write_files): what is there already is left alone, missing
 * directories are made with the file's owner, an entry that cannot be written does not stop the
 * next. Each entry is a step in the ledger.
 *
 * Entries for one path are taken together, so that a run after a power cut, or one that is asked
 * for again, ends with the same file: text that was appended before is not appended twice.
 */
export async function writeFileEntries(
  ctx: ModuleContext,
  entries: readonly IndexedEntry[],
): Promise<void> {
  const fetched = await fetchSources(ctx, entries);
  const groups = new Map<string, PreparedFile[]>();
  const readOwner = createOwnerReader(ctx);
  for (const entry of entries) {
    const file = await prepareFile(ctx, entry, readOwner, fetched.get(entry.index));
    if (file !== undefined) {
      const group = groups.get(file.path);
      if (group === undefined) {
        groups.set(file.path, [file]);
      } else {
        group.push(file);
      }
    }
  }
  const directories = new Set<string>();
  for (const [path, files] of groups) {
    writeGroup(ctx, path, files, directories);
  }
}

/** All of them together hold up the boot no longer than this. */
const FETCH_ALL_MS = 300_000;

/** What the entries with a `source` get from there, by their place in the list. */
async function fetchSources(
  ctx: ModuleContext,
  entries: readonly IndexedEntry[],
): Promise<ReadonlyMap<number, FetchedSource>> {
  const fetched = new Map<number, FetchedSource>();
  const remote = entries.filter(({ entry }) => entry.source !== undefined);
  if (remote.length === 0) {
    return fetched;
  }
  const { fetchFileSource } = await import("./fetch-file-source.ts");
  const deadlineMs = ctx.sys.clock.monotonicMs() + FETCH_ALL_MS;
  for (const { index, entry } of remote) {
    fetched.set(index, await fetchFileSource(ctx.sys, entry.source, deadlineMs));
  }
  return fetched;
}

interface PreparedFile {
  readonly index: number;
  readonly path: string;
  readonly content: Uint8Array;
  readonly mode: number;
  readonly owner: string | undefined;
  readonly isAppended: boolean;
}

async function prepareFile(
  ctx: ModuleContext,
  { index, entry }: IndexedEntry,
  readOwner: ReturnType<typeof createOwnerReader>,
  fetched: FetchedSource | undefined,
): Promise<PreparedFile | undefined> {
  const written = entry.path?.trim() ?? "";
  if (written === "") {
    const message = `No path provided to write for entry ${index + 1} in module ${ctx.entryName}`;
    failEntry(ctx, index, `write_files[${index}]`, message);
    return undefined;
  }
  const path = normalisePath(written);
  if (fetched?.ok === false) {
    if (entry.content === undefined || entry.content === null) {
      const what = `Cannot write "${path}": ${fetched.reason}, and there is no content to take in its place`;
      failEntry(ctx, index, path, what);
      return undefined;
    }
    ctx.log.warn(
      `${placeText(ctx, index)}"${path}": ${fetched.reason}; its content is written in its place`,
    );
  }
  // What was fetched is the file's content as it is: encoding is for the one that is written down.
  const decoded = fetched?.ok === true ? fetched : await decodeContent(entry);
  if (!decoded.ok) {
    failEntry(ctx, index, path, `Cannot write "${path}": ${decoded.reason}`);
    return undefined;
  }
  const permissions = parsePermissions(entry.permissions);
  for (const warning of ["warning" in decoded ? decoded.warning : undefined, permissions.warning]) {
    if (warning !== undefined) {
      ctx.log.warn(`${placeText(ctx, index)}"${path}": ${warning}`);
    }
  }
  return {
    index,
    path,
    content: decoded.content,
    mode: permissions.mode,
    owner: readOwner(entry.owner),
    isAppended: entry.isAppended,
  };
}

function writeGroup(
  ctx: ModuleContext,
  path: string,
  files: readonly PreparedFile[],
  directories: Set<string>,
): void {
  const startMs = ctx.sys.clock.monotonicMs();
  try {
    ensureFile(ctx, path, files, directories);
  } catch (error) {
    for (const file of files) {
      failEntry(ctx, file.index, path, `Cannot write "${path}": ${errorMessage(error)}`, error);
    }
    return;
  }
  const durationMs = ctx.sys.clock.monotonicMs() - startMs;
  for (const file of files) {
    const place = ctx.locate(["write_files", file.index]);
    ctx.ledger.record({ kind: "file", what: path, outcome: "ok", durationMs, ...place });
  }
}

/** Longer files are appended to in place: an atomic copy of them would need their size in memory. */
const APPEND_REWRITE_BYTES_MAX = 64 * 1024 * 1024;

function ensureFile(
  ctx: ModuleContext,
  path: string,
  files: readonly PreparedFile[],
  directories: Set<string>,
): void {
  const { fs } = ctx.sys;
  const last = files.at(-1);
  if (last === undefined) {
    return;
  }
  const stat = statTarget(fs, path);
  if (stat !== undefined && stat.kind !== "file") {
    throw new Error(`a ${stat.kind} is there`);
  }
  // An owner that is to stay: the file is replaced, so that its number has to be given.
  const kept = stat === undefined ? undefined : `${stat.uid}:${stat.gid}`;
  const owner = last.owner ?? kept;
  const attributes = { mode: last.mode, ...(owner === undefined ? {} : { owner }) };
  const isAppendedOnly = files.every((file) => file.isAppended);
  if (isAppendedOnly && stat !== undefined && stat.sizeBytes > APPEND_REWRITE_BYTES_MAX) {
    fs.append(path, Buffer.concat(files.map((file) => file.content)));
    fs.setAttributes(path, attributes);
    return;
  }
  const present = stat === undefined ? undefined : readPresent(fs, path, stat, files);
  const content = isAppendedOnly ? appendedContent(files, present) : writtenContent(files);
  if (stat !== undefined && present !== undefined && isSame(ctx, stat, present, last, content)) {
    return;
  }
  ensureDirectory(fs, parentOf(path), owner, directories);
  fs.write(path, content, attributes);
}

/** What is there now, where it matters: undefined where the size alone says that it is something else. */
function readPresent(
  fs: FileSystem,
  path: string,
  stat: FileStat,
  files: readonly PreparedFile[],
): Uint8Array | undefined {
  if (files.every((file) => file.isAppended)) {
    return fs.readBytesIfExists(path);
  }
  const sizeBytes = writtenContent(files).length;
  return stat.sizeBytes === sizeBytes ? fs.readBytesIfExists(path) : undefined;
}

/** The last content that replaces the file, and what is appended to it. */
function writtenContent(files: readonly PreparedFile[]): Uint8Array {
  let start = files.length - 1;
  while (start > 0 && files[start]?.isAppended === true) {
    start -= 1;
  }
  const contents = files.slice(start).map((file) => file.content);
  return contents.length === 1 ? (contents[0] ?? new Uint8Array()) : Buffer.concat(contents);
}

/** What is there with all contents behind it; those that stand at its end already are not added again. */
function appendedContent(
  files: readonly PreparedFile[],
  present: Uint8Array | undefined,
): Uint8Array {
  const before = present ?? new Uint8Array();
  const all = Buffer.concat(files.map((file) => file.content));
  let doneBytes = all.length;
  for (let count = files.length; count > 0; count -= 1) {
    if (doneBytes > 0 && endsWith(before, all.subarray(0, doneBytes))) {
      break;
    }
    doneBytes -= files[count - 1]?.content.length ?? 0;
  }
  return Buffer.concat([before, all.subarray(doneBytes)]);
}

function endsWith(bytes: Uint8Array, ending: Uint8Array): boolean {
  return (
    bytes.length >= ending.length &&
    Buffer.compare(bytes.subarray(bytes.length - ending.length), ending) === 0
  );
}

/** Whether nothing is to be done. */
function isSame(
  ctx: ModuleContext,
  stat: FileStat,
  present: Uint8Array,
  wanted: PreparedFile,
  content: Uint8Array,
): boolean {
  return (
    stat.mode === wanted.mode &&
    Buffer.compare(present, content) === 0 &&
    (wanted.owner === undefined || hasOwner(ctx, stat, wanted.owner))
  );
}

const DIRECTORY_MODE = 0o755;

function ensureDirectory(
  fs: FileSystem,
  path: string,
  owner: string | undefined,
  known: Set<string>,
): void {
  if (path === "/" || known.has(path)) {
    return;
  }
  if (statTarget(fs, path) === undefined) {
    ensureDirectory(fs, parentOf(path), owner, known);
    fs.makeDirectory(path, { mode: DIRECTORY_MODE, ...(owner === undefined ? {} : { owner }) });
  }
  known.add(path);
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf("/")));
}

/** Absolute, without "." and "..", as Python's abspath makes it of a stage that runs in "/". */
function normalisePath(written: string): string {
  const names: string[] = [];
  for (const name of written.split("/")) {
    if (name === "..") {
      names.pop();
    } else if (name !== "" && name !== ".") {
      names.push(name);
    }
  }
  return `/${names.join("/")}`;
}

function failEntry(
  ctx: ModuleContext,
  index: number,
  what: string,
  message: string,
  cause?: unknown,
): void {
  const path = ["write_files", index];
  const place = ctx.locate(path);
  ctx.ledger.record({ kind: "file", what, outcome: "failed", reason: message, ...place });
  ctx.fail({ message, path, ...place }, cause);
}

function placeText(ctx: ModuleContext, index: number): string {
  const place = ctx.locate(["write_files", index]);
  return place === undefined ? "" : `${place.source}:${place.line}: `;
}
