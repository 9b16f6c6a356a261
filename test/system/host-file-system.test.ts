import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { createHostFileSystem } from "../../src/system/host-file-system.ts";
import { createOverlayFileSystem } from "../../src/system/overlay-file-system.ts";
import { isTemporaryName } from "../../src/system/temporary-name.ts";
import { testFileSystem } from "../support/file-system-contract.ts";
import { moduleForProcess } from "../support/module-for-process.ts";

function makeRoot(): string {
  return fs.mkdtempSync(path.join(os.tmpdir(), "host-file-system-"));
}

testFileSystem("host", () => {
  const root = makeRoot();
  return {
    fs: createHostFileSystem(),
    root,
    cleanUp: () => fs.rmSync(root, { recursive: true, force: true }),
  };
});

testFileSystem("overlay over the host's", () => {
  const root = makeRoot();
  return {
    fs: createOverlayFileSystem(createHostFileSystem()),
    root,
    cleanUp() {
      expect(fs.readdirSync(root)).toEqual([]);
      fs.rmSync(root, { recursive: true, force: true });
    },
  };
});

describe("host file system", () => {
  const host = createHostFileSystem();
  const isRoot = process.getuid?.() === 0;
  let root = "";
  beforeAll(() => {
    root = makeRoot();
  });
  afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

  test("a write replaces the file in one step, so that an open reader keeps the old one", () => {
    const file = `${root}/atomic`;
    host.write(file, "old");
    const inode = fs.statSync(file).ino;
    const reader = host.open(file);
    host.write(file, "new and longer");
    expect(new TextDecoder().decode(reader.read(0, 100))).toBe("old");
    reader.close();
    expect(fs.statSync(file).ino).not.toBe(inode);
  });

  test("a write that fails leaves the old content and no temporary file", () => {
    const directory = `${root}/failing`;
    host.write(`${directory}/file`, "old");
    expect(() => host.write(`${directory}/file`, "new", { owner: "no-such-user" })).toThrow(
      'Cannot find user "no-such-user"',
    );
    fs.mkdirSync(`${directory}/dir`);
    expect(() => host.write(`${directory}/dir`, "new")).toThrow("it is a directory");
    expect(fs.readFileSync(`${directory}/file`, "utf8")).toBe("old");
    expect(fs.readdirSync(directory).sort()).toEqual(["dir", "file"]);
  });

  test("what a killed run leaves beside a file is known by its name", () => {
    expect(isTemporaryName(".hosts.cloud-init-0123456789ab.tmp")).toBe(true);
    expect(isTemporaryName("hosts")).toBe(false);
    expect(isTemporaryName(".hosts.tmp")).toBe(false);
  });

  test("what a killed run left goes with the next write to that directory, and nothing else does", () => {
    const root = makeRoot();
    const old = new Date(Date.now() - 3_600_000);
    const name = (tag: string): string => `${root}/data/.file.cloud-init-${tag}.tmp`;
    try {
      fs.mkdirSync(`${root}/data`);
      const left = [name("000000000001"), name("000000000002"), name("000000000003")];
      fs.writeFileSync(left[0] ?? "", "half");
      fs.symlinkSync("/etc", left[1] ?? "");
      fs.mkdirSync(left[2] ?? "");
      const kept = [name("00000000000a"), name("00000000000b"), `${root}/data/.file.tmp`];
      fs.mkdirSync(kept[0] ?? "");
      fs.writeFileSync(`${kept[0]}/somebody's`, "");
      fs.writeFileSync(kept[2] ?? "", "");
      for (const file of [...left, kept[0] ?? "", kept[2] ?? ""]) {
        fs.lutimesSync(file, old, old);
      }
      // Another process is writing this one at this moment.
      fs.writeFileSync(kept[1] ?? "", "");
      createHostFileSystem().write(`${root}/data/new`, "x");
      expect(fs.readdirSync(`${root}/data`).sort()).toEqual(
        [...kept.map((file) => file.slice(`${root}/data/`.length)), "new"].sort(),
      );
    } finally {
      fs.rmSync(root, { recursive: true, force: true });
    }
  });

  test("a directory has its mode and owner from its first moment", () => {
    const root = makeRoot();
    try {
      const host = createHostFileSystem();
      host.makeDirectory(`${root}/a/b`, { mode: 0o2710 });
      expect(fs.statSync(`${root}/a/b`).mode & 0o7777).toBe(0o2710);
      expect(fs.statSync(`${root}/a`).mode & 0o7777).toBe(0o755);
      expect(() => host.makeDirectory(`${root}/c/d`, { owner: "no-such-user" })).toThrow();
      expect(fs.readdirSync(root)).toEqual(["a"]);
    } finally {
      fs.rmSync(root, { recursive: true, force: true });
    }
  });

  test("a name of the greatest length can be written", () => {
    const name = "ü".repeat(127);
    host.write(`${root}/${name}`, "x");
    expect(host.readBytes(`${root}/${name}`).length).toBe(1);
  });

  test.skipIf(!isRoot)("a file that is written again keeps its owner", () => {
    const file = `${root}/owned`;
    host.write(file, "1", { owner: "1:2", mode: 0o640 });
    host.write(file, "2");
    expect(host.stat(file)).toMatchObject({ uid: 1, gid: 2, mode: 0o640 });
    host.write(file, "3", { owner: "0", mode: 0o4711 });
    expect(host.stat(file)).toMatchObject({ uid: 0, gid: 2, mode: 0o4711 });
    host.setAttributes(file, { owner: "3:4", mode: 0o6755 });
    expect(host.stat(file)).toMatchObject({ uid: 3, gid: 4, mode: 0o6755 });
    host.makeDirectory(`${root}/owned-dir`, { owner: "1:1", mode: 0o2750 });
    expect(host.stat(`${root}/owned-dir`)).toMatchObject({ uid: 1, gid: 1, mode: 0o2750 });
  });

  test("owner names come from /etc/passwd and /etc/group", () => {
    const file = `${root}/named`;
    host.write(file, "x");
    const { uid } = fs.statSync(file);
    const [name] =
      fs
        .readFileSync("/etc/passwd", "utf8")
        .split("\n")
        .map((line) => line.split(":"))
        .find((fields) => fields[2] === String(uid)) ?? [];
    expect(name).toBeString();
    host.setAttributes(file, { owner: name ?? "" });
    expect(host.stat(file)?.uid).toBe(uid);
  });

  test("a device is written to and not replaced", () => {
    host.write("/dev/null", "gone");
    expect(host.stat("/dev/null")?.kind).toBe("device");
    expect(() => host.readBytes("/dev/zero")).toThrow("EINVAL");
    const zero = host.open("/dev/zero");
    expect(zero.sizeBytes).toBeUndefined();
    expect(zero.read(5, 3)).toEqual(Uint8Array.of(0, 0, 0));
    zero.close();
  });

  test("a pipe in a seed directory does not hold the reader", () => {
    expect(spawnSync("mkfifo", [`${root}/fifo`]).status).toBe(0);
    expect(host.stat(`${root}/fifo`)?.kind).toBe("other");
    expect(() => host.readBytes(`${root}/fifo`)).toThrow("EINVAL");
    expect(() => host.write(`${root}/fifo`, "x")).toThrow("ENXIO");
  });

  test("a file of /proc, which says it is empty, is read whole", () => {
    expect(host.readBytes("/proc/self/status").length).toBeGreaterThan(100);
  });

  test("so is a large one", async () => {
    const env = Object.fromEntries(
      Array.from({ length: 4 }, (_, index) => [`LARGE_${index}`, String(index).repeat(100_000)]),
    );
    const child = spawn("/bin/sleep", ["60"], { env, stdio: "ignore" });
    try {
      const file = `/proc/${child.pid}/environ`;
      const text = (): string => new TextDecoder().decode(host.readBytes(file));
      // Until the child has become the program, these are our own variables.
      while (!text().includes("LARGE_3")) {
        await Bun.sleep(5);
      }
      expect(text()).toBe(
        Object.entries(env)
          .map(([name, value]) => `${name}=${value}\0`)
          .join(""),
      );
    } finally {
      child.kill("SIGKILL");
    }
  });

  test("many files are made durable in one go", () => {
    for (let index = 0; index < 100; index += 1) {
      host.write(`${root}/many/${index}`, String(index));
    }
    host.flush();
    expect(host.list(`${root}/many`).length).toBe(100);
  });
});

