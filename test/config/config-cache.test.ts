import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { readConfigCache, writeConfigCache } from "../../src/config/config-cache.ts";
import { fromConfigJson, toConfigJson } from "../../src/config/config-json.ts";
import { fingerprintPath } from "../../src/config/input-fingerprint.ts";
import { createMemoryFileSystem } from "../../src/system/memory-file-system.ts";
import type { FileSystem } from "../../src/system/system.ts";

const CACHE = "/run/cloud-init/config.json";
const VALUE = { a: [1, { key: Uint8Array.of(0, 255, 7), far: Number.NEGATIVE_INFINITY }], b: "x" };

function kept(): FileSystem {
  const fs = createMemoryFileSystem({ "/etc/cloud.cfg": "a: 1", "/etc/cloud.cfg.d/a.cfg": "b: 2" });
  fs.symlink("/etc/cloud.cfg", "/etc/link.cfg");
  const paths = [
    "/etc/cloud.cfg",
    "/etc/cloud.cfg.d",
    "/etc/cloud.cfg.d/a.cfg",
    "/etc/absent",
    "/etc/link.cfg",
  ];
  writeConfigCache(fs, CACHE, "1.0", {
    value: VALUE,
    inputs: [
      ...paths.map((path) => fingerprintPath(fs, path)),
      { kind: "text", name: "kernel command line", text: "a: 1" },
    ],
  });
  return fs;
}

const TEXTS = { "kernel command line": "a: 1" };

describe("the kept configuration", () => {
  test("comes back whole, bytes and infinities included, readable by root only", () => {
    const fs = kept();
    expect(readConfigCache(fs, CACHE, "1.0", TEXTS)?.value).toEqual(VALUE);
    expect(fs.stat(CACHE)?.mode).toBe(0o600);
  });

  test.each<[string, (fs: FileSystem) => void]>([
    ["a file of another size", (fs) => fs.write("/etc/cloud.cfg", "a: 12")],
    ["a file that is gone", (fs) => fs.remove("/etc/cloud.cfg.d/a.cfg")],
    ["a new file in a directory", (fs) => fs.write("/etc/cloud.cfg.d/b.cfg", "")],
    ["a file that was absent", (fs) => fs.write("/etc/absent", "")],
    ["a link that leads elsewhere", (fs) => fs.symlink("/etc/cloud.cfg.d/a.cfg", "/etc/link.cfg")],
    ["a directory that is gone", (fs) => fs.remove("/etc/cloud.cfg.d")],
    [
      "a cache cut short",
      (fs) => fs.write(CACHE, new TextDecoder().decode(fs.readBytes(CACHE)).slice(0, -9)),
    ],
    [
      "a cache of another form",
      (fs) => fs.write(CACHE, '{"format": 1, "key": "1.0", "inputs": [7]}'),
    ],
    ["a cache that is not there", (fs) => fs.remove(CACHE)],
  ])("%s makes it worthless", (_name, change) => {
    const fs = kept();
    change(fs);
    expect(readConfigCache(fs, CACHE, "1.0", TEXTS)).toBeUndefined();
  });

  test("another key or another text makes it worthless", () => {
    const fs = kept();
    expect(readConfigCache(fs, CACHE, "1.1", TEXTS)).toBeUndefined();
    expect(readConfigCache(fs, CACHE, "1.0", { "kernel command line": "b" })).toBeUndefined();
    expect(readConfigCache(fs, CACHE, "1.0")).toBeUndefined();
  });
});

describe("values as JSON", () => {
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: "small" },
      fc.string(),
      fc.double({ noDefaultInfinity: false }).filter((n) => !Object.is(n, -0)),
      fc.boolean(),
      fc.constant(null),
      fc.uint8Array({ maxLength: 8 }),
      fc.array(tie("any"), { maxLength: 3 }),
      fc.dictionary(
        fc.oneof(fc.string(), fc.constantFrom("__proto__", "value", "path")),
        tie("any"),
        { maxKeys: 3 },
      ),
    ),
  })).any;

  test("nothing is lost on the way", () => {
    fc.assert(
      fc.property(value, (original) => {
        const json: unknown = JSON.parse(JSON.stringify(toConfigJson(original)));
        const restored = fromConfigJson(json)?.value;
        // Dictionaries of fast-check have no prototype; ours have the usual one.
        expect(toPlain(restored)).toEqual(toPlain(original));
      }),
      { numRuns: 1000 },
    );
  });

  test("a value without bytes is not copied", () => {
    const original = { a: [{ b: 1 }] };
    expect(toConfigJson(original).value).toBe(original);
  });

  test("JSON of another form gives nothing", () => {
    for (const json of [null, 7, {}, { value: 1 }, { value: 1, extras: [{}] }]) {
      expect(fromConfigJson(json)).toBeUndefined();
    }
    const extras = [{ path: ["a", "b"], kind: "bytes", text: "" }];
    expect(fromConfigJson({ value: { a: 1 }, extras })).toBeUndefined();
    expect(
      fromConfigJson({ value: {}, extras: [{ ...extras[0], path: ["__proto__", "x"] }] }),
    ).toBeUndefined();
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
  });
});

function toPlain(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(toPlain);
  }
  if (typeof value === "object" && value !== null && !(value instanceof Uint8Array)) {
    return Object.entries(value).map(([key, item]) => [key, toPlain(item)]);
  }
  return value;
}
