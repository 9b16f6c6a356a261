/** Whether the text has this name or address in it, not only as a part of another. */
export function hasWord(text: string, word: string): boolean {
  const literal = word.replace(/[\\^$.*+?()[\]{}|]/gu, "\\$&");
  return new RegExp(`(?<![\\w.:-])${literal}(?![\\w:-]|\\.\\w)`, "u").test(text);
}
