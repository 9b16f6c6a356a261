import { dottedPath, type PlacedFinding } from "../../modules/finding.ts";

/** Letters of the marks, and the titles of their footers, in upstream's form. */
const KINDS = [
  { letter: "E", title: "Errors", levels: ["error", "unknown"] },
  { letter: "D", title: "Deprecations", levels: ["deprecated"] },
  { letter: "H", title: "Hints", levels: ["hint", "info"] },
] as const;

/** A text with a mark behind each line that something was found in, and below it what the marks mean (compat core.md §7.4). */
export function annotateText(text: string, findings: readonly PlacedFinding[]): string {
  const marks = new Map<number, string[]>();
  const footers: string[] = [];
  for (const { letter, title, levels } of KINDS) {
    const own = findings.filter(({ level }) => levels.some((one) => one === level));
    if (own.length === 0) {
      continue;
    }
    footers.push("", `# ${title}: -------------`);
    for (const [index, finding] of own.entries()) {
      const label = `${letter}${index + 1}`;
      const line = finding.line ?? 1;
      marks.set(line, [...(marks.get(line) ?? []), label]);
      footers.push(`# ${label}: ${describeFinding(finding)}`);
    }
  }
  const lines = text.replace(/\n$/u, "").split("\n");
  const marked = lines.map((line, index) => {
    const labels = marks.get(index + 1);
    return labels === undefined ? line : `${line}\t\t# ${labels.join(",")}`;
  });
  return `${[...marked, ...footers].join("\n")}\n`;
}

/** `write_files.2.path: it is not text`, without a place. */
export function describeFinding({ path, message, level }: PlacedFinding): string {
  const key = dottedPath(path);
  const gap = level === "deprecated" ? ":  " : ": ";
  return key === "" ? message : `${key}${gap}${message}`;
}
