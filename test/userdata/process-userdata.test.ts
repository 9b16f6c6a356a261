import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { gzipSync } from "node:zlib";
import { processUserData, type UserDataInput } from "../../src/userdata/process-userdata.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import type { System } from "../../src/system/system.ts";
import { readText } from "../../src/system/files.ts";
import { parseYaml } from "../../src/text/yaml.ts";
import { createModuleContext, INSTANCE_DIR } from "../support/module-context.ts";

async function run(
  content: string | Uint8Array | undefined,
  more: Partial<UserDataInput> & { readonly system?: System } = {},
) {
  const scripted = createScriptedSystem();
  const context = createModuleContext(more.system ?? scripted.system);
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const result = await processUserData({ bytes, origin: "user", ...more }, context.ctx);
  const { fs } = context.ctx.sys;
  return {
    ...context,
    ...result,
    changes: scripted.changes,
    fs,
    system: context.ctx.sys,
    file: (name: string) => readText(fs, `${INSTANCE_DIR}/${name}`),
    modeOf: (name: string) => fs.stat(`${INSTANCE_DIR}/${name}`)?.mode,
  };
}

function multipart(...parts: readonly string[]): string {
  const head = 'Content-Type: multipart/mixed; boundary="B"\nMIME-Version: 1.0\n\n';
  return `${head}${parts.map((part) => `--B\n${part}\n`).join("")}--B--\n`;
}

describe("cloud-config", () => {
  test("one part is stored raw, processed and as cloud-config.txt, all of them private", async () => {
    const text = "#cloud-config\nhostname: vm1\nwrite_files:\n- path: /a\n";
    const done = await run(text);
    expect(done.failures).toEqual([]);
    expect(done.cloudConfig).toEqual({ hostname: "vm1", write_files: [{ path: "/a" }] });
    expect(done.file("user-data.txt")).toBe(text);
    expect(done.file("user-data.txt.i")).toContain("Number-Attachments: 1\n");
    expect(done.file("cloud-config.txt")).toBe(
      "#cloud-config\n\n# from 1 files\n# part-001\n\n---\nhostname: vm1\nwrite_files:\n-   path: /a\n...\n",
    );
    for (const name of ["user-data.txt", "user-data.txt.i", "cloud-config.txt"]) {
      expect(done.modeOf(name)).toBe(0o600);
    }
    expect(done.ledger).toMatchObject([{ kind: "part", what: "part-001", outcome: "ok" }]);
    expect(done.documents.map((document) => document.source)).toEqual(["user-data"]);
  });

  test("no user-data empties what an earlier boot left", async () => {
    const first = await run("#cloud-config\nhostname: old\n");
    const done = await run(undefined, { system: first.system });
    expect(done.cloudConfig).toEqual({});
    expect([done.file("user-data.txt"), done.file("cloud-config.txt")]).toEqual(["", ""]);
  });

  test("the same user-data writes nothing at the next boot", async () => {
    const first = await run(gzipSync("#cloud-config\nhostname: vm1\n"));
    const count = first.changes.length;
    const done = await run(gzipSync("#cloud-config\nhostname: vm1\n"), { system: first.system });
    expect(done.cloudConfig).toEqual({ hostname: "vm1" });
    expect(first.changes.length).toBe(count);
  });

  test("later parts replace whole keys, unless their directive or header says otherwise", async () => {
    const done = await run(
      multipart(
        "Content-Type: text/cloud-config\n\na: [1]\nb: {x: 1}\nc: [1]\n",
        "Content-Type: text/cloud-config\nContent-Disposition: attachment; filename=two\n\nb: {y: 2}\n",
        "Content-Type: text/cloud-config\n\nmerge_how: dict(recurse_array)+list(append)\na: [2]\n",
        "Content-Type: text/cloud-config\nX-Merge-Type: dict(recurse_array)+list(prepend)\n\nc: [0]\n",
      ),
    );
    expect(done.failures).toEqual([]);
    expect(done.cloudConfig).toEqual({ a: [1, 2], b: { y: 2 }, c: [0, 1] });
    const text = done.file("cloud-config.txt");
    expect(text).toStartWith(
      "#cloud-config\n\n# from 4 files\n# part-001\n# two\n# part-003\n# part-004\n\n---\n",
    );
    expect(parseYaml(text, "")).toMatchObject({ ok: true, value: done.cloudConfig });
  });

  test("YAML that cannot be read is one failure with its line, and the rest is used", async () => {
    const done = await run(
      multipart(
        "Content-Type: text/cloud-config\nContent-Disposition: attachment; filename=bad\n\na: 1\n\tb: secret\n",
        "Content-Type: text/cloud-config\n\nc: 3\n",
      ),
    );
    expect(done.cloudConfig).toEqual({ c: 3 });
    expect(done.failures.length).toBe(1);
    expect(done.failures[0]).toMatch(
      /^user-data part "bad":2:1: Failed at merging in cloud config part from bad: Cannot read YAML: /u,
    );
    expect(done.ledger).toMatchObject([
      { what: "bad", outcome: "failed", source: 'user-data part "bad"', line: 2 },
      { what: "part-002", outcome: "ok" },
    ]);
    expect(JSON.stringify([done.failures, done.ledger, done.log])).not.toContain("secret");
  });

  test("a root that is no mapping is a failure, none at all a warning", async () => {
    const list = await run("#cloud-config\n- a\n- b\n");
    expect(list.failures).toEqual([
      "user-data: Failed at merging in cloud config part from part-001: expected a mapping of keys to values, got a list",
    ]);
    expect(list.file("cloud-config.txt")).toBe("");
    const empty = await run("#cloud-config\n# nothing\n");
    expect(empty.failures).toEqual([]);
    expect(empty.log).toEqual([
      "WARNING Failed at merging in cloud config part from part-001: empty cloud config",
    ]);
  });

  test("a merge directive that cannot be read leaves the part out", async () => {
    const done = await run(
      multipart(
        "\n#cloud-config\na: 1",
        "\n#cloud-config\na: 2\nmerge_how: dict(",
        "\n#cloud-config\nb: 1",
      ),
    );
    expect(done.cloudConfig).toEqual({ a: 1, b: 1 });
    expect(done.failures.length).toBe(1);
  });

  test("a key that stands twice is warned of with its line", async () => {
    const done = await run("#cloud-config\na: 1\na: 2\n");
    expect(done.cloudConfig).toEqual({ a: 2 });
    expect(done.log).toEqual([
      "WARNING user-data:3:1: This key stands twice in its mapping: the last one counts",
    ]);
  });
});

