import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  findSandboxObstacle,
  type LinuxSandbox,
  SANDBOX_MAC,
} from "../../scripts/linux-sandbox.ts";
import { buildVfat } from "../support/build-vfat.ts";
import { bootLinux, createLinuxMachine, hostFingerprint } from "../support/linux-machine.ts";
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

const FILES = {
  "meta-data": "instance-id: iid-vfat\nlocal-hostname: vm-vfat.example.com\n",
  "user-data": "#!/bin/sh\necho once >> /var/tmp/runs\n",
  "network-config": `version: 2\nethernets:\n  nic:\n    match: {macaddress: "${SANDBOX_MAC}"}\n    addresses: [192.0.2.60/24]\n`,
};

describe.skipIf(requireOrSkip(findObstacle()))("on Debian, from a FAT disc labelled cidata", () => {
  let directory = "";
  let before = "";
  let machine: LinuxSandbox;

  beforeAll(async () => {
    before = hostFingerprint();
    directory = mkdtempSync(join(tmpdir(), "linux-vfat-"));
    const image = join(directory, "seed.img");
    writeFileSync(image, buildVfat({ fatBits: 16, label: "CIDATA", files: FILES }));
    machine = await createLinuxMachine({ discs: [image] });
    machine.write("/etc/cloud/cloud.cfg.d/50_list.cfg", "datasource_list: [NoCloud, None]\n");
  }, 120_000);

  afterAll(() => {
    machine.close();
    rmSync(directory, { recursive: true, force: true });
    expect(hostFingerprint()).toBe(before);
  });

  test("the seed is found by its label, read without mounting it, and deployed", () => {
    const boot = bootLinux(machine, "hostname; grep -c /dev/loop /proc/mounts");
    expect(boot).toEqual({ exitCodes: [0, 0, 0, 0], probe: "vm-vfat\n0\n" });
    const result = readFileSync(`${machine.root}/var/lib/cloud/data/result.json`, "utf8");
    expect(JSON.parse(result)).toMatchObject({
      v1: {
        datasource: expect.stringMatching(/^DataSourceNoCloud \[seed=\/dev\/loop\d+\]$/u),
        errors: [],
      },
    });
    expect(readFileSync(`${machine.root}/var/tmp/runs`, "utf8")).toBe("once\n");
    const network = `${machine.root}/var/lib/cloud/instances/iid-vfat/network-config.json`;
    expect(readFileSync(network, "utf8")).toContain("192.0.2.60");
  }, 60_000);

  test("without the disc the machine stays what it is", () => {
    machine.detachDiscs();
    const boot = bootLinux(machine, "hostname; cat /var/lib/cloud/data/instance-id");
    expect(boot).toEqual({ exitCodes: [0, 0, 0, 0], probe: "vm-vfat\niid-vfat\n" });
    expect(readFileSync(`${machine.root}/var/tmp/runs`, "utf8")).toBe("once\n");
  }, 60_000);
});
