// `doctor` of the built program on an AIX root: a machine with nothing wrong, and one with much.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { canUseAixRoot } from "../../scripts/aix-root.ts";
import type { DoctorJson } from "../../src/cli/doctor/render-doctor.ts";
import {
  AGENT,
  type AixScenario,
  type AixTestRoot,
  changeDisc,
  CLOUD_CFG,
  CLOUD_DIR,
  createAixScenario,
  SAMPLE_UUID,
  sampleDrive,
} from "../support/aix-root-scenario.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";
import { compareSnapshots, snapshotRoot } from "../support/root-snapshot.ts";

const TIMEOUT_MS = 120_000;

async function doctor(root: AixTestRoot): Promise<DoctorJson> {
  const { stdout, stderr, exitCode } = await root.agent("doctor", "--format", "json");
  expect(stderr).toBe("");
  const told = JSON.parse(stdout) as DoctorJson;
  expect(told.exit_code === exitCode).toBe(true);
  return told;
}

describe.skipIf(requireOrSkip(canUseAixRoot()))("doctor on AIX", () => {
  let scenario: AixScenario;
  let deployed: AixTestRoot;

  beforeAll(async () => {
    scenario = createAixScenario();
    deployed = await scenario.image();
    changeDisc(deployed, sampleDrive("#cloud-config\nruncmd: [hostname]\n"));
    await deployed.boot();
  }, TIMEOUT_MS);
  afterAll(() => scenario.removeAll());

  test("finds nothing on an image, and on a machine that it was deployed to; changes nothing", async () => {
    expect((await doctor(await scenario.image())).findings).toEqual([]);
    const before = snapshotRoot(deployed.path);
    const told = await doctor(deployed);
    expect(compareSnapshots(snapshotRoot(deployed.path), [before])).toEqual([]);
    expect(told.findings).toEqual([]);
    expect(told).toMatchObject({ exit_code: 0, result: "ok" });
    expect(told.facts).toMatchObject({
      instance: SAMPLE_UUID,
      "config drive": `cd0, of instance ${SAMPLE_UUID}`,
    });
  });

  test(
    "finds what is wrong, and its commands mend it",
    async () => {
      const root = scenario.copy(deployed);
      const init = "/etc/rc.d/init.d";
      const wrong = [
        "rm /etc/rc.d/rc2.d/S02cloud-init",
        `chmod 644 ${init}/cloud-final`,
        "chmod 777 /opt/freeware/etc",
        `chmod 644 ${CLOUD_DIR}/instances/${SAMPLE_UUID}/user-data.txt`,
        "chmod 644 /etc/ssh/ssh_host_rsa_key",
        "chmod 600 /etc/resolv.conf",
        "echo 192.0.2.50 golden > /etc/hosts",
        "mkdir -p /etc/cloud && touch /etc/cloud/cloud-init.disabled",
        "rmitab l2",
      ];
      const done = await root.sh(`set -e\n${wrong.join("\n")}`);
      expect(done).toMatchObject({ exitCode: 0 });
      const told = await doctor(root);
      expect(told.exit_code).toBe(2);
      expect(told.findings.map(({ check }) => check).sort()).toEqual([
        "boot-order",
        "host-keys",
        "hosts",
        "installed-files",
        "installed-files",
        "last-boot",
        "permissions",
        "resolver",
        "secrets",
      ]);
      for (const { fix } of told.findings) {
        expect(await root.sh(fix)).toMatchObject({ exitCode: 0, stderr: "" });
      }
      expect((await doctor(root)).findings).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test(
    "of a machine of IBM's package, run from elsewhere: what it will do at its next boot",
    async () => {
      const root = await scenario.image();
      const python = "/opt/freeware/lib/python2.7/site-packages/cloudinit/config";
      const done = await root.sh(
        `mv ${AGENT} /mnt/cloud-init && mkdir -p ${python} && touch ${python}/cc_mine.py && rm ${CLOUD_CFG}`,
      );
      expect(done).toMatchObject({ exitCode: 0 });
      root.write(AGENT, "#! /opt/freeware/bin/python2\n", 0o755);
      const { exitCode, stdout } = await root.sh("/mnt/cloud-init doctor");
      expect(exitCode).toBe(2);
      const lines = stdout.split("\n");
      expect(lines).toContain(
        `error installed-files: "${AGENT}" is the Python program of the old package ("/opt/freeware/bin/python2")`,
      );
      expect(lines).toContain(`error installed-files: Missing: "${CLOUD_CFG}"`);
      expect(lines).toContain("  fix: /mnt/cloud-init install");
      expect(stdout).toContain(`"${python}/cc_mine.py" is a module of your own in Python`);
    },
    TIMEOUT_MS,
  );
});
