import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { lstatSync, mkdtempSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CpioEntry, writeCpio } from "../../scripts/vm/cpio.ts";
import { findToolObstacle } from "../support/run-tool.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";

const ENTRIES: Readonly<Record<string, CpioEntry>> = {
  init: { kind: "link", target: "bin/busybox" },
  "usr/bin/tool": { kind: "file", mode: 0o755, content: "#!/bin/sh\n" },
  "etc/empty": { kind: "file", content: "" },
  "etc/bytes": { kind: "file", mode: 0o640, content: Uint8Array.from([0, 1, 254, 255, 10]) },
};

describe("a cpio archive", () => {
  test("is the same whatever the order of the entries", () => {
    const turned = Object.fromEntries(Object.entries(ENTRIES).reverse());
    expect(writeCpio(turned)).toEqual(writeCpio(ENTRIES));
  });

  test("has headers of 110 digits and is aligned to four bytes", () => {
    const archive = writeCpio(ENTRIES);
    expect(archive.length % 4).toBe(0);
    expect(new TextDecoder().decode(archive.subarray(0, 114))).toMatch(
      /^070701[0-9a-f]{104}etc\0/u,
    );
    expect(new TextDecoder().decode(archive)).toContain("TRAILER!!!\0");
  });

  describe.skipIf(requireOrSkip(findToolObstacle("busybox")))("unpacked by busybox", () => {
    let directory: string;
    beforeAll(() => {
      directory = mkdtempSync(join(tmpdir(), "cloud-init-cpio-"));
    });
    afterAll(() => rmSync(directory, { recursive: true, force: true }));

    test("gives files, modes and links back", () => {
      const { status, stderr } = spawnSync("busybox", ["cpio", "-i", "-d"], {
        cwd: directory,
        input: writeCpio(ENTRIES),
      });
      expect(`${status} ${stderr.toString()}`).toMatch(/^0 /u);
      const at = (name: string): string => join(directory, name);
      expect(readlinkSync(at("init"))).toBe("bin/busybox");
      expect(readFileSync(at("usr/bin/tool"), "utf8")).toBe("#!/bin/sh\n");
      expect(lstatSync(at("usr/bin/tool")).mode & 0o777).toBe(0o755);
      expect(lstatSync(at("etc/empty")).size).toBe(0);
      expect([...readFileSync(at("etc/bytes"))]).toEqual([0, 1, 254, 255, 10]);
      expect(lstatSync(at("etc/bytes")).mode & 0o777).toBe(0o640);
      expect(lstatSync(at("usr/bin")).isDirectory()).toBe(true);
    });
  });
});
