import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, expect, test } from "bun:test";
import { builtArtefacts } from "../../scripts/built-artefacts.ts";
import { startSooner } from "../../scripts/node-bundle.ts";
import { joinChunks } from "../../scripts/node-chunks.ts";

type Chunks = Readonly<Record<string, string>>;

const joined = (chunks: Chunks): string =>
  joinChunks(
    new Map(Object.entries(chunks).map(([name, text]) => [`./${name}.js`, text])),
    "./main.js",
  );

/** What the chunks tell of themselves with `say`, and the modules of Node.js that they load meanwhile. */
async function run(chunks: Chunks): Promise<{
  readonly said: readonly unknown[];
  readonly required: readonly string[];
}> {
  const said: unknown[] = [];
  const required: string[] = [];
  const here = createRequire(import.meta.url);
  const seen = (name: string): unknown => {
    required.push(name);
    return here(name);
  };
  const program = new Function("require", "say", startSooner(joined(chunks)));
  program(seen, (value: unknown) => said.push(value));
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  return { said, required };
}

describe("chunks joined to one text", () => {
  test("run once each, what they need before them, and what is imported later then", async () => {
    const { said } = await run({
      main: 'import{a}from"./one.js";import{b as c}from"./two.js";say(["main",a,c]);import("./late.js").then((e)=>say(e.late));\n',
      one: 'import{b}from"./two.js";say("one");var a=b+1;\nexport{a};\n',
      two: 'say("two");function x(){return 1}var y=x();export{y as b};',
      late: 'import"./one.js";import{b as t}from"./two.js";say("late");var n=`late ${t}`;export{n as late};',
      never: 'say("never");',
    });
    expect(said).toEqual(["two", "one", ["main", 2, 1], "late", "late 1"]);
  });

  test("give a namespace with the default export to a later import", async () => {
    const { said } = await run({
      main: 'async function m(){let{default:e,other:t}=await import("./late.js"),n=await import("./value.js");say([e(),t,n.default])}m();',
      late: "function e(){return 7}var t=8;export{t as other,e as default};",
      value:
        'import e,{other as n}from"./late.js";import*as r from"./late.js";var i=()=>[e(),n,r.other];export default i();',
    });
    expect(said).toEqual([[7, 8, [7, 8, 8]]]);
  });

  test("report what a chunk throws as a later import does", async () => {
    const { said } = await run({
      main: 'import("./late.js").catch((e)=>say(e.message));',
      late: 'throw Error("not today");',
    });
    expect(said).toEqual(["not today"]);
  });

  test("have modules of Node.js in each way that one can be imported", async () => {
    const { said } = await run({
      main: 'import e from"node:path";import t,{posix as n}from"node:path";var r=1;import*as i from"node:path";import{default as o}from"node:path";say([e,t,i,o].every((s)=>s.posix===n));\n',
    });
    expect(said).toEqual([true]);
  });

  test("load modules that take long when something of them is used", async () => {
    const imports =
      'import e from"node:crypto";import{createHash as t,X509Certificate as n,constants as r}from"node:crypto";import{Duplex as i}from"node:stream";import{gzipSync as o}from"node:zlib";import s from"node:fs";';
    expect((await run({ main: imports.replace(",constants as r", "") })).required).toEqual([
      "node:fs",
    ]);
    const { said, required } = await run({
      main: `${imports}class u extends i{}say([typeof r,t("md5").update("").digest("hex"),e.createHash===undefined,new u instanceof i,i.from([])instanceof i,new u instanceof u]);try{new n("")}catch(a){say(a instanceof Error)}`,
    });
    expect(said).toEqual([
      ["object", "d41d8cd98f00b204e9800998ecf8427e", false, true, true, true],
      true,
    ]);
    expect(required).not.toContain("node:zlib");
  });

  test("use the require that is there, without one made for them", async () => {
    const { said, required } = await run({
      main: 'import{createRequire as $e}from"node:module";var t=$e(import.meta.url);say(typeof t("buffer").Buffer);say(typeof $e("/")("node:os").cpus);',
    });
    expect(said).toEqual(["function", "function"]);
    expect(required).toEqual(["buffer", "node:os"]);
  });

  test("say the same under other names", () => {
    const of = (name: string): string =>
      joined({
        main: `import{a}from"./${name}.js";import("./z${name}.js");`,
        [name]: "var a=1;export{a};",
        [`z${name}`]: "say(1);",
      });
    expect(of("x-1234")).toBe(of("b-5678"));
  });

  test("are refused where they need each other", () => {
    const circle = {
      main: 'import{a}from"./one.js";a();',
      one: 'import{b}from"./two.js";function a(){b()}export{a};',
      two: 'import{a}from"./one.js";function b(){a()}export{b};',
    };
    expect(() => joined(circle)).toThrow(
      "Chunks import each other in a circle: ./main.js, ./one.js, ./two.js, ./one.js",
    );
  });

  test("are refused where an export changes after its chunk ran", () => {
    const withExport = (text: string) => () =>
      joined({ main: 'import{a}from"./one.js";a;', one: text });
    for (const write of ["e=1", "e+=1", "e??=1", "e++", "--e", "t(),e=1"]) {
      for (const text of [
        `var e,t;function n(){${write}}export{e as a};`,
        `var t=1,e=2;t=()=>{${write}};export{e as a};`,
      ]) {
        expect(withExport(text)).toThrow('The export "e" may change after the chunk ran');
      }
    }
    for (const text of [
      "var t=1,e=2;e++;export{e as a};",
      "var e;e=3;e==4;export{e as a};",
      "var e=(n)=>n.e=1,t=(n)=>n===e;export{e as a};",
      "class e{e=1;static e=1}export{e as a};",
    ]) {
      expect(withExport(text)).not.toThrow();
    }
  });

  test("are refused with all that Bun is not known to write", () => {
    for (const [text, message] of [
      ['await import("node:fs");', "What is left is no body of a function"],
      ["await(1);", "What is left is no body of a function"],
      ["for await(let e of[]);", "What is left is no body of a function"],
      ["export var a=1;", "What is left is no body of a function"],
      ['export*from"./one.js";', 'It imports "./one.js", and what looks like an import is of ""'],
      ["import.meta.url;", "What is left is no body of a function"],
      ["import e from'node:fs';e();", 'It imports "node:fs", and'],
      ['import{e}from"./one.js"with{type:"json"};e();', 'It imports "./one.js", and'],
      ['import e,*as t from"./one.js";e(t);', 'The form of "import e,*as t from" is not known'],
      ['import{"a b"as t}from"./one.js";t();', 'It imports "./one.js", and'],
      ["import(`./one.js`);", 'It imports "./one.js", and'],
      ['var e=`;import{a}from"node:fs";`;', 'It imports "", and what looks like an import is of'],
      ['var e=`import("./one.js")`;', 'It imports "", and what looks like an import is of'],
      ["var $load=1;", 'it has a "$load" of its own'],
      ['import{b}from"./one.js";b();', 'imports "b", which "./one.js" does not export'],
      ['import"./two.js";', '"./two.js": it is neither a chunk nor one of Node.js itself'],
      ['import e from"fs";e();', '"fs": it is neither a chunk nor one of Node.js itself'],
    ] as const) {
      expect(() => joined({ main: text, one: "var a=1;export{a};" })).toThrow(message);
    }
  });

  test("as they are built can all be loaded, and do nothing then", () => {
    const text = readFileSync(builtArtefacts().bundle, "latin1").replace(/^#!.*/u, "");
    const start = "];$load(0);\n";
    expect(text).toEndWith(start);
    const program = new Function(
      "require",
      `${text.slice(0, -start.length)}];return $chunks.map((_,n)=>n===0?{}:$load(n))`,
    );
    const before = process.listenerCount("exit");
    const loaded: readonly unknown[] = program(createRequire(import.meta.url));
    expect(loaded.length).toBeGreaterThan(100);
    expect(loaded.every((exported) => typeof exported === "object")).toBe(true);
    expect(process.listenerCount("exit")).toBe(before);
  });
});