describe("scripts", () => {
  test("a script is stored for scripts_user, executable by root alone", async () => {
    const done = await run("#!/bin/ksh\necho hi\n");
    expect(done.file("scripts/part-001")).toBe("#!/bin/ksh\necho hi\n");
    expect(done.modeOf("scripts/part-001")).toBe(0o700);
    expect(done.file("cloud-config.txt")).toBe("");
  });

  test("scripts of the vendor are stored apart, and nothing of the user's is touched", async () => {
    const done = await run("#!/bin/sh\n", { origin: "vendor" });
    expect(done.file("scripts/vendor/part-001")).toBe("#!/bin/sh\n");
    expect(done.file("vendor-data.txt")).toBe("#!/bin/sh\n");
    expect(done.file("vendor-cloud-config.txt")).toBe("");
    expect(done.fs.stat(`${INSTANCE_DIR}/user-data.txt`)).toBeUndefined();
  });

  test("vendor types that the user disabled are left out", async () => {
    const done = await run("#!/bin/sh\n", {
      origin: "vendor2",
      disabledContentTypes: ["text/x-shellscript"],
    });
    expect(done.fs.stat(`${INSTANCE_DIR}/scripts`)).toBeUndefined();
    expect(done.ledger).toMatchObject([{ outcome: "skipped", reason: "its type is disabled" }]);
    expect(done.file("vendor-data2.txt")).toBe("#!/bin/sh\n");
  });

  test("CR LF line ends are repaired and said", async () => {
    const done = await run("#!/bin/sh\r\necho hi\r\n");
    expect(done.file("scripts/part-001")).toBe("#!/bin/sh\necho hi\n");
    expect(done.log).toEqual([
      'INFO Script "part-001" of user-data has CR LF line ends: stored with LF',
    ]);
  });

  test("a name cannot leave the directory", async () => {
    const done = await run(
      multipart(
        'Content-Disposition: attachment; filename="../../../etc/rc"\n\n#!/bin/sh',
        'Content-Disposition: attachment; filename=".."\n\n#!/bin/sh',
      ),
    );
    expect(done.fs.list(`${INSTANCE_DIR}/scripts`)).toEqual([".._.._.._etc_rc", "part-002"]);
  });

  test("scripts for one frequency go to its directory", async () => {
    const done = await run(
      multipart("Content-Type: text/x-shellscript-per-boot\n\n#!/bin/sh\necho boot"),
    );
    const path = "/var/lib/cloud/scripts/per-boot/part-001";
    expect(readText(done.fs, path)).toBe("#!/bin/sh\necho boot");
  });
});

