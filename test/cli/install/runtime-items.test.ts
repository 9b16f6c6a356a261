import { expect, test } from "bun:test";
import { oldRuntimes, runtimeItems } from "../../../src/cli/install/runtime-items.ts";
import { createMemoryFileSystem } from "../../../src/system/memory-file-system.ts";

test("a carrier's runtime is installed file by file, the marker last", () => {
  const from = "/var/tmp/.cloud-init-runtime/0.1.0-abc";
  const fs = createMemoryFileSystem({
    [`${from}/.ok`]: "marker\n",
    [`${from}/app.cjs`]: "program",
    [`${from}/lib/libstdc++.a`]: "library",
    [`${from}/node`]: "runtime",
  });
  fs.setAttributes(`${from}/node`, { mode: 0o755 });
  const to = "/opt/freeware/libexec/cloud-init/0.1.0-abc";
  expect(runtimeItems(fs, from)).toEqual([
    { kind: "program", path: `${to}/app.cjs`, source: `${from}/app.cjs`, mode: 0o644 },
    {
      kind: "program",
      path: `${to}/lib/libstdc++.a`,
      source: `${from}/lib/libstdc++.a`,
      mode: 0o644,
    },
    { kind: "program", path: `${to}/node`, source: `${from}/node`, mode: 0o755 },
    { kind: "program", path: `${to}/.ok`, source: `${from}/.ok`, mode: 0o644 },
  ]);
  expect(runtimeItems(fs, undefined)).toEqual([]);
});

test("runtimes of other versions are told, and nothing else that lies there", () => {
  const parent = "/image/opt/freeware/libexec/cloud-init";
  const fs = createMemoryFileSystem({
    [`${parent}/0.1.0-0123456789ab/node`]: "",
    [`${parent}/0.2.0-ba9876543210/node`]: "",
    [`${parent}/mine/file`]: "",
  });
  const current = "/var/tmp/x/0.2.0-ba9876543210";
  expect(oldRuntimes(fs, "/image", current)).toEqual([`${parent}/0.1.0-0123456789ab`]);
  expect(oldRuntimes(fs, "/image", undefined)).toEqual([]);
  expect(oldRuntimes(fs, "/", current)).toEqual([]);
});
