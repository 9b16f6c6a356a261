/** A thing in an archive; parents need no entry of their own. */
export type CpioEntry =
  | { readonly kind: "file"; readonly mode?: number; readonly content: string | Uint8Array }
  | { readonly kind: "link"; readonly target: string };

/**
 * A cpio archive in the "new" format (SVR4, magic 070701), as the kernel unpacks it for an
 * initramfs (Documentation/driver-api/early-userspace/buffer-format). Names are sorted, times zero:
 * the same entries give the same bytes.
 */
export function writeCpio(entries: Readonly<Record<string, CpioEntry>>): Uint8Array {
  const parts: Uint8Array[] = [];
  let inode = 0;
  let length = 0;
  const add = (bytes: Uint8Array): void => {
    const padding = (ALIGNMENT - (bytes.length % ALIGNMENT)) % ALIGNMENT;
    parts.push(bytes, new Uint8Array(padding));
    length += bytes.length + padding;
  };
  const addEntry = (name: string, mode: number, content: Uint8Array): void => {
    inode += 1;
    add(header(name, mode, inode, content.length));
    add(content);
  };
  for (const directory of parentsOf(Object.keys(entries))) {
    addEntry(directory, DIRECTORY | 0o755, new Uint8Array());
  }
  for (const [name, entry] of Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (entry.kind === "link") {
      addEntry(name, LINK | 0o777, toBytes(entry.target));
    } else {
      addEntry(name, FILE | (entry.mode ?? 0o644), toBytes(entry.content));
    }
  }
  addEntry(TRAILER, 0, new Uint8Array());
  const archive = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    archive.set(part, offset);
    offset += part.length;
  }
  return archive;
}

const ALIGNMENT = 4;
const MAGIC = "070701";
const TRAILER = "TRAILER!!!";
/** File types, as in st_mode. */
const DIRECTORY = 0o040000;
const FILE = 0o100000;
const LINK = 0o120000;

/** Magic, then thirteen numbers of eight hexadecimal digits, then the name and a zero byte. */
function header(name: string, mode: number, inode: number, size: number): Uint8Array {
  const nameBytes = toBytes(name).length + 1;
  const links = 1;
  // inode mode uid gid nlink mtime filesize devmajor devminor rdevmajor rdevminor namesize check
  const numbers = [inode, mode, 0, 0, links, 0, size, 0, 0, 0, 0, nameBytes, 0];
  const digits = numbers.map((number) => number.toString(16).padStart(8, "0")).join("");
  return toBytes(`${MAGIC}${digits}${name}\0`);
}

/** Every directory above the names, the upper ones first. */
function parentsOf(names: readonly string[]): readonly string[] {
  const found = new Set<string>();
  for (const name of names) {
    const parts = name.split("/");
    for (let depth = 1; depth < parts.length; depth += 1) {
      found.add(parts.slice(0, depth).join("/"));
    }
  }
  return [...found].sort();
}

function toBytes(content: string | Uint8Array): Uint8Array {
  return typeof content === "string" ? new TextEncoder().encode(content) : content;
}
