// Reads a chunk that `bun build --splitting --format=esm --minify` wrote. Bun's output has few forms, and
// a real parser of JavaScript would be a dependency more: the forms are found by patterns, and Bun's
// parser is asked whether that was all.
import { compileFunction } from "node:vm";

/** A chunk taken apart: its text is the imports, the body and the exports. */
export interface Chunk {
  readonly imports: readonly ChunkImport[];
  /** Fit for a function, but for the `import()` of other chunks. */
  readonly body: string;
  /** The chunks that `import()` in it is of. */
  readonly later: readonly string[];
  readonly exported: readonly ChunkExport[];
}

export interface ChunkImport {
  readonly from: string;
  /** `import all from` and `import * as all from`: the module itself, where it is one of Node.js. */
  readonly all?: string;
  readonly isNamespace: boolean;
  readonly named: readonly Specifier[];
}

export interface Specifier {
  readonly name: string;
  readonly alias: string;
}

export interface ChunkExport {
  readonly name: string;
  /** A name of the chunk, or a call of one. */
  readonly value: string;
}

/** `import()` of another chunk, in a body. */
export const DYNAMIC_IMPORT = /(?<![\w$.])import\("(?<from>\.[^"]*)"\)/gu;
/** As Bun prints them; a text that only looks so is found out by a comparison with Bun's parser. */
const IMPORT = /(?<=^|[;}\n])import(?<clause>[^"'();]*)"(?<from>[^"]*)";/gu;
const CLAUSE =
  /^(?: (?<all>[\w$]+)(?:,|(?= from$)))?(?:\{(?<named>[^{}]*)\}|\*as (?<space>[\w$]+) ?)? ?from$/u;
const SPECIFIER = /^(?<name>[\w$]+)(?: as (?<alias>[\w$]+))?$/u;
const EXPORTS = /export\{(?<named>[^{}]*)\};\s*$/u;
const EXPORT_DEFAULT = /export default (?<value>[\w$]+(?:\(\))?);\s*$/u;
const DECLARATION = /(?<![\w$])(?:var|let|const) $/u;
const ASSIGNMENT = String.raw`(?:\*\*|<<|>>>?|&&|\|\||\?\?|[-+*/%&|^])?=(?![=>])`;

const transpiler = new Bun.Transpiler({ loader: "js" });

/** Throws where the text has a form that is not known, top-level await, or an export that may change later. */
export function parseChunk(text: string): Chunk {
  const { before, exported } = takeExports(text);
  refuseChanges(text, exported);
  const imports: ChunkImport[] = [];
  const withoutImports = before.replace(IMPORT, (...match) => {
    imports.push(parseImport(match.at(-1)));
    return "";
  });
  const body = withRequire(withoutImports, imports);
  const later = [...body.matchAll(DYNAMIC_IMPORT)].map(({ groups }) => groups?.["from"] ?? "");
  const statements = imports.map(({ from }) => from);
  compareImports(text, statements, later);
  refuseRest(body);
  return { imports, body, later, exported };
}

function takeExports(text: string): {
  readonly before: string;
  readonly exported: readonly ChunkExport[];
} {
  const value = EXPORT_DEFAULT.exec(text);
  if (value !== null) {
    const exported = [{ name: "default", value: value.groups?.["value"] ?? "" }];
    return { before: text.slice(0, value.index), exported };
  }
  const match = EXPORTS.exec(text);
  if (match === null) {
    return { before: text, exported: [] };
  }
  const exported = parseSpecifiers(match.groups?.["named"] ?? "").map(({ name, alias }) => ({
    name: alias,
    value: name,
  }));
  return { before: text.slice(0, match.index), exported };
}

function parseImport({ clause = "", from = "" }: Readonly<Record<string, string>>): ChunkImport {
  if (clause === "") {
    return { from, isNamespace: false, named: [] };
  }
  const groups = CLAUSE.exec(clause)?.groups;
  const { all, space, named } = groups ?? {};
  if (groups === undefined || (all !== undefined && space !== undefined)) {
    throw new Error(`The form of "import${clause}" is not known`);
  }
  const whole = all ?? space;
  return {
    from,
    ...(whole === undefined ? {} : { all: whole }),
    isNamespace: space !== undefined,
    named: named === undefined ? [] : parseSpecifiers(named),
  };
}

function parseSpecifiers(list: string): readonly Specifier[] {
  return list.split(",").map((item) => {
    const { name, alias = name } = SPECIFIER.exec(item)?.groups ?? {};
    if (name === undefined || alias === undefined) {
      throw new Error(`The form of "${item}" in "{${list}}" is not known`);
    }
    return { name, alias };
  });
}

/**
 * Importers have copies of the values. Bun's minifier names nothing else in a chunk as it names what is at
 * its top, so that each such text is about the export. Not seen are patterns, as in `[name]=list`.
 */
function refuseChanges(text: string, exported: readonly ChunkExport[]): void {
  for (const { value } of exported) {
    const name = value.replace("()", "");
    const pattern = quoted(name);
    const after = String.raw`${pattern}(?:${ASSIGNMENT}|\+\+|--)`;
    const before = String.raw`(?:\+\+|--)${pattern}(?![\w$])`;
    const writes = new RegExp(String.raw`,?(?<![\w$.])(?:${after}|${before})`, "gu");
    for (const { 0: write, index } of text.matchAll(writes)) {
      const head = text.slice(0, index);
      const rest = text.slice(index).replace(/^,/u, "");
      // An export can stand where the write is done as the chunk runs, and nowhere in a function; a
      // static block only where it is no write but the field of a class.
      const isLater = ["export{}", "static{}"].every(
        (part) => !isModule(`${head};${part};${rest}`),
      );
      if (!DECLARATION.test(head) && isLater) {
        throw new Error(`The export "${name}" may change after the chunk ran, by "${write}"`);
      }
    }
  }
}

/** A name in a regular expression. */
function quoted(name: string): string {
  return name.replaceAll("$", String.raw`\$`);
}

function isModule(text: string): boolean {
  try {
    transpiler.scanImports(text);
    return true;
  } catch {
    return false;
  }
}

/** What `createRequire` makes is asked for builtins alone, which the `require` around all chunks has too. */
function withRequire(body: string, imports: readonly ChunkImport[]): string {
  return imports
    .filter(({ from }) => from === "node:module")
    .flatMap(({ named }) => named.filter(({ name }) => name === "createRequire"))
    .reduce((text, { alias }) => {
      const argument = String.raw`import\.meta\.url\)|"/"\)(?=\("node:)`;
      const created = new RegExp(String.raw`(?<![\w$.])${quoted(alias)}\((?:${argument})`, "gu");
      return text.replace(created, "require");
    }, body);
}

/** What looks like an import and is none, as in a string, or is one and does not look so. */
function compareImports(text: string, imports: readonly string[], later: readonly string[]): void {
  const told = transpiler.scanImports(text);
  const pathsOf = (wanted: string): readonly string[] =>
    told.filter(({ kind }) => kind === wanted).map(({ path }) => path);
  const builtinsLeft = pathsOf("dynamic-import").filter((path) => !path.startsWith("node:"));
  for (const [found, expected] of [
    [imports, pathsOf("import-statement")],
    [later, builtinsLeft],
  ] as const) {
    const [a, b] = [[...found].sort().join(", "), [...expected].sort().join(", ")];
    if (a !== b) {
      throw new Error(`It imports "${b}", and what looks like an import is of "${a}"`);
    }
  }
}

/** A static block allows neither await nor statements of modules, as the function that the body becomes. */
function refuseRest(body: string): void {
  try {
    compileFunction(`class Chunk{static{${body}\n}}`);
  } catch (error) {
    throw new Error(`What is left is no body of a function: ${String(error)}`, { cause: error });
  }
}
