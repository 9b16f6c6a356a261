import { decodeUtf8 } from "../../text/decode-utf8.ts";
import { formatSize } from "../../text/format-size.ts";
import { unifiedDiff } from "../../text/unified-diff.ts";

/** Longer files are not compared. */
const DIFF_BYTES_MAX = 256 * 1024;
/** So many lines of one file are shown. */
const DIFF_LINES_MAX = 400;

/**
 * The unified diff of a file's content, or one line in brackets that says why there is none. Private
 * keys are left out; other secrets are the caller's to mask.
 */
export function fileDiff(before: Uint8Array, after: Uint8Array): readonly string[] {
  const longest = Math.max(before.length, after.length);
  if (longest > DIFF_BYTES_MAX) {
    return [`[not compared: ${formatSize(longest)}, the limit is ${formatSize(DIFF_BYTES_MAX)}]`];
  }
  const texts = [before, after].map(textOf);
  const [old, next] = texts;
  if (old === undefined || next === undefined) {
    return ["[binary]"];
  }
  const lines = unifiedDiff(maskPrivateKeys(old), maskPrivateKeys(next));
  if (lines.length === 0) {
    return ["[same content]"];
  }
  const left = lines.length - DIFF_LINES_MAX;
  return left <= 0 ? lines : [...lines.slice(0, DIFF_LINES_MAX), `[${left} more lines]`];
}

function textOf(bytes: Uint8Array): string | undefined {
  const decoded = decodeUtf8(bytes);
  return "text" in decoded && !decoded.text.includes("\0") ? decoded.text : undefined;
}

/** The lines between "-----BEGIN … PRIVATE KEY-----" and its end (RFC 7468). */
function maskPrivateKeys(text: string): string {
  let isInside = false;
  const lines = text.split("\n").map((line) => {
    if (/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/u.test(line)) {
      isInside = true;
      return line;
    }
    if (line.includes("-----END ")) {
      isInside = false;
    }
    return isInside ? "***" : line;
  });
  return lines.join("\n");
}
