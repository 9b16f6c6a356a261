/** Names that a line of /etc/hosts (hosts(5)) is to have. */
export interface HostNames {
  /** "127.0.0.1" */
  readonly address: string;
  /** What the line begins with where it has to be made: "loopback localhost" on AIX. */
  readonly aliases: readonly string[];
  /** Full name first. */
  readonly names: readonly string[];
  /** Names that were put there before and are not wanted any more. */
  readonly outdated: readonly string[];
}

/**
 * The text of /etc/hosts with these names on the first line of their address, behind those that it
 * has. Order, comments and all other lines stay. A text that has them already is returned as it is.
 */
export function withHostNames(text: string, wanted: HostNames): string {
  const outdated = new Set(
    wanted.outdated.filter(
      (name) => !wanted.names.includes(name) && !wanted.aliases.includes(name),
    ),
  );
  const lines: string[] = [];
  const found: number[] = [];
  for (const line of text.split("\n")) {
    const entry = parseEntry(line);
    if (entry?.address !== wanted.address) {
      lines.push(line);
      continue;
    }
    const kept = entry.names.filter((name) => !outdated.has(name));
    if (kept.length > 0) {
      found.push(lines.length);
      lines.push(
        kept.length === entry.names.length ? line : formatEntry({ ...entry, names: kept }),
      );
    }
  }
  const [first] = found;
  if (first === undefined) {
    const line = `${wanted.address}\t${[...wanted.aliases, ...wanted.names].join(" ")}`;
    insertLine(lines, line);
    return lines.join("\n");
  }
  const present = new Set(found.flatMap((index) => parseEntry(lines[index] ?? "")?.names ?? []));
  const missing = wanted.names.filter((name) => !present.has(name));
  const entry = parseEntry(lines[first] ?? "");
  if (missing.length > 0 && entry !== undefined) {
    lines[first] = formatEntry({ ...entry, names: [...entry.names, ...missing] });
  }
  return lines.join("\n");
}

/** Names that every machine has. */
const COMMON_NAMES: ReadonlySet<string> = new Set(["localhost", "loopback"]);

/** The text of /etc/hosts without these names; a line that has no other is left out, all else stays. */
export function withoutHostNames(text: string, names: readonly string[]): string {
  const unwanted = new Set(names.filter((name) => !COMMON_NAMES.has(name)));
  return text
    .split("\n")
    .flatMap((line) => {
      const entry = parseEntry(line);
      const kept = entry?.names.filter((name) => !unwanted.has(name));
      if (entry === undefined || kept === undefined || kept.length === entry.names.length) {
        return [line];
      }
      return kept.length === 0 ? [] : [formatEntry({ ...entry, names: kept })];
    })
    .join("\n");
}

interface Entry {
  readonly address: string;
  /** Between address and names. */
  readonly gap: string;
  readonly names: readonly string[];
  /** With the blanks before it. */
  readonly comment: string;
}

function parseEntry(line: string): Entry | undefined {
  const at = line.indexOf("#");
  const content = at === -1 ? line : line.slice(0, at);
  const [address = "", ...names] = content.trim().split(/\s+/u);
  if (address === "") {
    return undefined;
  }
  const gap = /^\s*\S+(\s+)\S/u.exec(content)?.[1] ?? "\t";
  return { address, gap, names, comment: line.slice(content.trimEnd().length) };
}

function formatEntry({ address, gap, names, comment }: Entry): string {
  return `${address}${gap}${names.join(" ")}${comment}`;
}

/** Behind the line of 127.0.0.1, else at the end. */
function insertLine(lines: string[], line: string): void {
  const loopback = lines.findIndex((each) => parseEntry(each)?.address === "127.0.0.1");
  const end = lines.at(-1) === "" ? lines.length - 1 : lines.length;
  lines.splice(loopback === -1 ? end : loopback + 1, 0, line);
  if (lines.at(-1) !== "") {
    lines.push("");
  }
}
