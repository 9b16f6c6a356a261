import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { builtArtefacts } from "../../../scripts/built-artefacts.ts";
import { SAMPLE_ISO } from "../../support/plan-command.ts";

const BUILD_TIMEOUT_MS = 120_000;
const NOBODY = 65_534;
/** Root gives its rights away, anybody else has none to begin with. */
const unprivileged = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};

for (const runtime of ["binary", "bundle"] as const) {
  describe(runtime === "binary" ? "the compiled binary" : "the bundle under Node.js", () => {
    let dir = "";

    beforeAll(() => {
      dir = mkdtempSync(join(tmpdir(), "cloud-init-plan-"));
      copyFileSync(builtArtefacts()[runtime], join(dir, "cloud-init"));
      writeFileSync(join(dir, "drive.iso"), SAMPLE_ISO);
      // Read and run, but not write: a plan must not need a place for temporary files.
      chmodSync(dir, 0o555);
    }, BUILD_TIMEOUT_MS);

    afterAll(() => {
      chmodSync(dir, 0o755);
      rmSync(dir, { recursive: true, force: true });
    });

    test("plans an image as an unprivileged user, and leaves no file behind", () => {
      const { status, stdout, stderr } = spawnSync(join(dir, "cloud-init"), ["plan", "drive.iso"], {
        ...unprivileged,
        cwd: dir,
        encoding: "utf8",
        env: { PATH: process.env["PATH"] ?? "", TMPDIR: dir, HOME: dir },
      });
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(stdout).toContain("  instance     3976d990-ab42-4939-911a-21f6149170cd\n");
      expect(stdout).toEndWith("Nothing would fail.\n");
      expect(readdirSync(dir)).toEqual(["cloud-init", "drive.iso"]);
    });
  });
}
