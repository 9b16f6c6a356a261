import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mirrorFileSystem } from "../../../../src/cli/install/rehearsal/mirror-file-system.ts";
import { createHostFileSystem } from "../../../../src/system/host-file-system.ts";
import { createMemoryFileSystem } from "../../../../src/system/memory-file-system.ts";

let top: string;
let root: string;

beforeEach(() => {
  top = mkdtempSync(path.join(tmpdir(), "mirror-"));
  root = path.join(top, "root");
  mkdirSync(root);
  writeFileSync(path.join(top, "outside"), "as it was");
});

afterEach(() => {
  rmSync(top, { recursive: true });
});

function create() {
  const memory = createMemoryFileSystem({ "/etc/only-in-memory": "memory" });
  return { memory, fs: mirrorFileSystem(memory, createHostFileSystem(), root) };
}

describe("a mirrored file system", () => {
  test("does each change twice, and answers from the first", () => {
    const { memory, fs } = create();
    fs.write("/etc/a", "one", { mode: 0o600, durable: true });
    fs.append("/etc/a", " two");
    fs.makeDirectory("/var/empty");
    fs.flush();
    expect(readFileSync(`${root}/etc/a`, "utf8")).toBe("one two");
    expect(readdirSync(`${root}/var`)).toEqual(["empty"]);
    expect(new TextDecoder().decode(memory.readBytes("/etc/a"))).toBe("one two");
    rmSync(`${root}/etc/a`);
    expect(new TextDecoder().decode(fs.readBytes("/etc/a"))).toBe("one two");
    expect(fs.list("/etc")).toEqual(["a", "only-in-memory"]);
    fs.remove("/etc/a");
    expect(fs.stat("/etc/a")).toBeUndefined();
  });

  test("reaches nothing outside of its directory, by a link, a path that goes up, or the root", () => {
    const { fs } = create();
    fs.symlink(path.join(top, "outside"), "/absolute");
    fs.symlink("../outside", "/relative");
    for (const link of ["/absolute", "/relative", "/../outside"]) {
      try {
        fs.write(link, "changed");
      } catch {
        // In memory they may lead nowhere.
      }
      try {
        fs.remove(link);
      } catch {
        // As above.
      }
    }
    expect(() => fs.remove("/")).toThrow();
    expect(readFileSync(path.join(top, "outside"), "utf8")).toBe("as it was");
    expect(readdirSync(top).sort()).toEqual(["outside", "root"]);
  });

  test("passes over what the host refuses, and passes on what the machine refuses", () => {
    const { fs } = create();
    writeFileSync(`${root}/var`, "a file where a directory is to be");
    fs.write("/var/log/a", "text");
    expect(fs.stat("/var/log/a")?.kind).toBe("file");
    expect(() => fs.readBytes("/none")).toThrow();
  });
});
