// Each format of user-data in one blob or between others: what is stored, what runs, what is said.
import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { gzipSync } from "node:zlib";
import type { Instance } from "../../src/instance/instance.ts";
import {
  createScriptedSystem,
  type ScriptedSystemOptions,
} from "../../src/simulator/scripted-system.ts";
import { readText } from "../../src/system/files.ts";
import { processUserData, type UserDataInput } from "../../src/userdata/process-userdata.ts";
import type { UserDataContext } from "../../src/userdata/user-data-context.ts";
import { createModuleContext, INSTANCE_DIR } from "../support/module-context.ts";

interface RunOptions {
  readonly machine?: ScriptedSystemOptions;
  readonly instance?: Partial<Instance>;
  readonly input?: Partial<UserDataInput>;
  readonly context?: Partial<UserDataContext>;
}

async function run(content: string | Uint8Array, options: RunOptions = {}) {
  const scripted = createScriptedSystem(options.machine);
  const context = createModuleContext(
    scripted.system,
    options.instance === undefined ? {} : { instance: options.instance },
  );
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const ran: string[] = [];
  const result = await processUserData(
    { bytes, origin: "user", ...options.input },
    {
      ...context.ctx,
      runScript: async ({ path }) => {
        ran.push(path);
        return { exitCode: 0, detail: "" };
      },
      templateVariables: async () => ({ v1: { local_hostname: "vm1" }, local_hostname: "vm1" }),
      ...options.context,
    },
  );
  const { fs } = scripted.system;
  return {
    ...context,
    ...result,
    ran,
    changes: scripted.changes,
    fs,
    file: (name: string) => readText(fs, name.startsWith("/") ? name : `${INSTANCE_DIR}/${name}`),
    modeOf: (name: string) => fs.stat(`${INSTANCE_DIR}/${name}`)?.mode,
  };
}

function multipart(...parts: readonly string[]): string {
  const head = 'Content-Type: multipart/mixed; boundary="B"\nMIME-Version: 1.0\n\n';
  return `${head}${parts.map((part) => `--B\n${part}\n`).join("")}--B--\n`;
}

function serve(
  pages: Readonly<Record<string, string | Uint8Array | number>>,
): ScriptedSystemOptions {
  return {
    http: ({ url }) => {
      const page = pages[url] ?? 404;
      return typeof page === "number"
        ? { status: page, headers: {}, body: new Uint8Array() }
        : { status: 200, headers: {}, body: Buffer.from(page) };
    },
  };
}

describe("#cloud-config-archive", () => {
  test("its items are parts, each with its own headers", async () => {
    const done = await run(
      [
        "#cloud-config-archive",
        "- {type: text/cloud-config, content: 'a: [1]'}",
        "- content: 'a: [2]'",
        "  Merge-Type: dict(recurse_array)+list(append)",
        "- {filename: s.sh, content: '#!/bin/sh'}",
        "- 8",
      ].join("\n"),
    );
    expect(done.cloudConfig).toEqual({ a: [1, 2] });
    expect(done.file("scripts/s.sh")).toBe("#!/bin/sh");
    expect(done.failures).toEqual([
      'user-data:6: Cannot use item 4 of this archive: expected text or a mapping with "content", got a number',
    ]);
  });

  test("what is in it is not looked into", async () => {
    const done = await run("#cloud-config-archive\n- |\n  #include\n  http://example.com/x\n");
    expect(done.log).toContain(
      "WARNING Unhandled unknown content-type (text/x-include-url) userdata: '#include...'",
    );
    expect(done.failures).toEqual([]);
  });
});

describe("#cloud-config-jsonp", () => {
  test("changes what the parts before it made", async () => {
    const done = await run(
      multipart(
        "\n#cloud-config\na: [1]\nb: {c: 2}",
        '\n#cloud-config-jsonp\n[{"op": "add", "path": "/a/-", "value": 3}, {"op": "remove", "path": "/b/c"}]',
      ),
    );
    expect(done.failures).toEqual([]);
    expect(done.cloudConfig).toEqual({ a: [1, 3], b: {} });
    expect(done.file("cloud-config.txt")).toContain("# from 2 files\n# part-001\n# part-002\n");
  });

  test.each([
    [
      '[{"op": "remove", "path": "/nope"}]',
      'user-data part "part-002": Failed at merging in cloud config part from part-002: operation 1: there is nothing at "/nope"',
    ],
    [
      "{}",
      'user-data part "part-002": Failed at merging in cloud config part from part-002: expected a list of operations, got a mapping',
    ],
    [
      '[{"op": "add",]',
      'user-data part "part-002":2: Failed at merging in cloud config part from part-002: expected JSON, but at line 2, column 15: a name in double quotes is expected here',
    ],
    [
      '[{"op": "add", "path": "", "value": [1]}]',
      'user-data part "part-002": Failed at merging in cloud config part from part-002: the patch leaves no mapping of keys to values',
    ],
  ])("%s leaves it as it was", async (patch, message) => {
    const done = await run(multipart("\n#cloud-config\na: 1", `\n#cloud-config-jsonp\n${patch}`));
    expect(done.failures.length).toBe(1);
    expect(done.failures[0]).toStartWith(message.slice(0, 100));
    expect(done.cloudConfig).toEqual({ a: 1 });
  });
});

