import { expect, test } from "bun:test";
import { findDiskContent } from "../../../src/distros/aix/disks-content.ts";
import { bootSimulatedAix } from "../../../src/simulator/aix/simulated-aix.ts";

test("a raw disk shows a PVID, a volume group's mark and foreign data in their places", () => {
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
  expect(findDiskContent(system, "hdisk1")).toBeUndefined();
  expect(findDiskContent(system, "hdisk2")).toBeUndefined();
  expect(findDiskContent(system, "hdisk3")).toContain("importvg");
  expect(findDiskContent(system, "hdisk4")).toBe("it holds data (byte 4096 is the first)");
  expect(findDiskContent(system, "hdisk5")).toContain("cannot be told");
  expect(findDiskContent(system, "hdisk9")).toContain("cannot be told");
  expect(system.fs.stat("/dev/hdisk1")?.kind).toBe("device");
  expect(machine.storage.disks).toHaveLength(6);
});
