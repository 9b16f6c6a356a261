/** One attribute of a stanza. The value is as written, blanks around it trimmed. */
interface StanzaLine {
  readonly attribute: string;
  readonly value: string;
}

/** The value of an attribute, or undefined where stanza or attribute are missing. */
export function readStanzaValue(
  text: string,
  stanza: string,
  attribute: string,
): string | undefined {
  return readStanza(text, stanza)?.find((line) => line.attribute === attribute)?.value;
}

/** Whether the stanza is there. */
export function hasStanza(text: string, stanza: string): boolean {
  return readStanza(text, stanza) !== undefined;
}

/**
 * The text with an attribute set, or removed where `value` is undefined. A missing stanza is added
 * at the end. Everything else stays as it is, comments included.
 *
 * Format: "NAME:" in the first column, then indented "attribute = value" lines, as in
 * /etc/security/user.
 */
export function setStanzaValue(
  text: string,
  stanza: string,
  attribute: string,
  value: string | undefined,
): string {
  const lines = text.split("\n");
  const start = lines.indexOf(`${stanza}:`);
  const line = value === undefined ? [] : [`\t${attribute} = ${value}`];
  if (start === -1) {
    const base = text === "" || text.endsWith("\n\n") ? text : `${text.replace(/\n*$/u, "\n")}\n`;
    return `${base}${stanza}:\n${line.map((each) => `${each}\n`).join("")}\n`;
  }
  const end = endOfStanza(lines, start);
  const at = lines.findIndex(
    (each, index) => index > start && index < end && parseLine(each)?.attribute === attribute,
  );
  if (at === -1) {
    lines.splice(end, 0, ...line);
  } else {
    lines.splice(at, 1, ...line);
  }
  return lines.join("\n");
}

/** The text without the stanza. */
export function removeStanza(text: string, stanza: string): string {
  const lines = text.split("\n");
  const start = lines.indexOf(`${stanza}:`);
  if (start === -1) {
    return text;
  }
  const end = endOfStanza(lines, start);
  const blank = lines[end] === "" && end < lines.length - 1 ? 1 : 0;
  lines.splice(start, end - start + blank);
  return lines.join("\n");
}

function readStanza(text: string, stanza: string): readonly StanzaLine[] | undefined {
  const lines = text.split("\n");
  const start = lines.indexOf(`${stanza}:`);
  return start === -1
    ? undefined
    : lines
        .slice(start + 1, endOfStanza(lines, start))
        .map(parseLine)
        .filter((line) => line !== undefined);
}

/** The index after the last attribute line of the stanza that begins at `start`. */
function endOfStanza(lines: readonly string[], start: number): number {
  let end = start + 1;
  for (let index = start + 1; index < lines.length; index += 1) {
    const line = lines[index] ?? "";
    if (/^[^\s*].*:\s*$/u.test(line)) {
      break;
    }
    if (parseLine(line) !== undefined) {
      end = index + 1;
    }
  }
  return end;
}

function parseLine(line: string): StanzaLine | undefined {
  const match = /^\s+([\w-]+)\s*=\s*(.*)$/u.exec(line);
  return match === null
    ? undefined
    : { attribute: match[1] ?? "", value: (match[2] ?? "").trimEnd() };
}
