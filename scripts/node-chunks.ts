// Joins what `bun build --splitting --format=esm --minify` writes into one CommonJS text. Bun's own
// CommonJS bundle is one scope of thousands of functions, and V8 builds all of them at each start,
// with a code cache as well. Here each chunk is a function: V8 passes over one that is not called.
import { createRequire } from "node:module";
import {
  type Chunk,
  type ChunkImport,
  DYNAMIC_IMPORT,
  parseChunk,
  type Specifier,
} from "./parse-chunk.ts";

/** Node.js takes milliseconds to load one: loaded when something of it is used, not when it is imported. */
const SLOW_BUILTINS: ReadonlySet<string> = new Set([
  "node:child_process",
  "node:crypto",
  "node:module",
  "node:stream",
  "node:timers/promises",
  "node:util",
  "node:zlib",
]);

/**
 * `$load` gives what a chunk exports, `$import` does so as `import()`; `$builtin` stands for a module of
 * Node.js and `$export` for a function or class of one, until they are used.
 */
const PROLOGUE = `"use strict";var $loaded=[],$load=(n)=>$loaded[n]??=(0,$chunks[n])(),\
$import=(n)=>Promise.resolve().then(()=>$load(n)),\
$builtin=(name)=>new Proxy({},{get:(_,key)=>require(name)[key]}),\
$export=(name,key)=>new Proxy(function(){},{get:(_,of)=>require(name)[key][of],\
apply:(_,self,args)=>Reflect.apply(require(name)[key],self,args),\
construct:(_,args,target)=>Reflect.construct(require(name)[key],args,target)}),$chunks=[
`;
const OWN_NAME = /(?<![\w$])\$(?:loaded|load|chunks|import|builtin|export)(?![\w$])/u;

const requireHere = createRequire(import.meta.url);

/**
 * One CommonJS text of chunks, name ("./main.js") → text. The entry runs at once, each other chunk when it
 * is first imported; what it takes of another is a copy of what that exports at its end. The names
 * are not in the text, their hashes neither. Throws where that would not do the same: at circles, and
 * at what `parseChunk` refuses.
 */
export function joinChunks(texts: ReadonlyMap<string, string>, entry: string): string {
  const chunks = new Map<string, Chunk>();
  const numbers = new Map([[entry, 0]]);
  // What is added to a map while it is walked is walked too.
  for (const name of numbers.keys()) {
    const chunk = readChunk(texts, name);
    chunks.set(name, chunk);
    for (const other of [...neededBy(chunk), ...chunk.later]) {
      numbers.set(other, numbers.get(other) ?? numbers.size);
    }
  }
  refuseMissing(chunks);
  refuseCircles(chunks);
  const rendered = [...chunks.values()].map((chunk) => renderChunk(chunk, numbers));
  return `${PROLOGUE}${rendered.join(",\n")}];$load(0);\n`;
}

function readChunk(texts: ReadonlyMap<string, string>, name: string): Chunk {
  const text = texts.get(name);
  if (text === undefined) {
    throw new Error(`Cannot join "${name}": it is neither a chunk nor one of Node.js itself`);
  }
  const own = OWN_NAME.exec(text);
  if (own !== null) {
    throw new Error(`Cannot join "${name}": it has a "${own[0]}" of its own`);
  }
  try {
    return parseChunk(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`Cannot join "${name}": ${message}`, { cause: error });
  }
}

/** The chunks that must run before it. */
function neededBy({ imports }: Chunk): readonly string[] {
  return imports.map(({ from }) => from).filter((from) => !isBuiltin(from));
}

function isBuiltin(name: string): boolean {
  return name.startsWith("node:");
}

/** In a module that would not link; here it would be undefined. */
function refuseMissing(chunks: ReadonlyMap<string, Chunk>): void {
  for (const [importer, { imports }] of chunks) {
    for (const { from, named } of imports.filter((one) => !isBuiltin(one.from))) {
      const exported = new Set(chunks.get(from)?.exported.map(({ name }) => name));
      const missing = named.find(({ name }) => !exported.has(name));
      if (missing !== undefined) {
        throw new Error(`"${importer}" imports "${missing.name}", which "${from}" does not export`);
      }
    }
  }
}

/** Bun makes none: what two chunks need of each other is in a third. A copy would be one of nothing yet. */
function refuseCircles(chunks: ReadonlyMap<string, Chunk>): void {
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]): void => {
    if (path.includes(name)) {
      throw new Error(`Chunks import each other in a circle: ${[...path, name].join(", ")}`);
    }
    const chunk = chunks.get(name);
    if (chunk !== undefined && !done.has(name)) {
      neededBy(chunk).forEach((other) => visit(other, [...path, name]));
      done.add(name);
    }
  };
  for (const name of chunks.keys()) {
    visit(name, []);
  }
}

type Numbers = ReadonlyMap<string, number>;

function renderChunk({ imports, body, exported }: Chunk, numbers: Numbers): string {
  const head = imports.map((statement) => renderImport(statement, numbers)).join("");
  const rest = body.replace(DYNAMIC_IMPORT, (_, from: string) => `$import(${numbers.get(from)})`);
  const values = exported.map(({ name, value }) => (name === value ? name : `${name}:${value}`));
  return `function(){${head}${rest}\nreturn{${values.join(",")}}}`;
}

function renderImport(statement: ChunkImport, numbers: Numbers): string {
  const { from, all, isNamespace, named } = statement;
  if (isBuiltin(from)) {
    return renderBuiltin(statement);
  }
  const source = `$load(${numbers.get(from)})`;
  if (all !== undefined && isNamespace) {
    return `var ${all}=${source};`;
  }
  const names = all === undefined ? named : [{ name: "default", alias: all }, ...named];
  return names.length === 0 ? `${source};` : `var${renderPattern(names)}=${source};`;
}

/** The default export of a module of Node.js is the module. */
function renderBuiltin({ from, all, named }: ChunkImport): string {
  const wholes = named.filter(({ name }) => name === "default").map(({ alias }) => alias);
  const rest = named.filter(({ name }) => name !== "default");
  const isSlow = SLOW_BUILTINS.has(from);
  const isLate = ({ name }: Specifier): boolean => isSlow && isFunction(from, name);
  const soon = rest.filter((specifier) => !isLate(specifier));
  const parts = [
    ...[...(all === undefined ? [] : [all]), ...wholes].map(
      (alias) => `${alias}=${isSlow ? "$builtin" : "require"}("${from}")`,
    ),
    ...rest.filter(isLate).map(({ name, alias }) => `${alias}=$export("${from}","${name}")`),
    ...(soon.length === 0 ? [] : [`${renderPattern(soon)}=require("${from}")`]),
  ];
  return parts.length === 0 ? `require("${from}");` : `var ${parts.join(",")};`;
}

/** Only a function or class can be stood for: what is no object must be there. */
function isFunction(builtin: string, name: string): boolean {
  return typeof Reflect.get(Object(requireHere(builtin)), name) === "function";
}

function renderPattern(names: readonly Specifier[]): string {
  const parts = names.map(({ name, alias }) => (name === alias ? name : `${name}:${alias}`));
  return `{${parts.join(",")}}`;
}
