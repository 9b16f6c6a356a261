import { expect, test } from "bun:test";
import { runtimeItems } from "../../../src/cli/install/runtime-items.ts";
import { createMemoryFileSystem } from "../../../src/system/memory-file-system.ts";

test("a carrier's runtime is installed file by file, the marker last", () => {
  const from = "/var/tmp/.cloud-init-runtime/0.1.0-abc";
  const fs = createMemoryFileSystem({
    [`${from}/.ok`]: "marker\n",
    [`${from}/app.cjs`]: "loader",
    [`${from}/init.v8`]: "cache",
    [`${from}/init.v8.123.new`]: "a cache that another install is making",
    [`${from}/lib/libstdc++.a`]: "library",
    [`${from}/node`]: "runtime",
  });
  fs.setAttributes(`${from}/node`, { mode: 0o755 });
  const to = "/opt/freeware/libexec/cloud-init/0.1.0-abc";
  const item = (name: string, mode: number, isMade: boolean) => ({
    kind: "program" as const,
    path: `${to}/${name}`,
    source: `${from}/${name}`,
    mode,
    isMade,
    isDerived: name === "init.v8",
  });
  // The carrier itself has unpacked all but the cache: where it stays, its runtime does.
  expect(runtimeItems(fs, { directory: from, isInPlace: true })).toEqual([
    item("app.cjs", 0o644, false),
    item("init.v8", 0o644, true),
    item("lib/libstdc++.a", 0o644, false),
    item("node", 0o755, false),
    item(".ok", 0o644, false),
  ]);
  expect(runtimeItems(fs, { directory: from, isInPlace: false })).toSatisfy((items) =>
    items.every((one) => one.kind === "program" && one.isMade === true),
  );
  expect(runtimeItems(fs, undefined)).toEqual([]);
});
