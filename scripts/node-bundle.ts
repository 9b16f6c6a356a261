const DYNAMIC_IMPORT = /\bimport\((?="|')/gu;
const BUILTIN_IMPORT = /\bimport\(("node:[a-z_/]+")\)/gu;
const NON_ASCII = /(\\*)([^\0-\x7f])/gu;

/**
 * A bundle that starts sooner on Node.js and says the same: what `import()` loads of Node.js itself
 * is required, since import() would set up the loader of ES modules first; and each character beyond
 * ASCII is escaped, since V8 keeps and scans ASCII in half the memory. Throws where the text has what
 * cannot be changed so.
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
  return required.replace(NON_ASCII, (whole, backslashes: string, character: string) => {
    if (backslashes.length % 2 === 1) {
      throw new Error(`The bundle for Node.js has "${whole}": an escape that cannot be escaped`);
    }
    // By code units, as replace without the flag u would: a pair of them is one character again in a literal.
    return backslashes + [...units(character)].map(escape).join("");
  });
}

function* units(character: string): Iterable<number> {
  for (let at = 0; at < character.length; at += 1) {
    yield character.charCodeAt(at);
  }
}

function escape(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, "0")}`;
}
