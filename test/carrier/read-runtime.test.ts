import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readRuntime } from "../../scripts/carrier/read-runtime.ts";

describe("a runtime's file", () => {
  let dir = "";
  /** Writes the file and reads it as a runtime whose sum is given. */
  const read = (name: string, content: Uint8Array | string): Uint8Array => {
    const path = join(dir, name);
    writeFileSync(path, content);
    return readRuntime(path, createHash("sha256").update(content).digest("hex"));
  };
  const program = readFileSync("/bin/true");
  const archive = (node: Uint8Array | string): Uint8Array => {
    mkdirSync(join(dir, "node-v1/bin"), { recursive: true });
    writeFileSync(join(dir, "node-v1/bin/node"), node);
    const { stdout } = spawnSync("tar", ["-czf", "-", "-C", dir, "node-v1"]);
    return stdout;
  };

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), "read-runtime-"));
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  test("is a program, or a release with one in it", () => {
    expect(program.equals(read("node", program))).toBeTrue();
    expect(program.equals(read("node.tar.gz", archive(program)))).toBeTrue();
  });

  test("is refused where it is neither", () => {
    const others: readonly (readonly [string, Uint8Array | string])[] = [
      // The magic of xz.
      ["node-v1.tar.xz", new Uint8Array(5_000).fill(7).fill(0xfd, 0, 1)],
      ["node", "#!/bin/sh\n"],
      ["empty", ""],
      ["script.tar.gz", archive("#!/bin/sh\n")],
    ];
    for (const [name, content] of others) {
      expect(() => read(name, content)).toThrow(
        /^Cannot use runtime "\S+": it begins with "[0-9a-f]*", expected a 64-bit program for AIX /u,
      );
    }
  });

  test("is refused where its sum is another, or not known", () => {
    const path = join(dir, "program");
    writeFileSync(path, program);
    expect(() => readRuntime(path, "0".repeat(64))).toThrow("expected 0000");
    expect(() => readRuntime(path, undefined)).toThrow("its SHA-256 is not known here");
  });
});
