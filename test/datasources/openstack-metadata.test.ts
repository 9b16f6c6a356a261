import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { parseConfigDriveV1 } from "../../src/datasources/config-drive-v1.ts";
import { parseOpenStackMetadata } from "../../src/datasources/openstack-metadata.ts";
import { isSafeInstanceId } from "../../src/instance/instance-json.ts";
import { createDirectoryTree } from "../../src/system/directory-tree.ts";
import type { FileTree } from "../../src/system/file-tree.ts";
import { createMemoryFileSystem } from "../../src/system/memory-file-system.ts";

function tree(files: Readonly<Record<string, string | Uint8Array>>): FileTree {
  const placed = Object.entries(files).map(([path, content]) => [`/drive/${path}`, content]);
  const fs = createMemoryFileSystem(Object.fromEntries(placed));
  return createDirectoryTree(fs, "/drive", { followLinks: false });
}

function parse(
  metadata: Readonly<Record<string, unknown>>,
  files: Readonly<Record<string, string | Uint8Array>> = {},
): Extract<ReturnType<typeof parseOpenStackMetadata>, { kind: "found" }>["metadata"] {
  const answer = parseOpenStackMetadata(
    tree({
      "openstack/latest/meta_data.json": JSON.stringify({ uuid: "1", ...metadata }),
      ...files,
    }),
  );
  if (answer.kind !== "found") {
    throw new Error(`Expected metadata, found ${JSON.stringify(answer)}`);
  }
  return answer.metadata;
}

const ENI = "# by nova\nauto eth0\niface eth0 inet dhcp\n";

describe("parseOpenStackMetadata", () => {
  test("hands over both network texts", () => {
    const metadata = parse(
      { network_config: { content_path: "/content/0003" } },
      {
        "openstack/latest/network_data.json": '{"links": []}',
        "openstack/content/0003": ENI,
        "openstack/content/0000": "auto wrong\n",
      },
    );
    expect(metadata.networkData).toEqual({
      source: "openstack/latest/network_data.json",
      data: { links: [] },
    });
    expect(metadata.interfaces).toEqual({ source: "openstack/content/0003", text: ENI });
  });

  test("takes content/0000 for interfaces text only where it looks like it and is no injected file", () => {
    const content = { "openstack/content/0000": ENI };
    expect(parse({}, content).interfaces?.text).toBe(ENI);
    expect(parse({}, { "openstack/content/0000": "motd\n" }).interfaces).toBeUndefined();
    const files = [{ path: "/etc/hosts.new", content_path: "/content/0000" }];
    const injected = parse({ files }, content);
    expect(injected.interfaces).toBeUndefined();
    expect(injected.files.map(({ path }) => path)).toEqual(["/etc/hosts.new"]);
  });

  test("makes paths of injected files absolute", () => {
    const content = { "openstack/content/0001": "x" };
    const paths = ["etc/a", "/etc//b", "./c"].map((path) => ({
      path,
      content_path: "content/0001",
    }));
    expect(parse({ files: paths }, content).files.map(({ path }) => path)).toEqual([
      "/etc/a",
      "/etc/b",
      "/c",
    ]);
    for (const path of ["", "/", "a/", "../a", "/a/../b", "a\0b", "a\nb"]) {
      const { files, problems } = parse(
        { files: [{ path, content_path: "content/0001" }] },
        content,
      );
      expect([path, files.length, problems.length]).toEqual([path, 0, 1]);
    }
  });

  test("filters user-data by launch-index alone, as cloud-init does", () => {
    expect(parse({ launch_index: 3 }).launchIndex).toBeUndefined();
    expect(parse({ "launch-index": 3 }).launchIndex).toBe(3);
  });

  test("takes public keys from text, lists and mappings", () => {
    for (const keys of [
      "ssh-rsa A\n\n# no key\nssh-rsa B\n",
      ["ssh-rsa A", "ssh-rsa B", "", 7],
      { one: "ssh-rsa A\n", two: ["ssh-rsa B"], three: null },
    ]) {
      expect(parse({ public_keys: keys }).publicKeys).toEqual(["ssh-rsa A", "ssh-rsa B"]);
    }
  });

  test("takes a host name that is null for none (pitfalls.md D17)", () => {
    const metadata = parse({ hostname: null });
    expect(metadata.localHostname).toBeUndefined();
    expect(metadata.problems).toEqual([]);
  });

  for (const [given, expected] of [
    ['"#!/bin/sh\\n"', "#!/bin/sh\n"],
    ['{"cloud-init": "#cloud-config\\n"}', "#cloud-config\n"],
    ['{"cloud-init": ["only"]}', "only"],
    ['["only"]', "only"],
    ["{}", undefined],
    ['{"static": {"a": 1}}', undefined],
    ["null", undefined],
    ['""', undefined],
    ["[]", undefined],
  ] as const) {
    test(`takes vendor-data ${given}`, () => {
      const { vendorData, vendorData2, problems } = parse(
        {},
        {
          "openstack/latest/vendor_data.json": given,
          "openstack/latest/vendor_data2.json": given,
        },
      );
      for (const data of [vendorData, vendorData2]) {
        expect(data === undefined ? undefined : new TextDecoder().decode(data)).toBe(expected);
      }
      expect(problems).toEqual([]);
    });
  }

  test("is none where no version has metadata", () => {
    expect(parseOpenStackMetadata(tree({ "openstack/latest/user_data": "x" }))).toEqual({
      kind: "none",
    });
    expect(parseConfigDriveV1(tree({ readme: "x" }))).toEqual({ kind: "none" });
  });

  test("never throws and never lets an id or a path escape, whatever the JSON is", () => {
    const key = fc.constantFrom(
      "uuid",
      "hostname",
      "public_keys",
      "files",
      "random_seed",
      "meta",
      "network_config",
      "path",
      "content_path",
      "dsmode",
      "availability_zone",
      "instance-id",
      "public-keys",
      "user-data",
      "cloud-init",
      "__proto__",
    );
    const { any } = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(null, true, -1, "", "..", "/", "a/../b", "content/0000", "ok"),
        fc.string(),
        fc.array(tie("any"), { maxLength: 4 }),
        fc.dictionary(key, tie("any"), { maxKeys: 6 }),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(key, any, { maxKeys: 10 }), any, any, (metadata, other, vendor) => {
        const drive = tree({
          "openstack/latest/meta_data.json": JSON.stringify({ uuid: "ok", ...metadata }),
          "openstack/latest/network_data.json": JSON.stringify(other),
          "openstack/latest/vendor_data.json": JSON.stringify(vendor),
          "openstack/content/0000": "x",
          "meta.js": JSON.stringify(metadata),
        });
        for (const answer of [parseOpenStackMetadata(drive), parseConfigDriveV1(drive)]) {
          if (answer.kind === "found") {
            expect(isSafeInstanceId(answer.metadata.id)).toBe(true);
            for (const { path } of answer.metadata.files) {
              expect(path).toMatch(/^\/./u);
              expect(path.split("/")).not.toContain("..");
            }
          } else {
            expect(answer.kind).toBe("broken");
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