describe("what cannot be used", () => {
  test("plain text and binary data are warned of, with at most 24 printable characters", async () => {
    const text = await run("password=0123456789abcdefghijklmnop\nmore\n");
    expect(text.log).toEqual([
      "WARNING Unhandled non-multipart (text/x-not-multipart) userdata: 'password=0123456789abcde...'",
    ]);
    expect(text.failures).toEqual([]);
    expect(text.ledger).toMatchObject([{ kind: "part", outcome: "skipped" }]);
    const binary = await run(Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0, 1, 2, 0x0a, 9));
    expect(binary.log).toEqual([
      "WARNING Unhandled non-multipart (text/x-not-multipart) userdata: 'ELF...'",
    ]);
    const typed = await run(multipart("Content-Type: application/json\n\n{}"));
    expect(typed.log).toEqual([
      "WARNING Unhandled unknown content-type (application/json) userdata: '{}...'",
    ]);
  });

  test("gzip that is cut short is one failure, and its bytes are kept", async () => {
    const packed = gzipSync("#cloud-config\n").subarray(0, 15);
    const done = await run(packed);
    expect(done.failures).toEqual([
      "user-data: Cannot unpack user-data of 15 bytes: the gzip data is cut short",
    ]);
    expect(done.fs.readBytes(`${INSTANCE_DIR}/user-data.txt`)).toEqual(Uint8Array.from(packed));
  });

  test("an empty part is said at DEBUG", async () => {
    const done = await run(multipart("Content-Type: text/cloud-config\n"));
    expect(done.log).toEqual(["DEBUG Empty payload of type text/cloud-config"]);
  });

  test("a disk that is full fails the part and not the boot", async () => {
    const { system } = createScriptedSystem();
    const full: System = {
      ...system,
      fs: {
        ...system.fs,
        write(path, content, options) {
          if (path.includes("/scripts/")) {
            throw new Error(`Cannot write "${path}": no space left (ENOSPC)`);
          }
          system.fs.write(path, content, options);
        },
      },
    };
    const done = await run(multipart("\n#!/bin/sh", "\n#cloud-config\na: 1"), { system: full });
    expect(done.failures).toEqual([
      `user-data part "part-001": Cannot use part "part-001": Cannot write "${INSTANCE_DIR}/scripts/part-001": no space left (ENOSPC)`,
    ]);
    expect(done.cloudConfig).toEqual({ a: 1 });
  });

  test("a thousand parts are handled", async () => {
    const parts = Array.from(
      { length: 1000 },
      (_, index) => `\n#cloud-config\nk${index}: ${index}`,
    );
    const done = await run(multipart(...parts));
    expect(Object.keys(done.cloudConfig).length).toBe(1000);
  });

  test("whatever comes, nothing escapes and nothing is written outside the instance", async () => {
    const starts = ["#cloud-config\n", "#!/bin/sh\n", "#include\n", "MIME-Version: 1.0\n", ""];
    const piece = fc.oneof(
      fc.string({ unit: "binary", maxLength: 60 }),
      fc.constantFrom(
        "--B\n",
        "\n\n",
        "Content-Type: multipart/mixed; boundary=B\n",
        "a: b\n",
        "&a [*a]",
      ),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...starts),
        fc.array(piece, { maxLength: 12 }),
        async (start, pieces) => {
          const done = await run(start + pieces.join(""));
          for (const change of done.changes) {
            const path = "path" in change ? change.path : "";
            expect(path).toStartWith(`${INSTANCE_DIR}/`);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