describe("#include", () => {
  test("what it names is user-data of any format, included ones too", async () => {
    const machine = serve({
      "http://example.com/config": "#cloud-config\na: 1\n",
      "http://example.com/more":
        "#include\nhttp://example.com/packed\nhttp://example.com/message\n",
      "http://example.com/packed": gzipSync("#!/bin/sh\necho\n"),
      "http://example.com/message": multipart(
        "Content-Disposition: attachment; filename=m\n\n#cloud-config\nb: 2",
      ),
    });
    const done = await run("#include\nhttp://example.com/config\nhttp://example.com/more\n", {
      machine,
    });
    expect(done.failures).toEqual([]);
    expect(done.cloudConfig).toEqual({ a: 1, b: 2 });
    expect(done.file("scripts/part-002")).toBe("#!/bin/sh\necho\n");
    expect(done.file("user-data.txt.i")).toContain("Number-Attachments: 3\n");
    expect(done.file("user-data.txt")).toStartWith("#include\n");
  });

  test("one that fails is one error that names it, and the rest goes on", async () => {
    const machine = serve({ "http://example.com/good": "#cloud-config\na: 1\n" });
    const done = await run(
      "#include\nhttp://user:pw@example.com/bad?key=secret\nhttp://example.com/good\n",
      { machine },
    );
    expect(done.failures).toEqual([
      'user-data: Cannot include "http://example.com/bad?…": the server answers with status 404 (tried 11 times)',
    ]);
    expect(done.cloudConfig).toEqual({ a: 1 });
    expect(done.ledger[0]).toMatchObject({ kind: "part", what: "user-data", outcome: "failed" });
    expect(JSON.stringify([done.log, done.ledger, done.failures])).not.toContain("secret");
  });

  test("one that includes itself ends", async () => {
    const machine = serve({ "http://example.com/me": "#include\nhttp://example.com/me\n" });
    const done = await run("#include\nhttp://example.com/me\n", { machine });
    expect(done.failures).toEqual([
      'include "http://example.com/me": Cannot include "http://example.com/me": includes are nested more than 10 levels deep',
    ]);
  });

  test("includes that multiply end", async () => {
    const machine = serve({
      "http://example.com/me": `#include\n${"http://example.com/me\n".repeat(10)}`,
    });
    const done = await run("#include\nhttp://example.com/me\n", { machine });
    expect(done.failures.length).toBeLessThan(250);
    expect(done.failures.join("\n")).toContain("it is one of more than 200 includes");
  });

  test("all that is included together is limited", async () => {
    const page = `#cloud-config\na: ${"x".repeat(500)}\n`;
    const machine = serve({ "http://example.com/1": page, "http://example.com/2": page });
    const done = await run("#include\nhttp://example.com/1\nhttp://example.com/2\n", {
      machine,
      context: { unpackedSizeBytesMax: 800 },
    });
    expect(done.failures.length).toBe(1);
    expect(done.failures[0]).toContain(
      'Cannot include "http://example.com/2": it is longer than the',
    );
  });

  test("YAML that is wrong is reported by its part", async () => {
    const machine = serve({ "http://example.com/x": "#cloud-config\na: [\n" });
    const done = await run("#include\nhttp://example.com/x\n", { machine });
    expect(done.failures[0]).toMatch(
      /^user-data:\d+:\d+: Failed at merging in cloud config part from part-001: /u,
    );
  });
});

