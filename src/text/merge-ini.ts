/** Settings by section; "" is what stands before the first section. */
export type IniSettings = ReadonlyMap<string, ReadonlyMap<string, string>>;

const HEADER = /^\s*\[([^\]]*)\]\s*(?:[#;].*)?$/u;
const SETTING = /^\s*([^\s=#;[][^=]*?)\s*=/u;

/**
 * A text of `[section]` and `key = value` lines with these settings in it: a key that is there gets
 * the value in its place, others go to the end of their section, new sections to the end of the
 * text. All other lines stay as they are, comments too. What is so already gives the text itself; a
 * section without settings is not made.
 */
export function mergeIni(text: string, settings: IniSettings): string {
  const lines = text === "" ? [] : text.replace(/\n$/u, "").split("\n");
  const sections = splitSections(lines);
  for (const [name, wanted] of settings) {
    if (wanted.size > 0) {
      placeSettings(sections, name, wanted);
    }
  }
  const merged = sections.flatMap((section) => section.lines);
  if (merged.length === lines.length && merged.every((line, index) => line === lines[index])) {
    return text;
  }
  return merged.length === 0 ? "" : `${merged.join("\n")}\n`;
}

interface Section {
  readonly name: string;
  /** The header first, but for "". */
  readonly lines: string[];
}

function splitSections(lines: readonly string[]): Section[] {
  let current: Section = { name: "", lines: [] };
  const sections = [current];
  for (const line of lines) {
    const name = HEADER.exec(line)?.[1];
    if (name !== undefined) {
      current = { name: name.trim(), lines: [] };
      sections.push(current);
    }
    current.lines.push(line);
  }
  return sections;
}

function placeSettings(
  sections: Section[],
  name: string,
  wanted: ReadonlyMap<string, string>,
): void {
  const own = sections.filter((section) => section.name === name);
  const left = new Map(wanted);
  for (const { lines } of own) {
    for (let at = 0; at < lines.length; at += 1) {
      const key = SETTING.exec(lines[at] ?? "")?.[1];
      const value = key === undefined ? undefined : wanted.get(key);
      if (key === undefined || value === undefined) {
        continue;
      }
      if (!left.delete(key)) {
        // A second one further down would win.
        lines.splice(at, 1);
        at -= 1;
      } else if (valueOf(lines[at] ?? "") !== value) {
        lines[at] = `${key} = ${value}`;
      }
    }
  }
  const [first] = own;
  const added = [...left].map(([key, value]) => `${key} = ${value}`);
  if (first === undefined) {
    sections.push({ name, lines: [`[${name}]`, ...added] });
    return;
  }
  let end = first.lines.length;
  while (end > 0 && (first.lines[end - 1] ?? "").trim() === "") {
    end -= 1;
  }
  first.lines.splice(end, 0, ...added);
}

function valueOf(line: string): string {
  return line.slice(line.indexOf("=") + 1).trim();
}
