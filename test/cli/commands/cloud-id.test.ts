import { describe, expect, test } from "bun:test";
import { runCli } from "../../../src/cli/cli.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";

const RUN = "/run/cloud-init";
const STAGE = { errors: [], recoverable_errors: {}, start: 1_767_225_600, finished: 1_767_225_605 };
const STATUS = JSON.stringify({
  v1: { datasource: "DataSourceNone", stage: null, "init-local": STAGE, init: STAGE },
});
const RESULT = JSON.stringify({ v1: { datasource: "DataSourceNone", errors: [] } });
const BOOTED = {
  [`${RUN}/status.json`]: STATUS,
  [`${RUN}/result.json`]: RESULT,
  [`${RUN}/instance-data.json`]: JSON.stringify({
    v1: { cloud_id: "openstack", region: "Zürich", platform: "openstack" },
  }),
};

async function cloudId(args: readonly string[], files: Readonly<Record<string, string>>) {
  const { system } = createScriptedSystem({ files });
  const out = { stdout: "", stderr: "" };
  const ctx = {
    sys: system,
    stdout: (text: string) => (out.stdout += text),
    stderr: (text: string) => (out.stderr += text),
    exitCode: 0,
  };
  await runCli("cloud-id", args, ctx);
  return { ...out, exitCode: ctx.exitCode };
}

describe("the cloud's name", () => {
  test("is printed, with the region or as JSON if wanted", async () => {
    expect(await cloudId([], BOOTED)).toEqual({ stdout: "openstack\n", stderr: "", exitCode: 0 });
    expect((await cloudId(["--long"], BOOTED)).stdout).toBe("openstack\tZürich\n");
    expect(JSON.parse((await cloudId(["-j"], BOOTED)).stdout)).toMatchObject({
      cloud_id: "openstack",
    });
  });

  test("is that of another file if one is named", async () => {
    const files = { ...BOOTED, "/tmp/i.json": '{"v1":{"cloud_id":"aws"}}' };
    expect((await cloudId(["-i", "/tmp/i.json", "-l"], files)).stdout).toBe("aws\tn/a\n");
  });
});

describe("where there is none", () => {
  test("before the first run the exit code is 3, switched off it is 2", async () => {
    expect(await cloudId([], {})).toMatchObject({ stdout: "not started\n", exitCode: 3 });
    const off = { ...BOOTED, "/etc/cloud/cloud-init.disabled": "" };
    expect(await cloudId([], off)).toMatchObject({ stdout: "disabled\n", exitCode: 2 });
  });

  test("a file that is missing or has no name in it is told", async () => {
    const { [`${RUN}/instance-data.json`]: _, ...without } = BOOTED;
    expect(await cloudId([], without)).toMatchObject({
      stderr: `Error:\nMissing instance-data file: ${RUN}/instance-data.json\n`,
      exitCode: 1,
    });
    const empty = { ...BOOTED, [`${RUN}/instance-data.json`]: '{"v1":[]}' };
    expect((await cloudId([], empty)).stderr).toContain('No "v1.cloud_id"');
  });
});
