import { describe, expect, test } from "bun:test";
import { withScratchDirectory } from "../../../../src/cli/doctor/selftest/with-scratch-directory.ts";
import { createScriptedSystem } from "../../../../src/simulator/scripted-system.ts";
import { exists, readText } from "../../../../src/system/files.ts";
import type { FileStat, System } from "../../../../src/system/system.ts";

const FILES = { "/tmp/other": "mine\n", "/var/tmp/x": "" };

test("a private directory of its own, which is gone afterwards with all that is in it", async () => {
  const { system } = createScriptedSystem({ files: FILES });
  const path = await withScratchDirectory(system, async ({ fs }, directory) => {
    expect(fs.stat(directory)).toMatchObject({ kind: "directory", mode: 0o700 });
    fs.write(`${directory}/a/b`, "x");
    fs.append(`${directory}/a/b`, "y");
    fs.symlink(`${directory}/a/b`, `${directory}/link`);
    expect(readText(fs, `${directory}/link`)).toBe("xy");
    return directory;
  });
  expect(path).toMatch(/^\/var\/tmp\/cloud-init-selftest-[0-9a-f]{16}$/u);
  expect(exists(system.fs, path)).toBe(false);
  expect(system.fs.list("/var/tmp")).toEqual(["x"]);
});

test("it goes where the work fails, too", async () => {
  const { system } = createScriptedSystem({ files: { "/tmp/other": "" } });
  const work = withScratchDirectory(system, async ({ fs }, directory) => {
    fs.write(`${directory}/x`, "");
    throw new Error("it failed");
  });
  await expect(work).rejects.toThrow("it failed");
  expect(system.fs.list("/tmp")).toEqual(["other"]);
});

test("a signal that ends the program takes it along, and nothing after it is over", async () => {
  const { system } = createScriptedSystem({ files: { "/tmp/other": "" } });
  let stop = (): void => {};
  const leave = (given: () => void): void => void (stop = given);
  await withScratchDirectory(
    system,
    async ({ fs }, directory) => {
      fs.write(`${directory}/x`, "");
      stop();
      expect(exists(fs, directory)).toBe(false);
      // As another program might, much later.
      system.fs.write(`${directory}/y`, "");
    },
    leave,
  );
  system.fs.write("/tmp/cloud-init-selftest-0102030405060708/z", "");
  stop();
  expect(system.fs.list("/tmp")).toEqual(["cloud-init-selftest-0102030405060708", "other"]);
});

test("where the first place takes nothing, the second does; what was begun goes again", async () => {
  for (const [refused, name] of [
    ["makeDirectory", "read-only"],
    ["write", "full"],
  ] as const) {
    const { system } = createScriptedSystem({ files: FILES });
    const refuse = (path: string): void => {
      if (path.startsWith("/var/tmp/")) {
        throw new Error(`It is ${name}`);
      }
    };
    const sys: System = {
      ...system,
      fs: {
        ...system.fs,
        makeDirectory(path, options) {
          refuse(refused === "makeDirectory" ? path : "");
          system.fs.makeDirectory(path, options);
        },
        write(path, content, options) {
          refuse(path);
          system.fs.write(path, content, options);
        },
      },
    };
    const path = await withScratchDirectory(sys, async ({ fs }, directory) => {
      expect(fs.list(directory)).toEqual([]);
      expect(system.fs.list("/var/tmp")).toEqual(["x"]);
      return directory;
    });
    expect(path).toMatch(/^\/tmp\/cloud-init-selftest-[0-9a-f]{16}$/u);
    expect(system.fs.list("/tmp")).toEqual(["other"]);
  }
});

