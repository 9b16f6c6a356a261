// Commands of operators on machines whose system_info.paths name other directories.
import { describe, expect, test } from "bun:test";
import { runCli } from "../../../src/cli/cli.ts";
import type { FileSystem } from "../../../src/system/system.ts";
import { createLinuxScenario, type LinuxScenario } from "../../support/linux-boot.ts";
import { CLEAN } from "../../support/run-by-hand.ts";

const FILE = "/etc/cloud/cloud.cfg.d/10_paths.cfg";
const LOCK = "stage.lock";

async function deployed(paths: string): Promise<LinuxScenario> {
  const linux = createLinuxScenario({
    distro: "debian",
    files: { [FILE]: `system_info:\n  paths: {${paths}}\n` },
    userData: "#cloud-config\nruncmd: [echo MARKED]\n",
  });
  expect((await linux.boot("i-old")).codes).toEqual(CLEAN);
  return linux;
}

async function run({ system }: LinuxScenario, ...args: readonly string[]) {
  const out = { stdout: "", stderr: "" };
  const ctx = {
    sys: system,
    cwd: "/tmp",
    stdout: (text: string) => (out.stdout += text),
    stderr: (text: string) => (out.stderr += text),
    exitCode: 0,
  };
  await runCli("cloud-init", args, ctx);
  return { ...out, exitCode: ctx.exitCode };
}

const namesIn = (fs: FileSystem, path: string): readonly string[] =>
  fs.stat(path) === undefined ? [] : fs.list(path);

describe("cloud_dir", () => {
  test.each([["clean"], ["seal"]])(
    "%s finds it in the configuration after /run was emptied",
    async (command) => {
      const linux = await deployed("cloud_dir: /data/cloud");
      const { fs } = linux.system;
      fs.remove("/run/cloud-init");
      expect(namesIn(fs, "/data/cloud")).toContain("instances");
      expect((await run(linux, command)).exitCode).toBe(0);
      expect(namesIn(fs, "/data/cloud")).not.toContain("instances");
      expect(namesIn(fs, "/data/cloud")).not.toContain("data");
    },
  );

  test("that is / is not taken", async () => {
    const linux = await deployed("cloud_dir: /");
    expect(namesIn(linux.system.fs, "/var/lib/cloud")).toContain("instances");
    expect((await run(linux, "clean")).exitCode).toBe(0);
    expect(namesIn(linux.system.fs, "/")).toContain("etc");
  });
});

describe("run_dir", () => {
  test("has all that a boot leaves there but the cache of the configuration", async () => {
    const linux = await deployed("run_dir: /run/other");
    const { fs } = linux.system;
    expect(fs.list("/run/cloud-init")).toEqual(["config-cache.json", "paths.json"]);
    expect(fs.list("/run/other")).toEqual(
      expect.arrayContaining(["combined-cloud-config.json", "instance-data.json", "status.json"]),
    );
  });

  test("commands that do not read the configuration find it", async () => {
    const linux = await deployed("run_dir: /run/other, cloud_dir: /data/cloud");
    expect((await run(linux, "status")).stdout).toBe("status: done\n");
    expect((await run(linux, "query", "v1.instance_id")).stdout).toBe("iid-datasource-none\n");
    expect((await run(linux, "cloud-id")).stdout).toBe("none\n");
  });

  test("what systemd's generator says stands in the usual one", async () => {
    const linux = await deployed("run_dir: /run/other");
    linux.system.fs.makeDirectory("/run/systemd/system");
    linux.system.fs.write("/run/cloud-init/disabled", "");
    expect((await run(linux, "status", "--long")).stdout).toContain("disabled-by-generator\n");
  });

  test("seal sees a stage that runs, and leaves nothing in either directory", async () => {
    const linux = await deployed("run_dir: /run/other");
    const { fs } = linux.system;
    fs.write(`/run/other/${LOCK}`, "4711\n");
    fs.makeDirectory("/proc/4711");
    expect((await run(linux, "seal")).stderr).toContain("cloud-init runs as process 4711");
    fs.remove("/proc/4711");
    expect((await run(linux, "seal")).exitCode).toBe(0);
    expect([namesIn(fs, "/run/other"), namesIn(fs, "/run/cloud-init")]).toEqual([[], []]);
  });

  test("that is the usual one again: the next boot leaves no pointer to the other", async () => {
    const linux = await deployed("run_dir: /run/other");
    const { fs } = linux.system;
    fs.remove(FILE);
    fs.write(
      "/run/cloud-init/paths.json",
      '{"cloud_dir": "/var/lib/cloud", "run_dir": "/run/old"}',
    );
    expect((await linux.boot("i-old")).codes).toEqual(CLEAN);
    expect(fs.list("/run/cloud-init")).not.toContain("paths.json");
    expect((await run(linux, "status")).stdout).toBe("status: done\n");
  });
});
