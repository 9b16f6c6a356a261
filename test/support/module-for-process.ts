import path from "node:path";

const ROOT = path.join(import.meta.dir, "../..");

/**
 * The path of a module of ours, "src/…", that this runtime can import in a process of its own: Bun
 * reads the source, Node.js what scripts/node-tests/bundle-tests.ts has built of it.
 */
export function moduleForProcess(source: string): string {
  return process.versions["bun"] === undefined
    ? path.join(ROOT, "dist/node-tests", source.replace(/\.ts$/u, ".mjs"))
    : path.join(ROOT, source);
}
