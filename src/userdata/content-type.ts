/**
 * What the first characters of a part say about it (compat userdata.md §2), longest first, since
 * the longest that matches wins. The comparison ignores case and leading white space.
 */
const PREFIXES: readonly (readonly [string, string])[] = [
  ["#cloud-config-archive", "text/cloud-config-archive"],
  ["#cloud-config-jsonp", "text/cloud-config-jsonp"],
  ["#cloud-boothook", "text/cloud-boothook"],
  ["#cloud-config", "text/cloud-config"],
  ["#include-once", "text/x-include-once-url"],
  ["#part-handler", "text/part-handler"],
  ["#upstart-job", "text/upstart-job"],
  ["#include", "text/x-include-url"],
  ["#!", "text/x-shellscript"],
];

/** The renderer accepts other spacing than `## template: jinja` too (compat userdata.md §2). */
const JINJA_LINE = /^##\s*template:\s*jinja/u;
const LOOKED_AT_BYTES = 64;

/** The type of what is neither named by a header nor by its first line. */
export const UNKNOWN_TYPE = "text/x-not-multipart";

/**
 * The content type that the first characters tell, or undefined. Only they are looked at: a script
 * with bytes that are not UTF-8 further on is a script.
 */
export function detectContentType(content: Uint8Array): string | undefined {
  let start = 0;
  while (start < content.length && isWhiteSpace(content[start])) {
    start += 1;
  }
  const head = latin1(content.subarray(start, start + LOOKED_AT_BYTES)).toLowerCase();
  const found = PREFIXES.find(([prefix]) => head.startsWith(prefix));
  if (found !== undefined) {
    return found[1];
  }
  return JINJA_LINE.test(head) ? "text/jinja2" : undefined;
}

/** Whether a declared type is so weak that the first characters decide (compat userdata.md §3 step 6). */
export function isDetected(declaredType: string): boolean {
  return ["", "text/plain", UNKNOWN_TYPE, "text/x-shellscript"].includes(declaredType);
}

const HEADER_SEARCH_BYTES = 4096;

/** Whether a blob is a message: `MIME-Version:` near its start says so (compat userdata.md §3 step 2). */
export function isMime(blob: Uint8Array): boolean {
  const head = new TextDecoder("latin1").decode(blob.subarray(0, HEADER_SEARCH_BYTES));
  return /mime-version:/iu.test(head);
}

const GZIP_TYPES: ReadonlySet<string> = new Set([
  "application/gzip",
  "application/gzip-compressed",
  "application/gzipped",
  "application/x-compress",
  "application/x-compressed",
  "application/x-gunzip",
  "application/x-gzip",
  "application/x-gzip-compressed",
]);

/** Whether a declared type says that the content is packed (compat userdata.md §3 step 5). */
export function isGzipType(declaredType: string): boolean {
  return GZIP_TYPES.has(declaredType);
}

function isWhiteSpace(byte: number | undefined): boolean {
  return byte === 0x20 || (byte !== undefined && byte >= 0x09 && byte <= 0x0d);
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
