// Interfaces that are up only some seconds after chdev has attached them.
import { expect, test } from "bun:test";
import type { SimulatedAix } from "../../../src/simulator/aix/simulated-aix.ts";
import { runBoot } from "../../support/boot-scenario.ts";
import { buildDrive, createMachine, DRIVE_ID, messagesAt } from "../../support/sample-machine.ts";

const MACS = ["fa:16:3e:5c:1a:01", "fa:16:3e:5c:1a:02"] as const;
const CLEAN = { "init-local": 0, init: 0, "modules-config": 0, "modules-final": 0 };
const STATIC = {
  type: "ipv4",
  ip_address: "192.0.2.20",
  netmask: "255.255.255.0",
  routes: [{ network: "0.0.0.0", netmask: "0.0.0.0", gateway: "192.0.2.1" }],
};
const BOND = {
  links: [
    ...MACS.map((mac, index) => ({
      id: `tap${index}`,
      type: "pvm_sea",
      ethernet_mac_address: mac,
    })),
    {
      id: "bond0",
      type: "bond",
      bond_links: ["tap0", "tap1"],
      bond_mode: "802.3ad",
      ethernet_mac_address: MACS[0],
    },
  ],
  networks: [{ id: "n", link: "bond0", ...STATIC }],
  services: [],
};
const ADAPTERS = MACS.map((mac, index) => ({ name: `ent${index}`, mac }));

const KEPT = {
  en0: buildDrive(),
  "an EtherChannel": buildDrive({
    network: "none",
    files: { "openstack/latest/network_data.json": JSON.stringify(BOND) },
  }),
};

function storedRoutes(aix: SimulatedAix): readonly string[] {
  return aix.machine.attributes
    .filter(({ device, attribute }) => device === "inet0" && attribute === "route")
    .map(({ value }) => value);
}

for (const [name, drive] of Object.entries(KEPT)) {
  for (const refusedRouteIsKept of [true, false]) {
    test(`${name} that takes seconds to be up keeps its default route over the next boot, where a refused route is ${refusedRouteIsKept ? "" : "not "}kept`, async () => {
      const aix = createMachine({
        drive,
        adapters: ADAPTERS,
        faults: { interfaceTakesMs: 3_000, refusedRouteIsKept },
      });

      const codes = await runBoot(aix);

      const defaults = () => aix.machine.routes.map(({ gateway }) => gateway);
      expect({ codes, routes: defaults() }).toEqual({ codes: CLEAN, routes: ["192.0.2.1"] });
      expect(messagesAt(aix, "WARNING").filter((text) => /network/iu.test(text))).toEqual([]);
      expect(storedRoutes(aix)).toEqual(["net,-hopcount,0,,0,192.0.2.1"]);
      expect(aix.system.fs.readLink("/opt/freeware/var/lib/cloud/instance")).toContain(DRIVE_ID);
      aix.reboot();
      expect({ codes: await runBoot(aix), routes: defaults() }).toEqual({
        codes: CLEAN,
        routes: ["192.0.2.1"],
      });
      expect(aix.gaps).toEqual([]);
    });
  }
}