describe("#cloud-boothook", () => {
  test("is stored without its first line for root alone, and run at once", async () => {
    const done = await run(
      multipart(
        "Content-Disposition: attachment; filename=../hook\n\n#cloud-boothook\r\n#!/bin/sh\r\necho $INSTANCE_ID\r\n",
        "\n#cloud-config\na: 1",
      ),
    );
    expect(done.ran).toEqual([`${INSTANCE_DIR}/boothooks/.._hook`]);
    expect(done.file("boothooks/.._hook")).toBe("#!/bin/sh\necho $INSTANCE_ID\n");
    expect(done.modeOf("boothooks/.._hook")).toBe(0o700);
    expect(done.cloudConfig).toEqual({ a: 1 });
  });

  test("that fails is an error, and the rest goes on", async () => {
    const done = await run(multipart("\n#cloud-boothook\nexit 3", "\n#cloud-config\na: 1"), {
      context: { runScript: async () => ({ exitCode: 3, detail: ": no such disk" }) },
    });
    expect(done.failures).toEqual([
      `Boothooks script ${INSTANCE_DIR}/boothooks/part-001 execution error [3]: no such disk`,
    ]);
    expect(done.cloudConfig).toEqual({ a: 1 });
  });

  test("knows what the cloud-config before it says", async () => {
    const seen: unknown[] = [];
    await run(multipart("\n#cloud-config\ntimeouts: {boothooks: 1s}", "\n#cloud-boothook\n:"), {
      context: {
        runScript: async ({ cloudConfig }) => {
          seen.push(cloudConfig);
          return { exitCode: 0, detail: "" };
        },
      },
    });
    expect(seen).toEqual([{ timeouts: { boothooks: "1s" } }]);
  });
});

describe("what is Python or upstart", () => {
  test("a part handler is kept and not run, and the error says what to do instead", async () => {
    const done = await run(multipart("\n#part-handler\nimport os", "\n#part-handler\nimport sys"));
    expect([
      done.file("handlers/part-handler-000.py"),
      done.file("handlers/part-handler-001.py"),
    ]).toEqual(["#part-handler\nimport os", "#part-handler\nimport sys"]);
    expect(done.modeOf("handlers/part-handler-000.py")).toBe(0o600);
    expect(done.failures.length).toBe(2);
    expect(done.failures[0]).toContain(
      'part "part-001": part handlers in Python are not run by this program',
    );
    expect(done.failures[0]).toContain('an external module, a program in "/etc/cloud/modules"');
  });

  test("an upstart job is stored where there is a place for it, at the first boot", async () => {
    const text = multipart(
      'Content-Disposition: attachment; filename="../job"\n\n#upstart-job\r\nexec x\r\n',
    );
    const done = await run(text, { context: { upstartDir: "/etc/rc.d/init.d" } });
    expect(done.failures).toEqual([]);
    expect(done.file("/etc/rc.d/init.d/.._job.conf")).toBe("#upstart-job\nexec x\n");
    const later = await run(text, {
      context: { upstartDir: "/etc/rc.d/init.d", isFirstTime: false },
    });
    expect(later.fs.stat("/etc/rc.d")).toBeUndefined();
    const nowhere = await run(text);
    expect(nowhere.failures).toEqual([]);
    expect(nowhere.log.join("\n")).toContain("system_info.paths.upstart_dir is not set");
  });
});

