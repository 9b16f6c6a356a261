import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
/** Tests that run on Node.js want the artefacts too. */
const BUN =
  process.versions["bun"] === undefined
    ? join(ROOT, "node_modules", ".bin", "bun")
    : process.execPath;
const BINARY = join(ROOT, "dist", "cloud-init");
const BUNDLE = join(ROOT, "dist", "cloud-init.cjs");

/** The two artefacts in dist/, built anew where the source is newer. Throws with the build's messages. */
export function builtArtefacts(): { readonly binary: string; readonly bundle: string } {
  if (!isFresh()) {
    const argv = [join(ROOT, "scripts", "build.ts")];
    const { status, stdout, stderr } = spawnSync(BUN, argv, {
      cwd: ROOT,
      encoding: "utf8",
    });
    if (status !== 0) {
      throw new Error(`Cannot build the artefacts: ${stdout}${stderr}`);
    }
  }
  return { binary: BINARY, bundle: BUNDLE };
}

function isFresh(): boolean {
  if (!existsSync(BINARY) || !existsSync(BUNDLE)) {
    return false;
  }
  const builtMs = Math.min(statSync(BINARY).mtimeMs, statSync(BUNDLE).mtimeMs);
  const sources = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" });
  const paths = [
    ...sources.map((name) => join(ROOT, "src", name)),
    ...[
      "package.json",
      "bun.lock",
      "scripts/build.ts",
      "scripts/compile-flags.ts",
      "scripts/node-bundle.ts",
      "scripts/node-chunks.ts",
      "scripts/parse-chunk.ts",
    ].map((name) => join(ROOT, name)),
  ];
  return paths.every((path) => statSync(path).mtimeMs < builtMs);
}