describe("what an earlier run left behind", () => {
  const OLD = "cloud-init-selftest-00112233445566aa";
  const DAY_MS = 86_400_000;

  function machine(stat: (path: string) => Partial<FileStat> = () => ({})) {
    const { system, changes } = createScriptedSystem({
      files: { [`/var/tmp/${OLD}/file`]: "", "/var/tmp/cloud-init-selftest-mine/file": "" },
    });
    system.fs.setAttributes("/var/tmp", { mode: 0o1777 });
    system.fs.setAttributes(`/var/tmp/${OLD}`, { mode: 0o700 });
    system.fs.setAttributes("/var/tmp/cloud-init-selftest-mine", { mode: 0o700 });
    changes.length = 0;
    const old = { modifiedMs: system.clock.now().getTime() - DAY_MS };
    const sys: System = {
      ...system,
      fs: {
        ...system.fs,
        stat(path) {
          const found = system.fs.stat(path);
          return found === undefined ? undefined : { ...found, ...old, ...stat(path) };
        },
      },
    };
    return { sys, list: () => system.fs.list("/var/tmp") };
  }

  const of = (path: string, change: Partial<FileStat>) => (asked: string) =>
    asked === path ? change : {};

  test("goes, and nothing else of nearly its name", async () => {
    const { sys, list } = machine();
    await withScratchDirectory(sys, async () => "");
    expect(list()).toEqual(["cloud-init-selftest-mine"]);
  });

  test.each([
    ["of another user", of(`/var/tmp/${OLD}`, { uid: 1000 })],
    ["a link", of(`/var/tmp/${OLD}`, { kind: "symlink" })],
    ["a file", of(`/var/tmp/${OLD}`, { kind: "file" })],
    ["open to others", of(`/var/tmp/${OLD}`, { mode: 0o755 })],
    [
      "of a run that may still be at work",
      of(`/var/tmp/${OLD}`, { modifiedMs: Date.UTC(2026, 0, 2, 3, 0) }),
    ],
    ["where anybody can rename it", of("/var/tmp", { mode: 0o777 })],
    ["in another user's directory", of("/var/tmp", { uid: 1000 })],
    ["behind a link", of("/var/tmp", { kind: "symlink" })],
  ] as const)("stays where it is %s", async (_what, stat) => {
    const { sys, list } = machine(stat);
    const work = withScratchDirectory(sys, async () => "").catch(() => "");
    await work;
    expect(list()).toContain(OLD);
  });
});

test("nothing else can be changed", async () => {
  const { system, changes } = createScriptedSystem({
    files: FILES,
    http: () => ({ status: 200, headers: {}, body: new Uint8Array() }),
  });
  await withScratchDirectory(system, async ({ fs, exec, http }, directory) => {
    changes.length = 0;
    const out = `${directory}/../other`;
    for (const attempt of [
      () => fs.write("/tmp/other", ""),
      () => fs.write(out, ""),
      () => fs.append(`${directory}-other/x`, ""),
      () => fs.setAttributes("/tmp/other", { mode: 0o777 }),
      () => fs.setAttributes(directory, { mode: 0o777 }),
      () => fs.makeDirectory("/tmp/y"),
      () => fs.symlink("/etc/passwd", `${directory}/passwd`),
      () => fs.symlink(`${directory}/x`, "/tmp/link"),
      () => fs.remove("/tmp/other"),
      () => fs.remove(directory),
    ]) {
      expect(attempt).toThrow(/^Cannot change "/u);
    }
    await expect(exec.run(["/bin/true"])).rejects.toThrow("Cannot change");
    const request = { method: "GET", effect: "query", timeoutMs: 1 } as const;
    await expect(http.request({ ...request, url: "http://192.0.2.1/" })).rejects.toThrow(
      "192.0.2.1",
    );
    expect((await http.request({ ...request, url: "http://127.0.0.1:1/" })).status).toBe(200);
    expect(changes).toEqual([]);
  });
  expect(readText(system.fs, "/tmp/other")).toBe("mine\n");
});

test("nothing is made where something is in the way, or no place for it is", async () => {
  const none = createScriptedSystem();
  await expect(withScratchDirectory(none.system, async () => "")).rejects.toThrow(
    "Cannot make a temporary directory: there is no /var/tmp; there is no /tmp",
  );
  const taken = createScriptedSystem({
    files: { "/tmp/cloud-init-selftest-0102030405060708/x": "theirs\n" },
  });
  await expect(withScratchDirectory(taken.system, async () => "")).rejects.toThrow(
    'something is at "/tmp/cloud-init-selftest-0102030405060708"',
  );
  expect([none.changes, taken.changes]).toEqual([[], []]);
  expect(exists(taken.system.fs, "/tmp/cloud-init-selftest-0102030405060708/x")).toBe(true);
});