describe("## template: jinja", () => {
  test("is rendered and handed on by its own first line", async () => {
    const done = await run(
      multipart(
        "\n## template: jinja\n#cloud-config\nhostname: {{ v1.local_hostname }}",
        "\n## template:jinja\n#!/bin/sh\necho {{ local_hostname }}",
        "Content-Type: text/jinja2\n\n## template: jinja\n#cloud-boothook\n#!/bin/sh\necho",
        '\n## template: jinja\n#cloud-config-jsonp\n[{"op": "add", "path": "/b", "value": "{{ local_hostname }}"}]',
      ),
    );
    expect(done.failures).toEqual([]);
    expect(done.cloudConfig).toEqual({ hostname: "vm1", b: "vm1" });
    expect(done.file("scripts/part-002")).toBe("#!/bin/sh\necho vm1");
    expect(done.file("boothooks/part-003")).toBe("#!/bin/sh\necho");
    expect(done.file("user-data.txt.i")).toContain("{{ v1.local_hostname }}");
  });

  test("unknown names are warned of and stand in the text", async () => {
    const done = await run("## template: jinja\n#cloud-config\na: {{ nope }}\nb: {{ v1.gone }}\n");
    expect(done.cloudConfig).toEqual({
      a: "CI_MISSING_JINJA_VAR/nope",
      b: "CI_MISSING_JINJA_VAR/gone",
    });
    expect(done.log).toEqual([
      "WARNING Could not render jinja template variables in file 'part-001': 'nope', 'gone'",
    ]);
  });

  test("messages tell the lines that the user wrote", async () => {
    const done = await run("## template: jinja\n#cloud-config\na: {{ local_hostname }}\nb: [\n");
    expect(done.failures[0]).toStartWith("user-data:5:1: ");
  });

  test.each([
    [
      "#cloud-config\n{{ a b }}",
      "user-data:3: Ignoring jinja template for part-001. Failed to render template. Unable to parse Jinja template due to syntax error: ",
    ],
    [
      "#cloud-config\n{{ a.b }}",
      "user-data: Ignoring jinja template for part-001. Cannot render Jinja template: 'a' is undefined",
    ],
    [
      "{{ local_hostname }}",
      "user-data: Ignoring jinja template for part-001. Could not find supported sub-handler for type text/plain",
    ],
    [
      "#include\nhttp://example.com/",
      "user-data: Ignoring jinja template for part-001. Could not find supported sub-handler for type text/x-include-url",
    ],
  ])("%j is left out with its reason", async (body, message) => {
    const done = await run(`## template: jinja\n${body}`);
    expect(done.failures.length).toBe(1);
    expect(done.failures[0]).toStartWith(message);
    expect(done.ledger).toMatchObject([{ outcome: "failed" }]);
  });

  test("a type that the user disabled stays disabled behind a template", async () => {
    const done = await run("## template: jinja\n#!/bin/sh\n", {
      input: { origin: "vendor", disabledContentTypes: ["text/x-shellscript"] },
    });
    expect(done.fs.stat(`${INSTANCE_DIR}/scripts`)).toBeUndefined();
    expect(done.failures).toEqual([]);
  });

  test("bytes that are no text are left out", async () => {
    const done = await run(Buffer.from("## template: jinja\n#cloud-config\na: \xe9\n", "latin1"));
    expect(done.failures).toEqual([
      "user-data: Ignoring jinja template for part-001. Byte 36 is not UTF-8",
    ]);
  });
});

describe("launch-index", () => {
  const parts = multipart(
    "Launch-Index: 1\n\n#cloud-config\na: 1",
    "Launch-Index: 0\nContent-Type: text/cloud-config\n\nlaunch-index: 1\nb: 1",
    "\n#cloud-config\nlaunch-index: 1\nc: 1",
    "Launch-Index: x\n\n#cloud-config\nd: 1",
    "Launch-Index: 2\n\n#!/bin/sh",
  );

  test("parts of another instance of the same launch are left out", async () => {
    const done = await run(parts, { instance: { launchIndex: 1 } });
    expect(Object.keys(done.cloudConfig).sort()).toEqual(["a", "c", "d", "launch-index"]);
    expect(done.fs.stat(`${INSTANCE_DIR}/scripts`)).toBeUndefined();
    expect(done.log).toContain(
      "DEBUG Discarding 2 multipart messages which do not match launch index 1",
    );
    expect(done.file("user-data.txt.i")).toContain("Number-Attachments: 5\n");
  });

  test("without an index, and for vendor-data, nothing is left out", async () => {
    for (const done of [
      await run(parts),
      await run(parts, { instance: { launchIndex: 1 }, input: { origin: "vendor" } }),
    ]) {
      expect(Object.keys(done.cloudConfig)).toContain("b");
    }
  });
});

describe("base64 as users send it", () => {
  const encode = (content: string | Uint8Array) => Buffer.from(content).toString("base64");

  test.each([
    ["a cloud-config", encode("#cloud-config\na: 1\n")],
    ["lines of it", encode("#cloud-config\na: 1\n").replace(/(.{8})/gu, "$1\r\n")],
    ["gzip", encode(gzipSync("#cloud-config\na: 1\n"))],
    ["a message", encode(multipart("\n#cloud-config\na: 1"))],
  ])("%s is decoded, and that is said", async (_, content) => {
    const done = await run(content);
    expect(done.failures).toEqual([]);
    expect(done.cloudConfig).toEqual({ a: 1 });
    expect(done.log).toEqual(["INFO The user-data is base64: it is decoded"]);
    expect(done.file("user-data.txt")).toBe(content);
  });

  test.each([
    ["text behind it", encode("just some text that nobody knows")],
    ["something after it", `${encode("#cloud-config\na: 1\n")}\n# end`],
    ["a word", "abcdefghijklmnop"],
  ])("%s is what it is", async (_, content) => {
    const done = await run(content);
    expect(done.cloudConfig).toEqual({});
    expect(done.log.join()).toContain("Unhandled non-multipart");
  });
});

