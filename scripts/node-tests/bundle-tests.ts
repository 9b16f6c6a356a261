import { readFileSync, rmSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../..");
const WORKER = join(ROOT, "scripts/node-tests/worker.ts");
/** Modules that tests give to processes of their own (test/support/module-for-process.ts). */
const MODULES = [
  "src/system/host-detached.ts",
  "src/system/host-devices.ts",
  "src/system/host-file-system.ts",
  "src/system/host-http.ts",
  "src/system/host-signals.ts",
  "src/system/host-system.ts",
  "test/system/host-probe.ts",
];
const SHIM = join(ROOT, "scripts/node-tests/bun-test.ts");

/**
 * Builds the files of tests for Node.js into `outdir`; what they share becomes modules of its own.
 * "bun:test" is our shim, and `import.meta` says where the source lies, not where it was built to.
 */
export async function bundleTests(sources: readonly string[], outdir: string) {
  rmSync(outdir, { recursive: true, force: true });
  const built = await Bun.build({
    entrypoints: [WORKER, ...MODULES.map((name) => join(ROOT, name)), ...sources],
    root: ROOT,
    outdir,
    target: "node",
    format: "esm",
    splitting: true,
    naming: { entry: "[dir]/[name].mjs", chunk: "[name]-[hash].mjs" },
    sourcemap: "linked",
    plugins: [
      {
        name: "node tests",
        setup(build) {
          build.onResolve({ filter: /^bun:test$/u }, () => ({ path: SHIM }));
          build.onLoad({ filter: /\/(?:src|test|scripts)\/.*\.ts$/u }, ({ path }) => ({
            contents: withPlaces(readFileSync(path, "utf8"), path),
            loader: "ts",
          }));
        },
      },
    ],
  });
  if (!built.success) {
    throw new Error(`Cannot build the tests for Node.js: ${built.logs.map(String).join("\n")}`);
  }
  const moduleOf = (source: string): string =>
    join(outdir, relative(ROOT, source)).replace(/\.ts$/u, ".mjs");
  return {
    worker: moduleOf(WORKER),
    jobs: sources.map((source) => ({ source, module: pathToFileURL(moduleOf(source)).href })),
  };
}

function withPlaces(text: string, path: string): string {
  return text
    .replaceAll("import.meta.dir", JSON.stringify(dirname(path)))
    .replaceAll("import.meta.path", JSON.stringify(path))
    .replaceAll("import.meta.url", JSON.stringify(pathToFileURL(path).href))
    .replaceAll("import.meta.main", "false");
}
