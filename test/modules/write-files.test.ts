import { describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { writeFiles } from "../../src/modules/write-files.ts";
import { writeFilesDeferred } from "../../src/modules/write-files-deferred.ts";
import { readText } from "../../src/system/files.ts";
import type { HttpRequest } from "../../src/system/system.ts";
import { createModuleContext, runModule, type ModuleRun } from "../support/module-context.ts";

const DEFERRED_LISTED = { cloud_final_modules: [["write-files-deferred", "once-per-instance"]] };

function run(entries: unknown, more: Parameters<typeof runModule>[1] = {}): Promise<ModuleRun> {
  const config = { ...DEFERRED_LISTED, write_files: entries, ...more.config };
  return runModule(writeFiles, { entryName: "write-files", ...more, config });
}

function contentOf(done: ModuleRun, path: string): string {
  return readText(done.system.fs, path);
}

const NAMES = {
  "/etc/passwd": "root:!:0:0::/:/usr/bin/ksh\napp:*:201:1::/home/app:/usr/bin/ksh\n",
  "/etc/group": "system:!:0:root\nstaff:!:1:app\n",
};

test("a file is written with content, mode and owner, and its directories are made", async () => {
  const done = await run(
    [{ path: "/opt/app/conf/a.cfg", content: "x=1\n", permissions: "0600", owner: "app:staff" }],
    { machine: { platform: "aix", files: NAMES } },
  );
  expect(done.failures).toEqual([]);
  expect(contentOf(done, "/opt/app/conf/a.cfg")).toBe("x=1\n");
  expect(done.system.fs.stat("/opt/app/conf/a.cfg")).toMatchObject({
    mode: 0o600,
    uid: 201,
    gid: 1,
  });
  expect(done.system.fs.stat("/opt/app")).toMatchObject({ mode: 0o755, uid: 201, gid: 1 });
  expect(done.changes.map((change) => change.kind)).toEqual([
    "directory",
    "directory",
    "directory",
    "write",
  ]);
});

test("each file is a step in the ledger, with its line of user-data", async () => {
  const done = await run([{ path: "/a" }, { path: "/b", content: "%", encoding: "b64" }], {
    lines: { "write_files.0": 3, "write_files.1": 7 },
  });
  expect(done.ledger).toMatchObject([
    {
      kind: "file",
      what: "/b",
      outcome: "failed",
      reason: 'Cannot write "/b": its content is not base64, or is cut short',
      source: "user-data",
      line: 7,
    },
    { kind: "file", what: "/a", outcome: "ok", source: "user-data", line: 3 },
  ]);
  expect(done.failures).toEqual([
    'user-data:7: Cannot write "/b": its content is not base64, or is cut short',
  ]);
});

describe("content", () => {
  const packed = gzipSync("text").toString("base64");
  test.each([
    ["b64", "dGV4dA=="],
    ["Base64", "dGV4\ndA==\n"],
    ["gz+b64", packed],
    ["gzip+base64", packed],
    ["gz", gzipSync("text")],
    ["text/plain", "text"],
    ["", "text"],
  ])("encoding %p is undone", async (encoding, content) => {
    const done = await run([{ path: "/f", content, encoding }]);
    expect(done.failures).toEqual([]);
    expect(contentOf(done, "/f")).toBe("text");
  });

  test("any scalar is text, binary data keeps its bytes, none is an empty file", async () => {
    const done = await run([
      { path: "/number", content: 42 },
      { path: "/flag", content: true },
      { path: "/bytes", content: Uint8Array.of(0, 255) },
      { path: "/null", content: null },
      { path: "/none" },
    ]);
    expect(["/number", "/flag", "/null", "/none"].map((path) => contentOf(done, path))).toEqual([
      "42",
      "True",
      "",
      "",
    ]);
    expect(done.system.fs.readBytes("/bytes")).toEqual(Uint8Array.of(0, 255));
  });

  test("an encoding that is not known counts as none, with a warning", async () => {
    const done = await run([{ path: "/f", content: "x", encoding: "rot13" }]);
    expect(done.failures).toEqual([]);
    expect(done.log).toContain('WARNING "/f": Unknown encoding type rot13, assuming text/plain');
    expect(contentOf(done, "/f")).toBe("x");
  });

  test("a gzip bomb fails and does not stop the next entry", async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024 + 1), { level: 1 });
    const done = await run([
      { path: "/bomb", content: bomb, encoding: "gz" },
      { path: "/next", content: "x" },
    ]);
    expect(done.failures).toEqual([
      'Cannot write "/bomb": unpacked it is longer than 67108864 bytes',
    ]);
    expect(contentOf(done, "/next")).toBe("x");
  });

  test("a source is fetched, with its headers, over http or from a file; its bytes are the file's", async () => {
    const requests: HttpRequest[] = [];
    const bytes = new Uint8Array([0, 1, 255]);
    const done = await run(
      [
        { path: "/a", source: { uri: "https://example.com/x", headers: { "X-Own": "1" } } },
        { path: "/b", source: { uri: "file:///etc/motd" }, content: "never", encoding: "b64" },
      ],
      {
        machine: {
          files: { "/etc/motd": "hello" },
          http(request) {
            requests.push(request);
            return { status: 200, headers: {}, body: bytes };
          },
        },
      },
    );
    expect(done.failures).toEqual([]);
    expect(done.system.fs.readBytes("/a")).toEqual(bytes);
    expect(contentOf(done, "/b")).toBe("hello");
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({ effect: "change", headers: { "X-Own": "1" } });
  });

  test("where a source cannot be fetched the content is taken; without one nothing is written", async () => {
    const source = { uri: "https://user:geheim@example.com/x?key=1" };
    const done = await run(
      [
        { path: "/a", source },
        { path: "/b", source, content: "fallback" },
        { path: "/c", source: { uri: "ftp://example.com/x" } },
        { path: "/d", source: {} },
        { path: "/e", source: { uri: "file:///nope" } },
      ],
      { machine: { http: () => ({ status: 404, headers: {}, body: new Uint8Array() }) } },
    );
    const without = ", and there is no content to take in its place";
    expect(done.failures).toEqual([
      `Cannot write "/a": GET https://example.com/x?… was answered with status 404${without}`,
      `Cannot write "/c": source.uri "ftp://example.com/x" is neither http, https nor file${without}`,
      expect.stringContaining('Cannot write "/d": source.uri is no address'),
      expect.stringContaining('Cannot write "/e": Cannot read "/nope"'),
    ]);
    expect(done.system.fs.stat("/a")).toBeUndefined();
    expect(contentOf(done, "/b")).toBe("fallback");
    expect(done.log.join("\n")).toContain("its content is written in its place");
  });
});

