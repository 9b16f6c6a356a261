import { readTextIfExists } from "../../system/files.ts";
import type { FileSystem } from "../../system/system.ts";
import { removeStanza } from "./stanza-text.ts";

/** The table of file systems. */
export const FILE_SYSTEMS_PATH = "/etc/filesystems";

/** A stanza of /etc/filesystems. */
export interface FileSystemStanza {
  readonly mountPoint: string;
  readonly values: Readonly<Record<string, string>>;
}

/** The stanzas in the order of the file. Quotes around a value are taken off; lines that are none are passed over. */
export function parseStanzas(text: string): FileSystemStanza[] {
  const stanzas: { mountPoint: string; values: Record<string, string> }[] = [];
  for (const line of text.split("\n")) {
    const head = /^([^\s*][^\n]*):\s*$/u.exec(line)?.[1];
    if (head !== undefined) {
      stanzas.push({ mountPoint: head, values: {} });
      continue;
    }
    const [, key, value] = /^\s+([\w-]+)\s*=\s*"?([^"]*?)"?\s*$/u.exec(line) ?? [];
    const last = stanzas.at(-1);
    if (last !== undefined && key !== undefined && value !== undefined) {
      last.values[key] = value;
    }
  }
  return stanzas;
}

/** The stanzas of this machine. */
export function readStanzas(fs: FileSystem): FileSystemStanza[] {
  return parseStanzas(readTextIfExists(fs, FILE_SYSTEMS_PATH) ?? "");
}

/** The text with a stanza at its end, in place of one for the same mount point. */
export function appendStanza(
  text: string,
  mountPoint: string,
  values: Readonly<Record<string, string>>,
): string {
  const kept = removeStanza(text, mountPoint).replace(/\n*$/u, "\n");
  const lines = Object.entries(values).map(
    ([key, value]) => `\t${key}${key.length < 8 ? "\t\t" : "\t"}= ${value}\n`,
  );
  return `${kept === "\n" ? "" : `${kept}\n`}${mountPoint}:\n${lines.join("")}`;
}

/** Puts a stanza into the file. */
export function addStanza(
  fs: FileSystem,
  mountPoint: string,
  values: Readonly<Record<string, string>>,
): void {
  const text = readTextIfExists(fs, FILE_SYSTEMS_PATH) ?? "";
  writeTable(fs, appendStanza(text, mountPoint, values));
}

/** Takes a stanza out of the file. */
export function dropStanza(fs: FileSystem, mountPoint: string): void {
  const text = readTextIfExists(fs, FILE_SYSTEMS_PATH);
  if (text !== undefined) {
    writeTable(fs, removeStanza(text, mountPoint));
  }
}

function writeTable(fs: FileSystem, text: string): void {
  fs.write(FILE_SYSTEMS_PATH, text, { mode: fs.stat(FILE_SYSTEMS_PATH)?.mode ?? 0o664 });
}
