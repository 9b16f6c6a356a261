import { expect, test } from "bun:test";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";
import { findDiskContent } from "../../../src/distros/aix/disks-content.ts";
import { bootSimulatedAix } from "../../../src/simulator/aix/simulated-aix.ts";

test("a raw disk shows a PVID, a volume group's mark and foreign data in their places", async () => {
  const { system, machine } = bootSimulatedAix({
    storage: {
      disks: [
        { name: "hdisk1" },
        { name: "hdisk2", pvid: "00f9c1af00000002" },
        { name: "hdisk3", pvid: "00f9c1af00000003" },
        { name: "hdisk4", foreignData: "ORCLDISK" },
        { name: "hdisk5" },
      ],
      volumeGroups: [{ name: "datavg", disks: ["hdisk3"] }],
    },
    faults: { reservedDisks: ["hdisk5"] },
  });
  const sector = system.fs.open("/dev/rhdisk2").read(0, 512);
  expect(sector.slice(128, 136)).toEqual(new Uint8Array([0, 0xf9, 0xc1, 0xaf, 0, 0, 0, 2]));
  expect(await findDiskContent(system, "hdisk1")).toBeUndefined();
  expect(await findDiskContent(system, "hdisk2")).toBeUndefined();
  expect(await findDiskContent(system, "hdisk3")).toContain("importvg");
  expect(await findDiskContent(system, "hdisk4")).toBe("it holds data (byte 4096 is the first)");
  expect(await findDiskContent(system, "hdisk5")).toContain("cannot be told");
  expect(await findDiskContent(system, "hdisk9")).toContain("cannot be told");
  expect(system.fs.stat("/dev/hdisk1")?.kind).toBe("device");
  expect(machine.storage.disks).toHaveLength(6);
});

test("a disk that never answers is not opened, and counts as one that holds something", async () => {
  const { system } = createScriptedSystem({
    devices: { findSilent: async (devices) => new Set(devices.flat()) },
  });
  expect(await findDiskContent(system, "hdisk1")).toBe(
    'what is on it cannot be told (Cannot read "/dev/rhdisk1": it gave nothing within 30 s, it or its server hangs)',
  );
});