describe("owner", () => {
  test("the default is root:system on AIX and root:root on Linux", async () => {
    const linux = await run([{ path: "/f" }]);
    const aix = await run([{ path: "/f" }], { machine: { platform: "aix" } });
    expect([linux, aix].map((done) => done.changes[0])).toMatchObject([
      { kind: "write", owner: "root:root" },
      { kind: "write", owner: "root:system" },
    ]);
  });

  test("root:root means root:system on AIX, which is said once at DEBUG", async () => {
    const done = await run(
      [
        { path: "/a", owner: "root:root" },
        { path: "/b", owner: "root:root" },
      ],
      { machine: { platform: "aix" } },
    );
    expect(done.changes).toMatchObject([{ owner: "root:system" }, { owner: "root:system" }]);
    expect(done.log.filter((line) => line.startsWith("DEBUG Owner"))).toEqual([
      'DEBUG Owner "root:root" is "root:system" on AIX',
    ]);
  });

  test("-1, none and nothing leave the owner that the file has", async () => {
    const machine = { files: { "/f": "old" } };
    const done = await run([{ path: "/f", content: "new", owner: "None:-1" }], { machine });
    expect(done.changes).toMatchObject([{ kind: "write", owner: "0:0" }]);
    const fresh = await run([{ path: "/f", owner: "" }]);
    expect(fresh.changes[0]).not.toHaveProperty("owner");
  });

  test("an owner that is not there fails by name and does not stop the next entry", async () => {
    const done = await run([{ path: "/a/f", owner: "nobody-here" }, { path: "/b" }], {
      machine: { platform: "aix", files: NAMES },
    });
    expect(done.failures).toEqual([
      'Cannot write "/a/f": Cannot find user "nobody-here" in /etc/passwd: create the user first or give its number',
    ]);
    expect(done.system.fs.stat("/b")?.kind).toBe("file");
  });
});

