/** Unchanged lines round a change. */
const CONTEXT = 3;
/** A larger part that differs is shown as all old lines, then all new ones. */
const CELLS_MAX = 1_000_000;
const NO_NEWLINE = String.raw`\ No newline at end of file`;

/**
 * What changes from one text to the other, as diff -u prints it (POSIX diff, "Diff Unified Output
 * Format"), without the two lines that name the files. No lines where nothing changes.
 */
export function unifiedDiff(before: string, after: string): readonly string[] {
  const edits = findEdits(splitLines(before), splitLines(after));
  return groupEdits(edits).flatMap((hunk) => renderHunk(edits, hunk));
}

interface Edit {
  readonly mark: " " | "-" | "+";
  readonly text: string;
}

/** Lines with their ends, so that a missing last one is a difference. */
function splitLines(text: string): readonly string[] {
  return text === "" ? [] : text.split(/(?<=\n)/u);
}

function findEdits(before: readonly string[], after: readonly string[]): readonly Edit[] {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) {
    head += 1;
  }
  let tail = 0;
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) {
    tail += 1;
  }
  return [
    ...marked(" ", before.slice(0, head)),
    ...alignMiddle(
      before.slice(head, before.length - tail),
      after.slice(head, after.length - tail),
    ),
    ...marked(" ", before.slice(before.length - tail)),
  ];
}

function marked(mark: Edit["mark"], lines: readonly string[]): readonly Edit[] {
  return lines.map((text) => ({ mark, text }));
}

/** By the longest common subsequence of lines. */
function alignMiddle(before: readonly string[], after: readonly string[]): readonly Edit[] {
  if (before.length * after.length > CELLS_MAX || before.length === 0 || after.length === 0) {
    return [...marked("-", before), ...marked("+", after)];
  }
  const lengths = commonLengths(before, after);
  const edits: Edit[] = [];
  let left = 0;
  let right = 0;
  while (left < before.length && right < after.length) {
    if (before[left] === after[right]) {
      edits.push({ mark: " ", text: before[left] ?? "" });
      left += 1;
      right += 1;
    } else if ((lengths[left + 1]?.[right] ?? 0) >= (lengths[left]?.[right + 1] ?? 0)) {
      edits.push({ mark: "-", text: before[left] ?? "" });
      left += 1;
    } else {
      edits.push({ mark: "+", text: after[right] ?? "" });
      right += 1;
    }
  }
  return [...edits, ...marked("-", before.slice(left)), ...marked("+", after.slice(right))];
}

/** `[i][j]`: how many lines the ends from i and from j have in common. */
function commonLengths(
  before: readonly string[],
  after: readonly string[],
): readonly (readonly number[])[] {
  const rows: number[][] = [Array.from({ length: after.length + 1 }, () => 0)];
  for (let left = before.length - 1; left >= 0; left -= 1) {
    const below = rows.at(-1) ?? [];
    const row = Array.from({ length: after.length + 1 }, () => 0);
    for (let right = after.length - 1; right >= 0; right -= 1) {
      row[right] =
        before[left] === after[right]
          ? (below[right + 1] ?? 0) + 1
          : Math.max(below[right] ?? 0, row[right + 1] ?? 0);
    }
    rows.push(row);
  }
  return rows.reverse();
}

interface Hunk {
  readonly start: number;
  readonly end: number;
}

/** Changes with their context; those that touch are one. */
function groupEdits(edits: readonly Edit[]): readonly Hunk[] {
  const hunks: Hunk[] = [];
  for (const [index, { mark }] of edits.entries()) {
    if (mark === " ") {
      continue;
    }
    const start = Math.max(0, index - CONTEXT);
    const end = Math.min(edits.length, index + CONTEXT + 1);
    const last = hunks.at(-1);
    if (last !== undefined && start <= last.end) {
      hunks[hunks.length - 1] = { start: last.start, end };
    } else {
      hunks.push({ start, end });
    }
  }
  return hunks;
}

function renderHunk(edits: readonly Edit[], { start, end }: Hunk): readonly string[] {
  const count = (from: number, to: number, other: "-" | "+"): number =>
    edits.slice(from, to).filter(({ mark }) => mark !== other).length;
  const range = (other: "-" | "+"): string => {
    const lineCount = count(start, end, other);
    const first = count(0, start, other) + (lineCount === 0 ? 0 : 1);
    return lineCount === 1 ? String(first) : `${first},${lineCount}`;
  };
  const lines = edits.slice(start, end).flatMap(({ mark, text }) => {
    const line = `${mark}${text.replace(/\n$/u, "")}`;
    return text.endsWith("\n") ? [line] : [line, NO_NEWLINE];
  });
  return [`@@ -${range("+")} +${range("-")} @@`, ...lines];
}
