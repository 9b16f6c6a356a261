import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createClockSkew } from "../../../src/datasources/maas/clock-skew.ts";
import { parseMaasMetadata } from "../../../src/datasources/maas/parse-metadata.ts";
import { readMaasSeed } from "../../../src/datasources/maas/read-seed.ts";
import { isSafeInstanceId } from "../../../src/instance/instance-json.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";
import { createMemoryFileSystem } from "../../../src/system/memory-file-system.ts";
import { createRecordingLog } from "../../support/recording-log.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const PATH = "/run/cloud-init/oauth_skew.json";

describe("parseMaasMetadata", () => {
  const needed = { "instance-id": bytes("i\n"), "local-hostname": bytes("h\n") };

  test("names what is missing", async () => {
    expect((await parseMaasMetadata({}, "x")).missing).toEqual(["instance-id", "local-hostname"]);
    const empty = { ...needed, "local-hostname": bytes(" \n") };
    expect((await parseMaasMetadata(empty, "x")).missing).toEqual(["local-hostname"]);
  });

  test.each([
    ["#cloud-config\na: 1\n", undefined, 0],
    ["cloud-init: '#!/bin/sh'\n", "#!/bin/sh", 0],
    ["- '#!/bin/sh'\n", "#!/bin/sh", 0],
    ["'#!/bin/sh'\n", "#!/bin/sh", 0],
    ["{cloud-init: {a: 1}}\n", undefined, 1],
    ["a: [\n", undefined, 1],
    ["", undefined, 0],
  ])("vendor-data %p", async (text, expected, problemCount) => {
    const parsed = await parseMaasMetadata({ ...needed, "vendor-data": bytes(text) }, "x");
    const data = "fields" in parsed ? parsed.fields.vendorData : undefined;
    expect(data === undefined ? undefined : new TextDecoder().decode(data)).toBe(expected);
    expect(parsed.problems).toHaveLength(problemCount);
  });

  test("an id that is too long is a problem", async () => {
    const parsed = await parseMaasMetadata(
      { ...needed, "instance-id": bytes("x".repeat(999)) },
      "x",
    );
    expect(parsed.missing).toEqual(["instance-id"]);
    expect(parsed.problems).toHaveLength(1);
  });

  test("any bytes give an instance or what is missing", async () => {
    const content = fc.option(fc.oneof(fc.uint8Array(), fc.string().map(bytes)), {
      nil: undefined,
    });
    await fc.assert(
      fc.asyncProperty(content, content, content, content, async (id, name, keys, vendor) => {
        const given = {
          "instance-id": id,
          "local-hostname": name,
          "public-keys": keys,
          "vendor-data": vendor,
        };
        const files = Object.fromEntries(Object.entries(given).filter(([, value]) => value));
        const parsed = await parseMaasMetadata(files, "x");
        expect(
          "fields" in parsed ? isSafeInstanceId(parsed.fields.id) : parsed.missing.length > 0,
        ).toBe(true);
      }),
    );
  });
});

describe("readMaasSeed", () => {
  test("an empty directory, or one of other files, is none", () => {
    const fs = createMemoryFileSystem({ "/a/README": "x", "/b/meta-data": "a file" });
    expect(readMaasSeed(fs, "/a")).toBeUndefined();
    expect(readMaasSeed(fs, "/b")).toBeUndefined();
    expect(readMaasSeed(fs, "/none")).toBeUndefined();
  });
});

describe("the clock skew", () => {
  function create(content?: string): {
    readonly skew: ReturnType<typeof createClockSkew>;
    readonly log: ReturnType<typeof createRecordingLog>;
    readonly read: () => string;
  } {
    const { system } = createScriptedSystem({
      files: content === undefined ? {} : { [PATH]: content },
    });
    const log = createRecordingLog();
    return {
      skew: createClockSkew(system, log, { path: PATH, host: "maas.example.com:5240" }),
      log,
      read: () => new TextDecoder().decode(system.fs.readBytes(PATH)),
    };
  }
  const refusal = (date?: string): Parameters<ReturnType<typeof createClockSkew>["learn"]>[0] => ({
    status: 401,
    headers: date === undefined ? {} : { date },
    body: new Uint8Array(),
  });

  test("is what an earlier stage kept", () => {
    expect(create('{"maas.example.com:5240": -7200, "other:80": 5}').skew.seconds()).toBe(-7200);
  });

  test.each(["", "[]", "{", '{"maas.example.com:5240": "x"}', '{"maas.example.com:5240": null}'])(
    "is nothing where %p was kept",
    (content) => {
      expect(create(content).skew.seconds()).toBe(0);
    },
  );

  test("is kept beside that of other servers", () => {
    const { skew, read } = create('{"other:80": 5}');
    expect(skew.learn(refusal("Fri, 02 Jan 2026 03:04:35 GMT"))).toBeTrue();
    expect(skew.seconds()).toBe(30);
    expect(JSON.parse(read())).toEqual({ "other:80": 5, "maas.example.com:5240": 30 });
  });

  test("of a few seconds is none", () => {
    const { skew, log } = create();
    expect(skew.learn(refusal("Fri, 02 Jan 2026 03:04:10 GMT"))).toBeFalse();
    expect(log.warnings()).toEqual([]);
  });

  test("is not known without a date that can be read", () => {
    const { skew, log } = create();
    expect(skew.learn(refusal())).toBeFalse();
    expect(skew.learn(refusal("tomorrow\u001b[2J"))).toBeFalse();
    expect(log.warnings()).toEqual([
      "Missing header 'date' in 401 response",
      "Failed to parse date 'tomorrow\\x1b[2J' in 401 response",
    ]);
  });
});
