const MASK = "***";
const BEGIN = /-----BEGIN (?:[A-Z0-9]{1,16} ){0,3}PRIVATE KEY-----/gu;
const END = /-----END (?:[A-Z0-9]{1,16} ){0,3}PRIVATE KEY-----/gu;
/** An RSA key of 16,384 bits takes 13,000; a log may put its own words before each line. */
const KEY_LENGTH_MAX = 65_536;
/** A line of a key whose end is not there: whatever stands before it, then base64 up to its end. */
const KEY_LINE = /^[^\n]{0,400}?[A-Za-z0-9+/]{16,}={0,2}["'\\,]{0,4}\r?$/u;
const LINE_LENGTH_MAX = 1_000;

/**
 * The text without the insides of private keys (RFC 7468, OpenSSH's PROTOCOL.key), whatever a log
 * wrote before each of their lines; of a key that was cut off, its lines up to the first that is none.
 */
export function maskPrivateKeys(text: string): string {
  const ends = [...text.matchAll(END)].map(({ index }) => index);
  let masked = "";
  let done = 0;
  let next = 0;
  for (const begin of text.matchAll(BEGIN)) {
    const start = begin.index + begin[0].length;
    if (start < done) {
      continue;
    }
    while ((ends[next] ?? Infinity) < start) {
      next += 1;
    }
    const end = ends[next] ?? Infinity;
    const stop = end - start <= KEY_LENGTH_MAX ? end : endOfLines(text, start);
    if (stop > start) {
      masked += text.slice(done, start) + MASK;
      done = stop;
    }
  }
  return masked + text.slice(done);
}

/** Where the lines of a key end that begins before `start`. */
function endOfLines(text: string, start: number): number {
  let at = text.indexOf("\n", start);
  if (at === -1) {
    return Math.min(text.length, start + KEY_LENGTH_MAX);
  }
  if (at - start > LINE_LENGTH_MAX) {
    return at;
  }
  let end = start;
  while (at !== -1 && at - start <= KEY_LENGTH_MAX) {
    const lineEnd = text.indexOf("\n", at + 1);
    const line = text.slice(at + 1, lineEnd === -1 ? text.length : lineEnd);
    if (line.length > LINE_LENGTH_MAX || !KEY_LINE.test(line)) {
      break;
    }
    end = lineEnd === -1 ? text.length : lineEnd;
    at = lineEnd;
  }
  return end;
}
