/** Text of a document, or why there is none. */
export type DecodedYaml =
  | { readonly text: string }
  | { readonly text?: undefined; readonly message: string; readonly line: number };

/** Bytes to text: UTF-8 or, with a byte order mark, UTF-16 (YAML 1.1 §5.1.2, as PyYAML's reader). */
export function decodeYamlBytes(bytes: Uint8Array): DecodedYaml {
  const encoding = encodingOf(bytes);
  if (encoding === "utf-16be") {
    // Decoded as little endian after a swap: not every build of Node.js knows utf-16be.
    return decodeAs("utf-16le", swapPairs(bytes));
  }
  return decodeAs(encoding, bytes);
}

/** A text ready for the parser, and the offset in it of a character that YAML forbids. */
export interface NormalisedYaml {
  readonly text: string;
  readonly unprintableOffset: number | undefined;
}

// PyYAML reader.py NON_PRINTABLE; a surrogate that stands alone is no character either.
const UNPRINTABLE =
  /[^\t\n\r\u0020-\u007E\u0085\u00A0-\uFFFD]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

/** Line ends as "\n" (YAML 1.1 knows CR LF, CR and NEL too), no byte order mark. */
export function normaliseYamlText(raw: string): NormalisedYaml {
  let text = raw.startsWith("\uFEFF") ? raw.slice(1) : raw;
  if (text.includes("\r") || text.includes("\u0085")) {
    text = text.replaceAll(/\r\n|\r|\u0085/gu, "\n");
  }
  const match = UNPRINTABLE.exec(text);
  return { text, unprintableOffset: match?.index };
}

type Encoding = "utf-8" | "utf-16le" | "utf-16be";

function encodingOf(bytes: Uint8Array): Encoding {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) {
    return "utf-16le";
  }
  return bytes[0] === 0xfe && bytes[1] === 0xff ? "utf-16be" : "utf-8";
}

function decodeAs(encoding: "utf-8" | "utf-16le", bytes: Uint8Array): DecodedYaml {
  try {
    return { text: new TextDecoder(encoding, { fatal: true }).decode(bytes) };
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) {
      throw error;
    }
    const message = `Cannot read YAML: its bytes are not ${encoding === "utf-8" ? "UTF-8" : "UTF-16"}`;
    return { message, line: lineOfWrongBytes(encoding, bytes) };
  }
}

function lineOfWrongBytes(encoding: "utf-8" | "utf-16le", bytes: Uint8Array): number {
  const text = new TextDecoder(encoding).decode(bytes);
  const wrong = text.indexOf("\uFFFD");
  return text.slice(0, Math.max(wrong, 0)).split("\n").length;
}

function swapPairs(bytes: Uint8Array): Uint8Array {
  const swapped = new Uint8Array(bytes.length);
  for (let index = 0; index < bytes.length; index += 2) {
    swapped[index] = bytes[index + 1] ?? 0;
    swapped[index + 1] = bytes[index] ?? 0;
  }
  return swapped;
}
