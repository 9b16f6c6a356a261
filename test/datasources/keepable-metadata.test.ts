import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Datasource } from "../../src/datasources/datasource.ts";
import { toInstanceFields } from "../../src/datasources/ec2/read-metadata.ts";
import { keepableMetadata } from "../../src/datasources/keepable-metadata.ts";
import { noCloud } from "../../src/datasources/no-cloud.ts";
import { none } from "../../src/datasources/none.ts";
import { parseOpenStackMetadata } from "../../src/datasources/openstack-metadata.ts";
import { ovf } from "../../src/datasources/ovf.ts";
import type { Instance } from "../../src/instance/instance.ts";
import { instanceFromJson, instanceToJson } from "../../src/instance/instance-json.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import { createDirectoryTree } from "../../src/system/directory-tree.ts";
import { createMemoryFileSystem } from "../../src/system/memory-file-system.ts";
import { createDatasourceDistro, createTestPaths } from "../support/datasource-contract.ts";
import { createRecordingLog } from "../support/recording-log.ts";

test("bytes become the text that instance-data takes for base64, wherever they stand", () => {
  const bytes = new Uint8Array([255, 0]);
  expect(keepableMetadata({ a: bytes, b: [{ c: bytes }], d: "text", e: null })).toEqual({
    a: "ci-b64:/wA=",
    b: [{ c: "ci-b64:/wA=" }],
    d: "text",
    e: null,
  });
});

test("numbers that JSON has no word for become text", () => {
  const raw = { a: Number.NaN, b: Number.POSITIVE_INFINITY, c: 10n ** 30n, d: 1.5 };
  expect(keepableMetadata(raw)).toEqual({
    a: "NaN",
    b: "Infinity",
    c: `1${"0".repeat(30)}`,
    d: 1.5,
  });
});

test("any JSON with bytes in it comes back from JSON the same", () => {
  const leaf = fc.oneof(
    fc.uint8Array(),
    fc.string(),
    fc.boolean(),
    fc.constant(null),
    fc.double({ noDefaultInfinity: false }),
    fc.bigInt(),
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(leaf, fc.array(tie("tree")), fc.dictionary(fc.string(), tie("tree"))),
  }));
  fc.assert(
    fc.property(fc.dictionary(fc.string(), tree), (raw) => {
      const kept = keepableMetadata(raw);
      // JSON has no -0.
      expect(JSON.stringify(JSON.parse(JSON.stringify(kept)))).toBe(JSON.stringify(kept));
    }),
  );
});

test("what is nested without end is cut", () => {
  let deep: Record<string, unknown> = {};
  for (let index = 0; index < 100_000; index += 1) {
    deep = { deep };
  }
  expect(JSON.stringify(keepableMetadata(deep)).length).toBeLessThan(1000);
});

describe("what a datasource hands over comes back from the cache the same", () => {
  const WHERE = { datasource: "X", description: "X", dsmode: "net", platform: "x" } as const;

  function backFromCache(instance: Instance): unknown {
    return instanceFromJson(instanceToJson(instance))?.rawMetadata;
  }

  async function find(
    datasource: Datasource,
    config: Readonly<Record<string, unknown>>,
    files: Readonly<Record<string, string>> = {},
  ): Promise<Instance> {
    const { system } = createScriptedSystem({
      platform: "aix",
      files,
      commands: { "/usr/sbin/lsdev": "" },
    });
    const log = createRecordingLog();
    const distro = createDatasourceDistro({ sys: system, log, systemInfo: {} });
    const answer = await datasource.find({
      sys: system,
      distro,
      paths: createTestPaths(),
      config,
      log,
    });
    if (!answer.found) {
      throw new Error(answer.reason);
    }
    return answer.instance;
  }

  test("Ec2: a leaf of bytes", () => {
    const metadata = { "instance-id": "i-1", blob: new Uint8Array([255, 0]) };
    const instance = { ...toInstanceFields({ metadata, identity: {} }), ...WHERE };
    expect(instance.rawMetadata["blob"]).toBe("ci-b64:/wA=");
    expect(backFromCache(instance)).toEqual(instance.rawMetadata);
  });

  test("OpenStack: a number that is too large", () => {
    const fs = createMemoryFileSystem({
      "/drive/openstack/latest/meta_data.json": '{"uuid": "u-1", "meta": {"limit": 1e999}}',
      "/drive/ec2/latest/meta-data.json": '{"limit": -1e999}',
    });
    const answer = parseOpenStackMetadata(
      createDirectoryTree(fs, "/drive", { followLinks: false }),
    );
    if (answer.kind !== "found") {
      throw new Error("Expected metadata");
    }
    const { rawMetadata } = answer.metadata;
    expect(rawMetadata["meta"]).toEqual({ limit: "Infinity" });
    expect(backFromCache({ ...answer.metadata, ...WHERE })).toEqual(rawMetadata);
  });

  test("None: bytes in the configuration", async () => {
    const instance = await find(none, { metadata: { blob: new Uint8Array([255, 0]) } });
    expect(instance.rawMetadata["blob"]).toBe("ci-b64:/wA=");
    expect(backFromCache(instance)).toEqual(instance.rawMetadata);
  });

  test.each([
    ["NoCloud", noCloud, "nocloud"],
    ["OVF", ovf, ""],
  ] as const)("%s: !!binary in meta-data", async (_name, datasource, directory) => {
    const seed = `/opt/freeware/var/lib/cloud/seed/${directory}`;
    const metaData = "instance-id: i-1\nblob: !!binary /wA=\n";
    const files: Readonly<Record<string, string>> =
      datasource === ovf
        ? {
            [`${seed}ovf-env.xml`]: ENVIRONMENT,
            "/seed/meta-data": metaData,
            "/seed/user-data": "",
          }
        : { [`${seed}/meta-data`]: metaData, [`${seed}/user-data`]: "" };
    const instance = await find(datasource, {}, files);
    expect(instance.rawMetadata["blob"]).toBe("ci-b64:/wA=");
    expect(backFromCache(instance)).toEqual(instance.rawMetadata);
  });
});

const OE = "http://schemas.dmtf.org/ovf/environment/1";
const ENVIRONMENT = `<Environment xmlns="${OE}" xmlns:oe="${OE}"><PropertySection><Property oe:key="seedfrom" oe:value="/seed/"/></PropertySection></Environment>`;
