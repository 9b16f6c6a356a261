import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { buildRpm } from "../../scripts/rpm/build-rpm.ts";
import { START_CACHES } from "../../src/cli/install/start-cache.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";
import { namespaceObstacle, PROGRAM, SMALL_RUNTIME } from "./namespace.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const PARTS = {
  runtime: encode(SMALL_RUNTIME),
  program: encode(PROGRAM),
  libraries: { "libstdc++.a": encode("library") },
  form: "ustar",
} as const;
const RPM_FLAGS = ["--ignoreos", "--ignorearch", "--noscripts", "--nodeps"];

function findObstacle(): string | undefined {
  const { error } = spawnSync("rpmbuild", ["--version"]);
  return error === undefined ? namespaceObstacle() : "there is no rpmbuild (Debian package rpm)";
}

describe.skipIf(requireOrSkip(findObstacle()))("the package for AIX", () => {
  let dir: string;
  let file: string;
  let bytes: Uint8Array;
  const rpm = (...args: readonly string[]): string => {
    const { stdout, stderr, status } = spawnSync("rpm", args, { encoding: "utf8" });
    expect(`${status} ${status === 0 ? "" : stderr}`).toBe("0 ");
    return stdout;
  };

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), "cloud-init-rpm-test-"));
    const built = buildRpm(PARTS);
    ({ bytes } = built);
    file = join(dir, built.name);
    writeFileSync(file, bytes);
  }, 60_000);
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  test("is for AIX, needs nothing, and takes the old one's place", () => {
    expect(file).toMatch(/cloud-init-aix-\d+\.\d+\.\d+-1\.aix7\.2\.ppc\.rpm$/u);
    expect(rpm("-qp", "--qf", "%{OS} %{ARCH} %{PAYLOADCOMPRESSOR} %{BUILDHOST}", file)).toBe(
      "aix7.2 ppc gzip localhost",
    );
    expect(rpm("-qp", "--obsoletes", file)).toBe("cloud-init < 24\n");
    expect(rpm("-qp", "--provides", file)).toContain("cloud-init = ");
    const needs = rpm("-qp", "--requires", file).trim().split("\n");
    expect(needs.filter((line) => !/^(?:rpmlib\(|\/bin\/sh$)/u.test(line))).toEqual([]);
  });

  test("has program, runtime and configuration with their owners and modes", () => {
    const format =
      "[%{FILENAMES} %{FILEMODES:perms} %{FILEUSERNAME}:%{FILEGROUPNAME} %{FILEFLAGS:fflags}\n]";
    const lines = rpm("-qp", "--qf", format, file)
      .replaceAll(/\/\d+\.\d+\.\d+-[0-9a-f]{12}\//gu, "/VERSION/")
      .split("\n");
    expect(lines).toContain("/opt/freeware/bin/cloud-init -rwxr-xr-x root:system ");
    expect(lines).toContain(
      "/opt/freeware/libexec/cloud-init/VERSION/node -rwxr-xr-x root:system ",
    );
    expect(lines).toContain(
      "/opt/freeware/libexec/cloud-init/VERSION/lib/libstdc++.a -rwxr-xr-x root:system ",
    );
    expect(lines).toContain("/opt/freeware/etc/cloud/cloud.cfg -rw-r--r-- root:system cn");
    expect(lines.filter((line) => line.includes("cloud-id ")).join()).toContain("lrwxrwxrwx");
  });

  test("installs itself in the end, when the old package is gone, and asks to go as it came", () => {
    const scripts = rpm("-qp", "--scripts", file);
    expect(scripts).toMatch(/posttrans[^]*\/opt\/freeware\/bin\/cloud-init install/u);
    expect(scripts).toMatch(
      /preuninstall[^]*\/opt\/freeware\/bin\/cloud-init uninstall --force\n/u,
    );
  });

  test("put into a tree, runs from there, and keeps a configuration that is there", () => {
    const script = `
      set -e
      mkdir -p "$R/opt/freeware/etc/cloud"; echo mine > "$R/opt/freeware/etc/cloud/cloud.cfg"
      rpm --root "$R" ${RPM_FLAGS.join(" ")} -i "$F"
      mount --bind "$R/opt" /opt
      cat /opt/freeware/etc/cloud/cloud.cfg; ls /opt/freeware/etc/cloud/cloud.cfg.rpmnew
      /opt/freeware/bin/cloud-init exit 6 || echo "code $?"
      for program in /opt/freeware/libexec/cloud-init/*/app.cjs; do : > $program; done
      mount -t tmpfs -o size=4k none /var/tmp
      mkdir -p /var/opt; mount -t tmpfs -o size=4k none /var/opt
      /opt/freeware/bin/cloud-init exit 0 || echo "code $?"`;
    const root = join(dir, "root");
    const { stdout, stderr } = spawnSync(
      "unshare",
      ["-m", "sh", "-c", `mkdir -p "$R"; ${script}`],
      {
        encoding: "utf8",
        env: { PATH: process.env["PATH"], R: root, F: file },
      },
    );
    expect(stdout).toBe("mine\n/opt/freeware/etc/cloud/cloud.cfg.rpmnew\ncode 6\ncode 125\n");
    expect(stderr).toContain("cloud-init: cannot unpack the runtime");
  });

  test("goes with its runtime and with what was compiled of the program since", () => {
    const script = `
      set -e
      mount -t tmpfs -o mode=755 none /opt
      rpm --dbpath "$D/db2" -i --nodeps --ignoreos --ignorearch --nopost --noposttrans "$F"
      for runtime in /opt/freeware/libexec/cloud-init/*; do
        for cache in ${START_CACHES.join(" ")}; do echo cache > $runtime/$cache; done
      done
      rpm --dbpath "$D/db2" -e --nopreun cloud-init-aix
      ls -A /opt/freeware/libexec /opt/freeware/bin`;
    const { stdout, stderr } = spawnSync("unshare", ["-m", "sh", "-c", script], {
      encoding: "utf8",
      env: { PATH: process.env["PATH"], D: dir, F: file },
    });
    expect(stderr).not.toContain("rror");
    expect(stdout).toBe("/opt/freeware/bin:\n\n/opt/freeware/libexec:\n");
  }, 60_000);

  test("has the same bytes when it is built again", () => {
    expect(Buffer.compare(buildRpm(PARTS).bytes, bytes)).toBe(0);
  }, 60_000);
});
