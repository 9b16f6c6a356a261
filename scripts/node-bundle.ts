const DYNAMIC_IMPORT = /\bimport\((?="|')/gu;
const BUILTIN_IMPORT = /\bimport\(("node:[a-z_/]+")\)/gu;
const CREATED_REQUIRE = /[\w$]+\.createRequire\("\/"\)(?=\("node:)/gu;
const LAZY_REQUIRE =
  /(?<==)require\(("node:(?:child_process|crypto|module|stream|timers\/promises|util|zlib)")\)(?=[,;)}])/gu;
const LAZY = "$lazyBuiltin";
/** What stands for a module of Node.js until something of it is used. */
const DEFINE_LAZY = `var ${LAZY}=(name)=>new Proxy({},{get:(_,key)=>require(name)[key]});`;
const NON_ASCII = /(\\*)([^\0-\x7f])/gu;

/**
 * A bundle that starts sooner on Node.js and says the same: what `import()` loads of Node.js itself
 * is required, since import() would set up the loader of ES modules first; what takes Node.js
 * milliseconds to load is loaded when something of it is used, not when a module of ours that imports it is; and
 * each character beyond ASCII is escaped, since V8 keeps and scans ASCII in half the memory. Throws where the
 * text has what cannot be changed so.
 */
export function startSooner(bundle: string): string {
  const required = bundle.replace(
    BUILTIN_IMPORT,
    (_, name: string) => `Promise.resolve().then(()=>require(${name}))`,
  );
  const left = required.match(DYNAMIC_IMPORT);
  if (left !== null) {
    throw new Error(
      `The bundle for Node.js has ${left.length} import() of something that is not Node.js itself: it would not be one file`,
    );
  }
  if (bundle.includes(LAZY)) {
    throw new Error(`The bundle for Node.js has a "${LAZY}" of its own`);
  }
  const lazy = required
    .replace(CREATED_REQUIRE, "require")
    .replace(LAZY_REQUIRE, (_, name: string) => `${LAZY}(${name})`);
  return (lazy === required ? lazy : DEFINE_LAZY + lazy).replace(
    NON_ASCII,
    (whole, backslashes: string, character: string) => {
      if (backslashes.length % 2 === 1) {
        throw new Error(`The bundle for Node.js has "${whole}": an escape that cannot be escaped`);
      }
      // By code units, as replace without the flag u would: a pair of them is one character again in a literal.
      return backslashes + [...units(character)].map(escape).join("");
    },
  );
}

function* units(character: string): Iterable<number> {
  for (let at = 0; at < character.length; at += 1) {
    yield character.charCodeAt(at);
  }
}

function escape(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, "0")}`;
}