/** The system calls that `action`, a body of a function of `host` and `root`, makes. */
function trace(root: string, action: string): string {
  const program = `${root}/traced.mjs`;
  const source = moduleForProcess("src/system/host-file-system.ts");
  fs.writeFileSync(
    program,
    `import { createHostFileSystem } from ${JSON.stringify(source)};
     const host = createHostFileSystem(); const root = ${JSON.stringify(root)};
     ${action}`,
  );
  const log = `${root}/strace.log`;
  const calls =
    "openat,fsync,fchmod,fchown,write,pwrite64,rename,renameat,renameat2,execve,?mkdir,?mkdirat,?chmod,?fchmodat,?fchmodat2";
  const result = spawnSync(
    "strace",
    ["-f", "-y", "-qq", "-e", `trace=${calls}`, "-o", log, process.execPath, program],
    { encoding: "utf8" },
  );
  expect(result.stderr).toBe("");
  return fs
    .readFileSync(log, "utf8")
    .split("\n")
    .filter((line) => line.includes(`${root}/data`) || line.includes("bin/sync"))
    .join("\n");
}

const hasStrace = spawnSync("strace", ["-V"]).status === 0;

describe.skipIf(!hasStrace)("host file system, as the kernel sees it", () => {
  test("a durable write sets the mode before the content, syncs the file, renames, syncs the directory", () => {
    const root = makeRoot();
    try {
      fs.mkdirSync(`${root}/data`);
      const calls = trace(
        root,
        "host.write(`${root}/data/f`, 'secret', {mode: 0o640, durable: true});",
      );
      const order = [
        /openat\(.*\.f\.cloud-init-[0-9a-f]{12}\.tmp", O_WRONLY\|O_CREAT\|O_EXCL.*, 0600\)/u,
        /fchmod\(.*, 0640\)/u,
        /p?write(64)?\(.*"secret"/u,
        /fsync\(.*\.tmp>/u,
        /rename\w*\(.*\/data\/f"/u,
        /fsync\(\d+<[^>]*\/data>\)/u,
      ].map((pattern) => calls.search(pattern));
      expect(order.includes(-1)).toBe(false);
      expect(order).toEqual([...order].sort((a, b) => a - b));
    } finally {
      fs.rmSync(root, { recursive: true, force: true });
    }
  });

  test("a directory is made under another name and renamed when it is whole", () => {
    const root = makeRoot();
    try {
      fs.mkdirSync(`${root}/data`);
      const calls = trace(
        root,
        "host.makeDirectory(`${root}/data/d`, {mode: 0o750, owner: '0:0'});",
      );
      const order = [
        /mkdir\w*\(.*\.d\.cloud-init-[0-9a-f]{12}\.tmp", 0700\)/u,
        /chmod\w*\(.*\.tmp", 0750\)/u,
        /rename\w*\(.*\.tmp", .*\/data\/d"/u,
      ].map((pattern) => calls.search(pattern));
      expect(order.includes(-1)).toBe(false);
      expect(order).toEqual([...order].sort((a, b) => a - b));
    } finally {
      fs.rmSync(root, { recursive: true, force: true });
    }
  });

  test("few files are synced one by one, many by the sync program", () => {
    const root = makeRoot();
    try {
      fs.mkdirSync(`${root}/data`);
      const write = (count: number): string =>
        `for (let i = 0; i < ${count}; i += 1) host.write(root + '/data/' + i, 'x'); host.flush();`;
      const few = trace(root, write(3));
      expect(few.match(/fsync\(/gu)?.length).toBe(4);
      expect(few).not.toContain("execve");
      const many = trace(root, write(40));
      expect(many).not.toContain("fsync(");
      expect(many).toMatch(/execve\("\S*bin\/sync"/u);
    } finally {
      fs.rmSync(root, { recursive: true, force: true });
    }
  });
});
