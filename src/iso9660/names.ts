/**
 * Text of a name that Rock Ridge or the plain tree has. Neither names a character set: discs made
 * on today's systems have UTF-8, older ones Latin-1, which every other sequence of bytes is read as.
 */
export function decodeName(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return String.fromCharCode(...bytes);
  }
}

/** Text in UCS-2, big-endian, as in a Joliet tree; an odd last byte is left out. */
export function decodeUcs2(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = "";
  for (let offset = 0; offset + 1 < bytes.length; offset += 2) {
    text += String.fromCharCode(view.getUint16(offset, false));
  }
  return text;
}

/** "README.;1" → "README": without file version number and empty extension (ECMA-119 §7.5.1). */
export function withoutVersion(name: string): string {
  return name.replace(/;\d*$/u, "").replace(/(.)\.$/u, "$1");
}

/** One form for all names that a plain disc cannot tell apart. */
export function foldName(name: string): string {
  return withoutVersion(name).toLowerCase();
}

/** Whether a name can be that of an entry; no honest disc has another one. */
export function isEntryName(name: string): boolean {
  return name !== "" && name !== "." && name !== ".." && !/[/\0]/u.test(name);
}
