/** The disc with `text` over the beginning of `label` wherever that is in it, for labels that no program masters. */
export function relabelDisc(disc: Uint8Array, label: string, text: string): Uint8Array {
  const bytes = Buffer.from(disc);
  for (let at = bytes.indexOf(label); at !== -1; at = bytes.indexOf(label, at + 1)) {
    bytes.write(text, at, "latin1");
  }
  return new Uint8Array(bytes);
}