describe("permissions", () => {
  async function modeAndWarning(permissions: unknown): Promise<readonly unknown[]> {
    const done = await run([{ path: "/f", permissions }]);
    const warning = done.log.find((line) => line.startsWith("WARNING"));
    return [done.system.fs.stat("/f")?.mode.toString(8), warning];
  }

  test("text is octal, a number is as YAML read it, none is 0644 without a warning", async () => {
    expect(await modeAndWarning("0600")).toEqual(["600", undefined]);
    expect(await modeAndWarning("0o755")).toEqual(["755", undefined]);
    expect(await modeAndWarning("4755")).toEqual(["4755", undefined]);
    expect(await modeAndWarning(0o640)).toEqual(["640", undefined]);
    expect(await modeAndWarning(undefined)).toEqual(["644", undefined]);
    expect(await modeAndWarning(null)).toEqual(["644", undefined]);
  });

  test("what cannot be read gives the default and a warning", async () => {
    for (const permissions of ["u=rw", "0999", "777777", -1, 4096, 1.5]) {
      expect(await modeAndWarning(permissions)).toEqual([
        "644",
        `WARNING "/f": Undecodable permissions ${JSON.stringify(permissions)}, returning default 0644`,
      ]);
    }
  });

  test("a decimal that was meant to be octal is used and warned of", async () => {
    expect(await modeAndWarning(644)).toEqual([
      "1204",
      'WARNING "/f": Permissions 644 without a leading 0 are decimal and mean 1204: write "0644" if that is meant',
    ]);
  });
});

describe("append", () => {
  const entries = [
    { path: "/etc/hosts", content: "192.0.2.1 a\n", append: true },
    { path: "/etc/hosts", content: "192.0.2.2 b\n", append: true },
  ];

  test("text goes to the end of the file, in the order of the list", async () => {
    const machine = { files: { "/etc/hosts": "127.0.0.1 localhost\n" } };
    const done = await run(entries, { machine });
    const wanted = "127.0.0.1 localhost\n192.0.2.1 a\n192.0.2.2 b\n";
    expect(contentOf(done, "/etc/hosts")).toBe(wanted);
    expect(done.ledger.length).toBe(2);
  });

  test("a second run, also after one that was cut off, appends nothing twice", async () => {
    for (const before of ["x\n192.0.2.1 a\n192.0.2.2 b\n", "x\n192.0.2.1 a\n", "x\n"]) {
      const done = await run(entries, { machine: { files: { "/etc/hosts": before } } });
      expect(contentOf(done, "/etc/hosts")).toBe("x\n192.0.2.1 a\n192.0.2.2 b\n");
    }
  });

  test("a file that another entry writes starts anew", async () => {
    const done = await run([{ path: "/etc/hosts", content: "first\n" }, ...entries], {
      machine: { files: { "/etc/hosts": "old\n" } },
    });
    expect(contentOf(done, "/etc/hosts")).toBe("first\n192.0.2.1 a\n192.0.2.2 b\n");
    expect(done.changes.filter((change) => change.kind === "write").length).toBe(1);
  });
});

