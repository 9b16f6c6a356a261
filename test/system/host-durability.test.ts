import { spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { createDurability } from "../../src/system/host-durability.ts";

describe("durability", () => {
  const { fsyncSync } = fs;
  let dir = "";
  let savedCount = 0;
  const saveAll = (): boolean => {
    savedCount += 1;
    return true;
  };
  /** fsync of AIX: EBADF where the descriptor is not open for writing, and of directories EINVAL. */
  const fsyncAsOnAix = (fd: number): void => {
    const flags = fs.readFileSync(`/proc/self/fdinfo/${fd}`, "utf8");
    const accessMode = Number.parseInt(/flags:\s*0*(\d+)/u.exec(flags)?.[1] ?? "0", 8) & 3;
    const code = fs.fstatSync(fd).isDirectory() ? "EINVAL" : accessMode === 0 ? "EBADF" : undefined;
    if (code !== undefined) {
      throw Object.assign(new Error(`${code}: fsync`), { code });
    }
    fsyncSync(fd);
  };

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "durability-"));
    savedCount = 0;
    fs.fsyncSync = fsyncAsOnAix;
  });
  afterEach(() => {
    fs.fsyncSync = fsyncSync;
    rmSync(dir, { recursive: true, force: true });
  });

  test("of a program that runs is had by saving all, where only what is open for writing can be synced", async () => {
    const program = join(dir, "sleep");
    copyFileSync("/bin/sleep", program);
    const child = spawn(program, ["60"], { stdio: "ignore" });
    try {
      await new Promise((resolve) => child.once("spawn", resolve));
      expect(() => fs.openSync(program, "r+")).toThrow("ETXTBSY");
      const durability = createDurability(saveAll);
      durability.remember(program);
      durability.flush();
      expect(savedCount).toBe(1);
      const helpless = createDurability(() => false);
      helpless.remember(program);
      expect(() => helpless.flush()).toThrow("EBADF");
    } finally {
      child.kill("SIGKILL");
      await new Promise((resolve) => child.once("close", resolve));
    }
  });

  test("of names is had by saving all where directories cannot be synced", () => {
    writeFileSync(join(dir, "file"), "content");
    const durability = createDurability(saveAll);
    durability.remember(join(dir, "file"));
    durability.flush();
    expect(savedCount).toBe(1);
    durability.syncDirectory(dir);
    expect(savedCount).toBe(2);
  });

  test("needs no more than the file and its directory where both can be synced", () => {
    const synced: string[] = [];
    fs.fsyncSync = (fd) => {
      synced.push(fs.readlinkSync(`/proc/self/fd/${fd}`));
      fsyncSync(fd);
    };
    writeFileSync(join(dir, "file"), "content");
    const durability = createDurability(saveAll);
    durability.remember(join(dir, "file"));
    durability.remember(join(dir, "gone"));
    durability.flush();
    expect(synced).toEqual([join(dir, "file"), dir]);
    expect(savedCount).toBe(0);
  });
});
