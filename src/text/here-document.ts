/** A here-document of a shell (POSIX.1-2017, XCU 2.7.4), met in a command line. */
export interface HereDocument {
  readonly delimiter: string;
  /** After `<<-` tabs at the beginnings of lines do not count. */
  readonly stripsTabs: boolean;
}

/** `word` is the delimiter as it is written. Undefined for one that shells disagree about. */
export function createHereDocument(word: string, operator: "<<" | "<<-"): HereDocument | undefined {
  const delimiter = word.replace(/\\(.)|["']/gu, "$1");
  return delimiter === "" || delimiter.includes("\n")
    ? undefined
    : { delimiter, stripsTabs: operator === "<<-" };
}

/** Where the bodies of `documents` end, which begin one after the other at `from`; undefined where an end is missing. */
export function endOfHereDocuments(
  text: string,
  from: number,
  documents: readonly HereDocument[],
): number | undefined {
  let at = from;
  for (const { delimiter, stripsTabs } of documents) {
    for (let isFound = false; !isFound;) {
      if (at >= text.length) {
        return undefined;
      }
      const newline = text.indexOf("\n", at);
      const end = newline === -1 ? text.length : newline;
      const line = text.slice(at, end);
      isFound = (stripsTabs ? line.replace(/^\t+/u, "") : line) === delimiter;
      at = newline === -1 ? text.length : newline + 1;
    }
  }
  return at;
}
