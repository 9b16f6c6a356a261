/** What a DHCP client's file should say of one interface. */
export interface BlockWish {
  /** "en0" */
  readonly name: string;
  /** Lines of the block where there is none yet, without indentation. */
  readonly lines: readonly string[];
  /** Lines that an existing block must have. */
  readonly present?: readonly string[];
  /** Lines that an existing block must not have. */
  readonly absent?: readonly string[];
}

/**
 * Edits the `interface NAME { … }` blocks of a DHCP client's file in place: /etc/dhcpcd.ini (IBM
 * documentation, "DHCP Client Configuration File") and /etc/dhcpv6/dhcpc6.cnf. A block that is there
 * keeps its other lines; new ones come at the end; those in `unwanted` go, and `interface any` too
 * as soon as an interface is named, since it allows no other. All else stays as it is.
 */
export function editInterfaceBlocks(
  text: string,
  wishes: readonly BlockWish[],
  unwanted: ReadonlySet<string>,
): string {
  const lines = text === "" ? [] : text.replace(/\n$/u, "").split("\n");
  const blocks = findBlocks(lines);
  const kept: string[] = [];
  let next = 0;
  for (const block of blocks) {
    kept.push(...lines.slice(next, block.first));
    const wish = wishes.find(({ name }) => name === block.name);
    const isRepeated = blocks.find(({ name }) => name === block.name) !== block;
    const isGone =
      unwanted.has(block.name) ||
      (block.name === "any" && wishes.length > 0) ||
      (wish !== undefined && isRepeated);
    const own = lines.slice(block.first, block.last + 1);
    kept.push(...(isGone ? [] : wish === undefined ? own : editBlock(own, wish)));
    next = block.last + 1;
    if (isGone && lines[next]?.trim() === "" && (kept.at(-1) ?? "").trim() === "") {
      next += 1;
    }
  }
  kept.push(...lines.slice(next));
  for (const wish of wishes.filter(({ name }) => !blocks.some((block) => block.name === name))) {
    if (kept.length > 0 && kept.at(-1)?.trim() !== "") {
      kept.push("");
    }
    kept.push(`interface ${wish.name}`, "{", ...wish.lines.map((line) => ` ${line}`), "}");
  }
  return kept.length === 0 ? "" : `${kept.join("\n")}\n`;
}

/** The interfaces that the file names, "any" included. */
export function listInterfaceBlocks(text: string): readonly string[] {
  return findBlocks(text.split("\n")).map(({ name }) => name);
}

interface Block {
  readonly name: string;
  /** Index of the line with `interface`. */
  readonly first: number;
  /** Index of the line with its last brace; the same where it has no braces. */
  readonly last: number;
}

function findBlocks(lines: readonly string[]): readonly Block[] {
  const blocks: Block[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const name = /^\s*interface\s+([^\s{#]+)/u.exec(lines[index] ?? "")?.[1];
    if (name !== undefined) {
      const last = findEnd(lines, index);
      blocks.push({ name, first: index, last });
      index = last;
    }
  }
  return blocks;
}

/** Braces nest in dhcpc6.cnf. One that is never closed takes the rest of the file. */
function findEnd(lines: readonly string[], first: number): number {
  let depth = 0;
  for (let index = first; index < lines.length; index += 1) {
    const plain = (lines[index] ?? "").replace(/#.*$/u, "");
    for (const character of plain) {
      if (character === "{") {
        depth += 1;
      } else if (character === "}") {
        if (depth === 0) {
          return first;
        }
        depth -= 1;
        if (depth === 0) {
          return index;
        }
      }
    }
    if (depth === 0 && index > first && plain.trim() !== "") {
      return first;
    }
  }
  return depth === 0 ? first : lines.length - 1;
}

function editBlock(lines: readonly string[], wish: BlockWish): readonly string[] {
  const isSame = (line: string, wanted: string): boolean =>
    line.trim().replace(/\s+/gu, " ") === wanted;
  const kept = lines.filter((line) => !(wish.absent ?? []).some((each) => isSame(line, each)));
  const missing = (wish.present ?? []).filter(
    (wanted) => !lines.some((line) => isSame(line, wanted)),
  );
  if (missing.length === 0) {
    return kept;
  }
  const added = missing.map((line) => ` ${line}`);
  const end = kept.map((line) => /^\s*\}/u.test(line)).lastIndexOf(true);
  if (end !== -1) {
    return [...kept.slice(0, end), ...added, ...kept.slice(end)];
  }
  // Without braces, or all on one line.
  return kept.length === 1 && !(kept[0] ?? "").includes("{")
    ? [...kept, "{", ...added, "}"]
    : [`interface ${wish.name}`, "{", ...added, ...optionsOf(kept), "}"];
}

function optionsOf(lines: readonly string[]): readonly string[] {
  const inner = lines
    .join("\n")
    .replace(/^[^{]*\{/u, "")
    .replace(/\}[^}]*$/u, "");
  return inner
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .map((line) => ` ${line}`);
}
