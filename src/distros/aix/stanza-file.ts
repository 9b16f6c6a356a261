/**
 * AIX's stanza files (/etc/security/passwd, user, login.cfg, /etc/filesystems): a name and a colon
 * in column 1, then indented `attribute = value` lines. Comments start with `*`. The last stanza of
 * a name and the last line of an attribute hold ("Stanza file format", IBM AIX documentation).
 */
export type Stanzas = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Every stanza of a file's text. What is no stanza text is passed over. */
export function parseStanzas(text: string): Stanzas {
  const stanzas = new Map<string, Map<string, string>>();
  let current: Map<string, string> | undefined;
  for (const line of text.split("\n")) {
    const name = stanzaName(line);
    if (name !== undefined) {
      current = stanzas.get(name) ?? new Map<string, string>();
      stanzas.set(name, current);
    } else if (!line.startsWith("*")) {
      readAttribute(line, current);
    }
  }
  return stanzas;
}

/**
 * One attribute of one stanza, without parsing the rest: for files with thousands of users.
 * Undefined where the stanza or the attribute is not there; "" where the value is empty.
 */
export function findStanzaAttribute(
  text: string,
  stanza: string,
  attribute: string,
): string | undefined {
  return findStanza(text, stanza)?.get(attribute);
}

/** The attributes of one stanza, or undefined where there is none of that name. */
export function findStanza(text: string, stanza: string): ReadonlyMap<string, string> | undefined {
  let found: Map<string, string> | undefined;
  let from = 0;
  for (;;) {
    const start = findStanzaStart(text, stanza, from);
    if (start === -1) {
      return found;
    }
    found ??= new Map<string, string>();
    from = readStanzaAt(text, start, found);
  }
}

/**
 * The text with one attribute set, everything else as it was, byte for byte: the line is replaced
 * where there is one, else added at the end of the stanza, which is added at the end of the text
 * where it is not there either.
 */
export function setStanzaAttribute(
  text: string,
  stanza: string,
  attribute: string,
  value: string,
): string {
  const lines = text.split("\n");
  const line = `\t${attribute} = ${value}`;
  const header = lines.map(stanzaName).lastIndexOf(stanza);
  if (header === -1) {
    const before = text === "" ? "" : `${text.replace(/\n*$/u, "")}\n\n`;
    return `${before}${stanza}:\n${line}\n`;
  }
  let lastAttribute = header;
  let old: number | undefined;
  for (let index = header + 1; index < lines.length; index += 1) {
    const candidate = lines[index] ?? "";
    if (stanzaName(candidate) !== undefined) {
      break;
    }
    const name = attributeName(candidate);
    lastAttribute = name === undefined ? lastAttribute : index;
    old = name === attribute ? index : old;
  }
  if (old === undefined) {
    lines.splice(lastAttribute + 1, 0, line);
  } else {
    lines[old] = line;
  }
  return lines.join("\n");
}

/** The text without the stanzas that `matches`, and without the empty lines behind them; everything else stays, byte for byte. Comments before a stanza stay too: nothing tells whose they are. */
export function removeStanzas(
  text: string,
  matches: (stanza: ReadonlyMap<string, string>) => boolean,
): string {
  const lines = text.split("\n");
  const starts = lines.flatMap((line, index) => (stanzaName(line) === undefined ? [] : [index]));
  const removed = new Set<number>();
  for (const [at, start] of starts.entries()) {
    const end = starts[at + 1] ?? lines.length;
    const attributes = new Map<string, string>();
    let last = start;
    for (let index = start + 1; index < end; index += 1) {
      const line = lines[index] ?? "";
      readAttribute(line, attributes);
      last = attributeName(line) === undefined ? last : index;
    }
    if (matches(attributes)) {
      while (lines[last + 1]?.trim() === "" && last + 2 < lines.length) {
        last += 1;
      }
      for (let index = start; index <= last; index += 1) {
        removed.add(index);
      }
    }
  }
  return lines.filter((_, index) => !removed.has(index)).join("\n");
}

/** Names may hold blanks and colons inside (paths in /etc/filesystems): the last colon ends it. */
function stanzaName(line: string): string | undefined {
  return /^([^\s*].*?):[ \t]*\r?$/u.exec(line)?.[1];
}

function attributeName(line: string): string | undefined {
  return /^[ \t]+([^\s=*]+)[ \t]*=/u.exec(line)?.[1];
}

function readAttribute(line: string, into: Map<string, string> | undefined): void {
  const name = attributeName(line);
  if (name !== undefined && into !== undefined) {
    into.set(name, unquote(line.slice(line.indexOf("=") + 1).trim()));
  }
}

/** login.cfg keeps values with blanks or escapes in double quotes. */
function unquote(value: string): string {
  return value.length >= 2 && value.startsWith('"') && value.endsWith('"')
    ? value.slice(1, -1)
    : value;
}

function findStanzaStart(text: string, stanza: string, from: number): number {
  const needle = `${stanza}:`;
  for (let at = text.indexOf(needle, from); at !== -1; at = text.indexOf(needle, at + 1)) {
    const end = text.indexOf("\n", at);
    const line = text.slice(at, end === -1 ? text.length : end);
    if ((at === 0 || text[at - 1] === "\n") && stanzaName(line) === stanza) {
      return at;
    }
  }
  return -1;
}

/** Reads the attributes of the stanza at `start`; returns where the next stanza may begin. */
function readStanzaAt(text: string, start: number, into: Map<string, string>): number {
  let at = text.indexOf("\n", start) + 1;
  while (at > 0 && at < text.length) {
    const end = text.indexOf("\n", at);
    const line = text.slice(at, end === -1 ? text.length : end);
    if (stanzaName(line) !== undefined) {
      return at;
    }
    if (!line.startsWith("*")) {
      readAttribute(line, into);
    }
    at = end === -1 ? 0 : end + 1;
  }
  return text.length;
}