test("a second run changes nothing", async () => {
  const entries = [
    { path: "/etc/a", content: "1", permissions: "0600" },
    { path: "/etc/b", content: "2", append: true },
  ];
  const machine = { files: { "/etc/passwd": "root:x:0:0::/:\n", "/etc/group": "root:x:0:\n" } };
  const first = await run(entries, { machine });
  const { ctx } = createModuleContext(first.system, { config: { write_files: entries } });
  const before = first.changes.length;
  await writeFiles.run(ctx);
  expect(first.changes.length).toBe(before);
});

test("entries of a wrong kind fail one by one, without their content", async () => {
  const done = await run(
    [
      { content: "secret" },
      "secret",
      { path: 7, content: "secret" },
      { path: "/x", permissions: ["secret"] },
      { path: "/good", content: "x" },
    ],
    { lines: { "write_files.3.permissions": 12 } },
  );
  expect([...done.failures].sort()).toEqual(
    [
      "No path provided to write for entry 1 in module write-files",
      'Cannot use write_files[1]: expected a mapping with "path" and "content", got text',
      "Cannot use write_files[2]: path is expected to be text, got a number",
      'user-data:12: Cannot use write_files[3]: permissions is expected to be an octal mode in quotes, such as "0644", got a list',
    ].sort(),
  );
  expect(done.system.fs.stat("/good")?.kind).toBe("file");
  expect(done.ledger.length).toBe(5);
});

test("a list that is none is one failure", async () => {
  expect((await run("no list")).failures).toEqual([
    "Cannot use write_files: expected a list, got text",
  ]);
  expect((await run(null)).failures).toEqual([]);
});

test("directories and devices in the way are said", async () => {
  const done = await run([{ path: "/etc" }, { path: "/etc/a/b" }], {
    machine: { files: { "/etc/a": "file" } },
  });
  expect(done.failures[0]).toBe('Cannot write "/etc": a directory is there');
  expect(done.failures[1]).toStartWith('Cannot write "/etc/a/b": ');
});

test("dots and double slashes in a path are taken out", async () => {
  const done = await run([{ path: "etc//./x/../y" }]);
  expect(done.system.fs.stat("/etc/y")?.kind).toBe("file");
});

describe("deferred entries", () => {
  const entries = [
    { path: "/now", content: "1" },
    { path: "/later", content: "2", defer: true },
    { path: "/later2", content: "3", defer: "yes" },
    { path: 5, defer: true },
  ];

  test("write_files leaves them to write_files_deferred", async () => {
    const done = await run(entries);
    expect(done.failures).toEqual([]);
    expect(done.system.fs.stat("/now")?.kind).toBe("file");
    expect(done.system.fs.stat("/later")).toBeUndefined();
  });

  test("write_files_deferred writes them and nothing else", async () => {
    const done = await runModule(writeFilesDeferred, { config: { write_files: entries } });
    expect(done.failures.length).toBe(1);
    expect(done.system.fs.stat("/now")).toBeUndefined();
    expect(contentOf(done, "/later") + contentOf(done, "/later2")).toBe("23");
  });

  test("where no list has write_files_deferred, that is warned of", async () => {
    const done = await run(entries, { config: { cloud_final_modules: ["final-message"] } });
    expect(done.log).toContain(
      'WARNING 3 entries of write_files with "defer: true" are not written: cloud_final_modules does not list write_files_deferred',
    );
    const listed = await run(entries, {
      config: { cloud_final_modules: [{ name: "cc_write_files_deferred" }] },
    });
    expect(listed.log.filter((line) => line.startsWith("WARNING"))).toEqual([]);
  });
});

test("ten thousand files are written in little time", async () => {
  const entries = Array.from({ length: 10_000 }, (_, index) => ({
    path: `/opt/app/${index % 100}/${index}`,
    content: "x".repeat(100),
  }));
  const done = await run(entries);
  expect(done.failures).toEqual([]);
  expect(done.changes.filter((change) => change.kind === "write").length).toBe(10_000);
});
