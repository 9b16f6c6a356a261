/** Where packages come from. An absent one stays as it is. */
export interface MirrorChoice {
  readonly primary?: string;
  readonly security?: string;
}

/** Installation discs have blanks in their addresses, and are no mirrors. */
const ONE_LINE = /^(\s*deb(?:-src)?\s+(?:\[[^\]\n]*\]\s+)?)(?!cdrom:)(\S+)(\s+)(\S+)/u;

/** Whether this is the format of `NAME.sources`, not that of sources.list (sources.list(5)). */
export function isDeb822(text: string): boolean {
  return /^(?:Types|URIs|Suites):/mu.test(text);
}

/**
 * The text with other mirrors in place of the system's own, which are those of the first entries;
 * other repositories, components, keys, comments and the format stay.
 */
export function replaceMirrors(text: string, mirrors: MirrorChoice): string {
  const own = findMirrors(text);
  const mirrorOf = (suites: readonly string[], uri: string): string => {
    const kind = suites.every(isSecurity) ? "security" : "primary";
    const isOwn = withoutSlash(uri) === withoutSlash(own[kind] ?? "");
    return isOwn ? (mirrors[kind] ?? uri) : uri;
  };
  if (isDeb822(text)) {
    return mapParagraphs(text, (paragraph, suites) => {
      const [uri = ""] = fieldOf(paragraph, "URIs");
      const mirror = mirrorOf(suites, uri);
      return mirror === uri ? paragraph : withField(paragraph, "URIs", mirror);
    });
  }
  return mapLines(text, (line, [, start = "", uri = "", blank = "", suite = ""]) => {
    const rest = line.slice(start.length + uri.length + blank.length);
    return `${start}${mirrorOf([suite], uri)}${blank}${rest}`;
  });
}

function withoutSlash(uri: string): string {
  return uri.replace(/\/+$/u, "");
}

/** The text without these suites: lines and entries become comments, nothing is lost. */
export function disableSuites(text: string, disabled: ReadonlySet<string>): string {
  if (isDeb822(text)) {
    return mapParagraphs(text, (paragraph, suites) => {
      const left = suites.filter((suite) => !disabled.has(suite));
      if (left.length === suites.length) {
        return paragraph;
      }
      return left.length > 0
        ? withField(paragraph, "Suites", left.join(" "))
        : `## Entry disabled by cloud-init, due to disable_suites\n${paragraph.replaceAll(/^(?!#)/gmu, "# ")}`;
    });
  }
  return mapLines(text, (line, [, , , , suite = ""]) =>
    disabled.has(suite) ? `# suite disabled by cloud-init: ${line}` : line,
  );
}

/** The addresses that are in use now. */
export function findMirrors(text: string): MirrorChoice {
  const found: { primary?: string; security?: string } = {};
  const add = (uri: string | undefined, suites: readonly string[]): void => {
    if (uri !== undefined && uri !== "" && suites.length > 0) {
      found[suites.every(isSecurity) ? "security" : "primary"] ??= uri;
    }
  };
  if (isDeb822(text)) {
    mapParagraphs(text, (paragraph, suites) => {
      add(fieldOf(paragraph, "URIs")[0], suites);
      return paragraph;
    });
  } else {
    mapLines(text, (line, [, , uri = "", , suite = ""]) => {
      add(uri, [suite]);
      return line;
    });
  }
  return found;
}

/**
 * What of these sources is not in `present` yet: the lines without those that are there, or the
 * entries of the newer format; empty where all of them are. A comment is no source.
 */
export function findMissingSources(text: string, present: string): string {
  if (isDeb822(text)) {
    const there = new Set(splitParagraphs(present).map(plainParagraph));
    return splitParagraphs(text)
      .filter((paragraph) => !there.has(plainParagraph(paragraph)))
      .join("\n\n");
  }
  const there = new Set(present.split("\n").map(plainLine));
  const lines = text.split("\n");
  const isMissing = (line: string): boolean => !there.has(plainLine(line));
  return lines.some((line) => plainLine(line) !== "" && isMissing(line))
    ? lines.filter((line) => plainLine(line) === "" || isMissing(line)).join("\n")
    : "";
}

/** Those that are more than comments. */
function splitParagraphs(text: string): readonly string[] {
  return text
    .split(/\n(?:[ \t]*\n)+/u)
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => plainParagraph(paragraph) !== "");
}

function plainParagraph(paragraph: string): string {
  return paragraph
    .split("\n")
    .filter((line) => !line.startsWith("#"))
    .map((line) => line.trimEnd().replaceAll(/[ \t]+/gu, " "))
    .join("\n")
    .trim();
}

function plainLine(line: string): string {
  return line
    .replace(/(?:^|\s)#.*$/u, "")
    .trim()
    .replaceAll(/\s+/gu, " ");
}

/** "bookworm-security", and "buster/updates" of before. */
function isSecurity(suite: string): boolean {
  return /(?:-security|\/updates)$/u.test(suite);
}

function mapLines(text: string, map: (line: string, match: RegExpExecArray) => string): string {
  return text
    .split("\n")
    .map((line) => {
      const match = ONE_LINE.exec(line);
      return match === null ? line : map(line, match);
    })
    .join("\n");
}

/** Of entries that have suites; blank lines and comments between them stay. */
function mapParagraphs(
  text: string,
  map: (paragraph: string, suites: readonly string[]) => string,
): string {
  return text
    .split(/(\n(?:[ \t]*\n)+)/u)
    .map((part) => {
      const suites = fieldOf(part, "Suites");
      return suites.length === 0 ? part : map(part, suites);
    })
    .join("");
}

/** A field with the lines that go on with it, and comments between those. */
function fieldPattern(name: string): RegExp {
  return new RegExp(String.raw`^${name}:[^\n]*(?:\n[ \t#][^\n]*)*`, "imu");
}

function fieldOf(paragraph: string, name: string): readonly string[] {
  const field = fieldPattern(name).exec(paragraph)?.[0] ?? "";
  return field
    .split("\n")
    .filter((line) => !line.startsWith("#"))
    .join(" ")
    .slice(name.length + 1)
    .split(/\s+/u)
    .filter((word) => word !== "");
}

function withField(paragraph: string, name: string, value: string): string {
  const old = fieldPattern(name).exec(paragraph)?.[0] ?? "";
  const comments = old.split("\n").filter((line) => line.startsWith("#"));
  return paragraph.replace(fieldPattern(name), () => [`${name}: ${value}`, ...comments].join("\n"));
}