describe("hostile data", () => {
  test("a bomb of gzip is one error", async () => {
    const bomb = gzipSync(Buffer.alloc(65 * 1024 * 1024));
    const done = await run(bomb);
    expect(done.failures.length).toBe(1);
    expect(done.failures[0]).toContain("unpacked it is longer than");
  });

  test("small bombs together are one error each as soon as the limit is reached", async () => {
    const bomb = gzipSync(Buffer.alloc(400)).toString("base64");
    const part = `Content-Type: application/gzip\nContent-Transfer-Encoding: base64\n\n${bomb}`;
    const done = await run(multipart(part, part, part, "\n#cloud-config\na: 1"), {
      context: { unpackedSizeBytesMax: 1000 },
    });
    expect(done.failures.length).toBe(1);
    expect(done.cloudConfig).toEqual({ a: 1 });
  });

  test.each([
    [
      "a bomb of aliases",
      `#cloud-config\na: &a [x,x,x,x,x,x,x,x,x]\n${[..."bcdefghij"].map((name, index) => `${name}: &${name} [${Array(9).fill(`*${"abcdefghi"[index]}`).join(",")}]`).join("\n")}\n`,
    ],
    ["brackets without end", `#cloud-config\n${"[".repeat(100_000)}`],
    ["bytes of latin-1", Buffer.from("#cloud-config\na: caf\xe9\n", "latin1")],
    ["a tab for blanks", "#cloud-config\na:\n\tb: 1\n"],
    ["a list at the root", "#cloud-config\n- a\n"],
    ["a text at the root", "#cloud-config\nhello\n"],
    ["two documents", "#cloud-config\na: 1\n---\nb: 2\n"],
    ["NULs between", "#cloud-config\na: 1\0\nb: 2\n"],
  ])("%s is one error, soon", async (_, content) => {
    const startMs = performance.now();
    const done = await run(content);
    expect(done.failures.length).toBe(1);
    expect(done.cloudConfig).toEqual({});
    expect(performance.now() - startMs).toBeLessThan(2_000);
  });

  test("whatever the formats are made of, nothing escapes and nothing is written outside the instance", async () => {
    const start = fc.constantFrom(
      "#cloud-config\n",
      "#cloud-config-archive\n",
      "#cloud-config-jsonp\n",
      "#include\n",
      "#include-once http://example.com/a\n",
      "#cloud-boothook\n",
      "#part-handler\n",
      "## template: jinja\n#cloud-config\n",
      "## template: jinja\n#!/bin/sh\n",
      "#!/bin/sh\n",
      "Content-Type: multipart/mixed; boundary=B\nMIME-Version: 1.0\n\n--B\n",
      "",
    );
    const piece = fc.oneof(
      fc.constantFrom(
        "--B\n",
        "--B--\n",
        "\n\n",
        'Content-Disposition: attachment; filename="../../../etc/passwd"\n',
        "Content-Type: text/cloud-config\n",
        "Content-Type: application/gzip\nContent-Transfer-Encoding: base64\n",
        "Merge-Type: list(append)\n",
        "Launch-Index: 1\n",
        "- content: '#!/bin/sh'\n  filename: ../../x\n",
        "- {type: text/cloud-boothook, content: x, filename: /etc/rc}\n",
        '[{"op": "add", "path": "/__proto__", "value": 1}]',
        '[{"op": "copy", "from": "", "path": "/a"}]',
        "{{ v1 }}{% for x in range(9) %}",
        "{% endfor %}",
        "http://example.com/a\n",
        "file:///etc/passwd\n",
        "merge_how: dict(\n",
        "merge_how: 'list(append)+dict(recurse_list)'\n",
        "a: &a [*a]\n",
        "launch-index: 1\n",
      ),
      fc.string({ unit: "binary", maxLength: 20 }),
    );
    const blob = fc
      .tuple(start, fc.array(piece, { maxLength: 10 }))
      .map(([head, rest]) => head + rest.join(""));
    await fc.assert(
      fc.asyncProperty(blob, blob, async (text, page) => {
        const done = await run(text, {
          machine: serve({ "http://example.com/a": page }),
          instance: { launchIndex: 1 },
        });
        for (const change of done.changes) {
          expect("path" in change ? change.path : "a command").toStartWith(`${INSTANCE_DIR}/`);
        }
      }),
      { numRuns: 600 },
    );
  });
});
