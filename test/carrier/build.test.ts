// "npm run build" with a carrier and a package: what it refuses, and what --verify finds.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";

const SCRIPT = join(import.meta.dir, "../../scripts/build.ts");
const TIMEOUT_MS = 120_000;
/** Gives another package each time. */
const RPMBUILD = `#!/bin/sh
for word in "$@"; do case $word in "_topdir "*) top=\${word#_topdir } ;; esac; done
mkdir -p "$top/RPMS" && date +%N > "$top/RPMS/cloud-init-aix-0-1.aix7.2.ppc.rpm"
`;

describe("a build of carrier and package", () => {
  let dir = "";
  let outdir = "";
  const build = (runtime: string, ...flags: readonly string[]) => {
    const sum = createHash("sha256").update(readFileSync(runtime)).digest("hex");
    const argv = ["--outdir", outdir, "--runtime", runtime, "--runtime-sha256", sum, ...flags];
    const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT, ...argv], {
      encoding: "utf8",
      env: { ...process.env, PATH: `${dir}/bin:${process.env["PATH"]}` },
    });
    return { status, stderr, lines: stdout.split("\n").slice(0, -1) };
  };

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), "cloud-init-build-test-"));
    outdir = join(dir, "out");
    mkdirSync(join(dir, "bin"));
    writeFileSync(join(dir, "bin", "rpmbuild"), RPMBUILD, { mode: 0o755 });
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  test("refuses a runtime that is none before it builds anything", () => {
    const { status, stderr, lines } = build(SCRIPT, "--carrier");
    expect({ status, lines }).toEqual({ status: 1, lines: [] });
    expect(stderr).toStartWith(`Cannot use runtime "${SCRIPT}": it begins with "`);
    expect(readdirSync(outdir)).toEqual([]);
  });

  test(
    "is compared with a second one by --verify, and each artefact is told with its kind",
    () => {
      const { status, stderr, lines } = build("/bin/true", "--verify", "--carrier", "--rpm");
      expect({ status, stderr }).toEqual({
        status: 1,
        stderr:
          'Cannot reproduce "cloud-init-aix-0-1.aix7.2.ppc.rpm": a second build gave other bytes\n',
      });
      expect(lines.map((line) => line.replace(/^[0-9a-f]{64} +\d+ bytes  \S+\//u, ""))).toEqual([
        expect.stringMatching(/^cloud-init: ELF 64-bit executable, Linux \S+$/u),
        "cloud-init.cjs: script for Node.js",
        expect.stringMatching(
          /^cloud-init.carrier: shell stub \+ ustar archive of app.cjs, node /u,
        ),
      ]);
      expect(readdirSync(outdir).sort()).toEqual([
        "cloud-init",
        "cloud-init.carrier",
        "cloud-init.cjs",
      ]);
    },
    TIMEOUT_MS,
  );
});
