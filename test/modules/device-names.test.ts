import { expect, test } from "bun:test";
import { readDeviceNames } from "../../src/modules/device-names.ts";

test("the cloud's mapping and the user's aliases give devices names; the user's win", () => {
  const mapping = { "block-device-mapping": { ephemeral0: "sdb", swap: "/dev/sdc" } };
  const aliases = { data: "/dev/disk/by-id/virtio-1", swap: "vdd", logs: "LABEL=logs" };
  const wanted: [string, string][] = [
    ["ephemeral0", "sdb"],
    ["swap", "vdd"],
    ["data", "/dev/disk/by-id/virtio-1"],
    ["logs", "LABEL=logs"],
  ];
  expect([...readDeviceNames(mapping, aliases)]).toEqual(wanted);
  expect([...readDeviceNames({ "ec2-metadata": mapping }, aliases)]).toEqual(wanted);
});

test("what names no device is left out", () => {
  const mapping = { a: "", b: "x y", c: 5, d: "-o", e: "/dev/a\nb", f: ["sdb"], g: null };
  expect(readDeviceNames({ "block-device-mapping": mapping }, "text").size).toBe(0);
  expect(readDeviceNames({ "block-device-mapping": "sdb" }, undefined).size).toBe(0);
});
