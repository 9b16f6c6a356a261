import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findSandboxObstacle, type LinuxSandbox } from "../../scripts/linux-sandbox.ts";
import { buildIso } from "../support/build-iso.ts";
import {
  bootLinux,
  createLinuxMachine,
  hostFingerprint,
  INSTANCE_ID,
  META_DATA,
  NETWORK_DATA,
} from "../support/linux-machine.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";

/** A disc of the sandbox is a loop device of this machine's kernel. */
function findObstacle(): string | undefined {
  const obstacle = findSandboxObstacle();
  if (obstacle !== undefined) {
    return obstacle;
  }
  const { status, stderr } = spawnSync("losetup", ["--find"], { encoding: "utf8" });
  return status === 0 ? undefined : `this machine has no loop device: ${stderr.trim()}`;
}

describe.skipIf(requireOrSkip(findObstacle()))("on Debian, from a disc", () => {
  let directory = "";
  let before = "";
  let machine: LinuxSandbox;

  beforeAll(async () => {
    before = hostFingerprint();
    directory = mkdtempSync(join(tmpdir(), "linux-disc-"));
    const image = join(directory, "config.iso");
    const files = {
      "openstack/latest/meta_data.json": META_DATA,
      "openstack/latest/network_data.json": NETWORK_DATA,
      "openstack/latest/user_data": "#!/bin/sh\necho once >> /var/tmp/runs\n",
    };
    writeFileSync(image, buildIso({ label: "config-2", rockRidge: true, files }));
    machine = await createLinuxMachine({ discs: [image] });
  }, 120_000);

  afterAll(() => {
    machine.close();
    rmSync(directory, { recursive: true, force: true });
    expect(hostFingerprint()).toBe(before);
  });

  test("the drive is found by its label, read without mounting it, and deployed", () => {
    const boot = bootLinux(machine, "hostname; grep -c /dev/loop /proc/mounts");
    expect(boot).toEqual({ exitCodes: [0, 0, 0, 0], probe: "vm1\n0\n" });
    const result = readFileSync(`${machine.root}/var/lib/cloud/data/result.json`, "utf8");
    expect(JSON.parse(result)).toMatchObject({
      v1: {
        datasource: expect.stringMatching(
          /^DataSourceConfigDriveNet \[net,ver=2\]\[source=\/dev\/loop\d+\]$/u,
        ),
        errors: [],
      },
    });
    expect(readFileSync(`${machine.root}/var/tmp/runs`, "utf8")).toBe("once\n");
  }, 60_000);

  test("without the drive the machine stays what it is", () => {
    machine.detachDiscs();
    const boot = bootLinux(machine, "hostname; cat /var/lib/cloud/data/instance-id");
    expect(boot).toEqual({ exitCodes: [0, 0, 0, 0], probe: `vm1\n${INSTANCE_ID}\n` });
    expect(readFileSync(`${machine.root}/var/tmp/runs`, "utf8")).toBe("once\n");
    const log = readFileSync(`${machine.root}/var/log/cloud-init.log`, "utf8");
    expect(log).toContain("No datasource answers");
  }, 60_000);
});
