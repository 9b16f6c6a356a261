import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { builtArtefacts } from "../../scripts/built-artefacts.ts";

let image = "";
beforeAll(() => {
  image = mkdtempSync(join(tmpdir(), "linux-install-"));
  mkdirSync(join(image, "usr/lib/systemd/system"), { recursive: true });
});
afterAll(() => rmSync(image, { recursive: true, force: true }));

function install(): { exitCode: number | null; lines: readonly string[]; stderr: string } {
  const argv = ["install", "--root", image, "--distro", "debian"];
  const { status, stdout, stderr } = spawnSync(builtArtefacts().binary, argv, {
    encoding: "utf8",
    env: {},
  });
  return { exitCode: status, lines: stdout.trim().split("\n"), stderr };
}

test("the built program installs itself into an image with systemd, and the copy runs", () => {
  const first = install();
  expect(first).toMatchObject({ exitCode: 0, stderr: "" });
  const agent = join(image, "usr/bin/cloud-init");
  expect(statSync(agent).mode & 0o7777).toBe(0o755);
  expect(readlinkSync(`${agent}-per`)).toBe("cloud-init");
  const version = spawnSync(agent, ["--version"], { encoding: "utf8", env: {} });
  expect(version.stdout).toMatch(/^cloud-init \d+\.\d+\.\d+\n$/u);
  const units = readdirSync(join(image, "etc/systemd/system/cloud-init.target.wants")).sort();
  expect(units).toEqual([
    "cloud-config.service",
    "cloud-final.service",
    "cloud-init-local.service",
    "cloud-init.service",
  ]);
  const unit = readFileSync(join(image, "etc/systemd/system/cloud-final.service"), "utf8");
  expect(unit).toContain("ExecStart=/usr/bin/cloud-init modules --mode final\n");
  const config = readFileSync(join(image, "etc/cloud/cloud.cfg"), "utf8");
  expect(config).toContain("datasource_list: [ConfigDrive, None]\n");
}, 60_000);

test("a second run changes nothing, and what the user changed stays", () => {
  const config = join(image, "etc/cloud/cloud.cfg");
  writeFileSync(config, "preserve_hostname: true\n");
  const before = statSync(join(image, "usr/bin/cloud-init")).mtimeMs;
  const { exitCode, lines } = install();
  expect(exitCode).toBe(0);
  expect(lines.filter((line) => !line.startsWith("kept "))).toEqual([]);
  expect(readFileSync(config, "utf8")).toBe("preserve_hostname: true\n");
  expect(statSync(join(image, "usr/bin/cloud-init")).mtimeMs).toBe(before);
}, 60_000);
