/** Text, or the offset of the first byte that is not UTF-8. */
export type DecodedText =
  | { readonly text: string }
  | { readonly wrongByte: number; readonly offsetBytes: number };

/** UTF-8 without a byte order mark, checked: nothing is replaced by U+FFFD. */
export function decodeUtf8(bytes: Uint8Array): DecodedText {
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    const offsetBytes = findWrongByte(bytes);
    return { wrongByte: bytes[offsetBytes] ?? 0, offsetBytes };
  }
}

/** The first byte of the first sequence that is no character: found by halving. */
function findWrongByte(bytes: Uint8Array): number {
  let good = 0;
  let bad = bytes.length + 1;
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (decodes(bytes.subarray(0, middle), true)) {
      good = middle;
    } else {
      bad = middle;
    }
  }
  // The decoder notices at the byte that should have continued a sequence of at most 4.
  const backBytes = [0, 1, 2, 3].find((back) => decodes(bytes.subarray(0, good - back), false));
  return good - (backBytes ?? 0);
}

/** With `isPart`, a character that the end cuts in two is not wrong. */
function decodes(bytes: Uint8Array, isPart: boolean): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: isPart });
    return true;
  } catch {
    return false;
  }
}
