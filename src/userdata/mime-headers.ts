import { Buffer } from "node:buffer";

/** Header fields by name in lower case; the first of several with one name. */
export type MimeHeaders = Readonly<Record<string, string>>;

const LF = 0x0a;
const HEADER_LINE = /^([!-9;-~]+):(.*)$/su;

/** Reads the header block (RFC 5322 §2.2): up to a blank line, or to a line that is no header, which then begins the body. */
export function readHeaders(bytes: Buffer): {
  readonly headers: MimeHeaders;
  readonly bodyStart: number;
} {
  const fields = new Map<string, string>();
  let lastName: string | undefined;
  let at = 0;
  while (at < bytes.length) {
    const lf = bytes.indexOf(LF, at);
    const next = lf === -1 ? bytes.length : lf + 1;
    const line = decode(bytes.subarray(at, next)).replace(/\r?\n$/u, "");
    if (line === "") {
      return { headers: Object.fromEntries(fields), bodyStart: next };
    }
    const match = HEADER_LINE.exec(line);
    const isMailboxLine = at === 0 && line.startsWith("From ");
    if (/^[ \t]/u.test(line) && lastName !== undefined) {
      fields.set(lastName, `${fields.get(lastName) ?? ""} ${line.trim()}`);
    } else if (match !== null) {
      const name = (match[1] ?? "").toLowerCase();
      lastName = fields.has(name) ? undefined : name;
      if (lastName !== undefined) {
        fields.set(lastName, (match[2] ?? "").trim());
      }
    } else if (!isMailboxLine) {
      break;
    }
    at = next;
  }
  return { headers: Object.fromEntries(fields), bodyStart: at };
}

/** A structured header: its value in lower case, and its parameters. */
export interface HeaderValue {
  readonly value: string;
  /** Names in lower case. */
  readonly parameters: Readonly<Record<string, string>>;
}

const PARAMETER = /;\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^;]*))/gsu;

/** `text/plain; charset="utf-8"` taken apart (RFC 2045 §5.1), with the long and encoded forms of RFC 2231. */
export function parseHeaderValue(text: string): HeaderValue {
  const semicolon = text.indexOf(";");
  const value = (semicolon === -1 ? text : text.slice(0, semicolon)).trim().toLowerCase();
  const parameters = new Map<string, string>();
  for (const match of text.matchAll(PARAMETER)) {
    const quoted = match[2]?.replace(/\\(.)/gsu, "$1");
    const raw = quoted ?? (match[3] ?? "").trim();
    addParameter(parameters, (match[1] ?? "").toLowerCase(), raw);
  }
  return { value, parameters: Object.fromEntries(parameters) };
}

/** RFC 2231: `name*=utf-8''%41`, and `name*0=`, `name*1=` … which are joined in the order they stand. */
function addParameter(parameters: Map<string, string>, written: string, raw: string): void {
  const match = /^([^*]+)(\*\d+)?(\*)?$/u.exec(written);
  const name = match?.[1] ?? written;
  const isContinued = match?.[2] !== undefined;
  const value = match?.[3] === undefined ? raw : decodeExtended(raw);
  if (isContinued) {
    parameters.set(name, `${parameters.get(name) ?? ""}${value}`);
  } else if (!parameters.has(name)) {
    parameters.set(name, value);
  }
}

function decodeExtended(raw: string): string {
  const encoded = /^[^']*'[^']*'(.*)$/su.exec(raw)?.[1] ?? raw;
  const bytes = Buffer.from(
    encoded.replace(/%([0-9a-f]{2})/giu, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    ),
    "latin1",
  );
  return decode(bytes);
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
