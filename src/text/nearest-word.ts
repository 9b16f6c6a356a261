/** Longer words are never a slip of somebody's finger; this bounds the work on hostile input. */
const WORD_LENGTH_MAX = 40;

/** The one of `words` that was probably meant, or undefined where none is near (two slips at most). */
export function nearestWord(word: string, words: readonly string[]): string | undefined {
  if (word.length > WORD_LENGTH_MAX) {
    return undefined;
  }
  let best: { readonly word: string; readonly slips: number } | undefined;
  for (const candidate of words) {
    const slips = candidate.startsWith(word) && word.length > 1 ? 1 : slipCount(word, candidate);
    if (slips <= slipCountMax(candidate) && (best === undefined || slips < best.slips)) {
      best = { word: candidate, slips };
    }
  }
  return best?.word;
}

function slipCountMax(word: string): number {
  return word.length <= 4 ? 1 : 2;
}

/** Edit distance in which two letters swapped count once (optimal string alignment). */
function slipCount(from: string, to: string): number {
  const rows: number[][] = [Array.from({ length: to.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= from.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const same = from[i - 1] === to[j - 1];
      const isSwap = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      row.push(
        Math.min(
          at(rows, i - 1, j) + 1,
          (row[j - 1] ?? 0) + 1,
          at(rows, i - 1, j - 1) + (same ? 0 : 1),
          isSwap ? at(rows, i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    rows.push(row);
  }
  return at(rows, from.length, to.length);
}

function at(rows: readonly (readonly number[])[], i: number, j: number): number {
  return rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
}
