import { expect, test } from "bun:test";
import { parseAdapterSlots, readAixAdapterSlots } from "../../../src/distros/aix/adapter-slots.ts";
import { bootSimulatedAix } from "../../../src/simulator/aix/simulated-aix.ts";

test("slots are those of virtual adapters", () => {
  const text = [
    "  ent0             U9009.22A.1234567-V3-C32-T1  Virtual I/O Ethernet Adapter (l-lan)",
    "  ent1             U9009.22A.1234567-V3-C2-T1   Virtual I/O Ethernet Adapter (l-lan)",
    "  ent2             U78D3.001.WZS0001-P1-C10-T1  4-Port Gigabit Ethernet PCI-Express Adapter",
    "  ent3                                          EtherChannel / IEEE 802.3ad Link Aggregation",
    "  ent10            U9009.22A.1234567-V12-C4",
    "lscfg: device ent* not found.",
    "",
  ].join("\n");
  expect([...parseAdapterSlots(text)]).toEqual([
    ["en0", 32],
    ["en1", 2],
    ["en10", 4],
  ]);
});

test("the simulated machine tells each adapter's slot", async () => {
  const aix = bootSimulatedAix({
    adapters: [
      { name: "ent0", mac: "fa:16:3e:5c:1a:01" },
      { name: "ent1", mac: "fa:16:3e:5c:1a:02" },
    ],
  });
  const slots = await readAixAdapterSlots(aix.system);
  expect([...slots.keys()]).toEqual(["en0", "en1"]);
  expect(new Set(slots.values()).size).toBe(2);
  expect(aix.gaps).toEqual([]);
});
