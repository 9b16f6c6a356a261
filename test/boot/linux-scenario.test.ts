// The scenario of a Linux with storage: what a restart does to it between two boots of the agent.
import { describe, expect, test } from "bun:test";
import { listHeldData } from "../../src/simulator/linux/block-devices.ts";
import { readText } from "../../src/system/files.ts";
import { createLinuxScenario } from "../support/linux-boot.ts";

const CLEAN = { "init-local": 0, init: 0, "modules-config": 0, "modules-final": 0 };
const GIB = 2 ** 30;
const STORAGE = {
  disks: [
    {
      name: "sdb",
      sizeBytes: GIB,
      content: { type: "ext4", label: "data", data: "held data" },
    },
  ],
};

describe.each(["debian", "rhel"])("a Linux of %s", (distro) => {
  test("boots, restarts and is deployed anew, and keeps its data", async () => {
    const machine = createLinuxScenario({
      distro,
      storage: STORAGE,
      userData: { mounts: [["LABEL=data", "/data"]] },
    });
    const { system, storage } = machine;
    const isMounted = (): boolean =>
      readText(system.fs, "/proc/mounts").includes("/dev/sdb /data ext4 ");
    for (const uuid of ["i-1", "i-1", "i-2"]) {
      const { codes } = await machine.boot(uuid);
      expect([uuid, codes, isMounted(), machine.gaps]).toEqual([uuid, CLEAN, true, []]);
      expect(listHeldData(storage)).toEqual(["sda1: held data", "sdb: held data"]);
    }
  });
});

test("a machine that would stop in emergency mode is no success", async () => {
  const machine = createLinuxScenario({ userData: "#cloud-config\n{}\n" });
  expect((await machine.boot()).codes).toEqual(CLEAN);
  machine.system.fs.append("/etc/fstab", "/dev/nosuch /data ext4 defaults 0 2\n");
  await expect(machine.boot()).rejects.toThrow("does not come up any more");
});

test("user-data can be changed between two deployments", async () => {
  const machine = createLinuxScenario({ userData: { hostname: "one" } });
  await machine.boot("i-1");
  machine.setUserData({ write_files: [{ path: "/etc/new", content: "new\n" }] });
  await machine.boot("i-2");
  expect(readText(machine.system.fs, "/etc/new")).toBe("new\n");
});
