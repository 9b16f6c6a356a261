import { expect, test } from "bun:test";
import { parseCdDevices } from "../../../src/distros/aix/cd-devices.ts";

test("CD devices come lowest first, whatever separates name and status", () => {
  const text = [
    "cd10:Available",
    "cd2 Defined   Virtual SCSI Optical Served by VIO Server",
    "cd0:Available:x",
    " cd1 : available",
    "optical0:Stopped",
  ].join("\n");
  expect(parseCdDevices(text)).toEqual([
    { name: "cd0", isAvailable: true },
    { name: "optical0", isAvailable: false },
    { name: "cd1", isAvailable: true },
    { name: "cd2", isAvailable: false },
    { name: "cd10", isAvailable: true },
  ]);
});

test("Messages, headings and names that are no file names are passed over", () => {
  const text = [
    "lsdev: 0514-521 Cannot find information in the predefined device",
    "name status location description",
    "../../etc:Available",
    "a b",
    "",
    "cd0:",
  ].join("\n");
  expect(parseCdDevices(text)).toEqual([]);
});
