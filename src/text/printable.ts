/** printable() for a text of several lines, whose ends stay as they are. */
export function printableLines(text: string): string {
  return UNPRINTABLE.test(text) ? text.split("\n").map(printable).join("\n") : text;
}

/** Written out: the set \p{Cc} takes V8 a quarter of a millisecond, in each process. */
const UNPRINTABLE =
  // oxlint-disable-next-line no-control-regex
  /[\0-\x08\v-\x1F\x7F-\x9F\u200E\u200F\u2028-\u202E\u2066-\u2069]/u;

/**
 * Text that a terminal shows and does not obey: control characters, and those that turn the
 * direction of writing, in the form "\x1b" or "\u{202e}". Tabs stay; line ends do not.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u200E\u200F\u2028-\u202E\u2066-\u2069]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (character === "\t") {
      return character;
    }
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`;
  });
}
