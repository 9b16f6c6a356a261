import { expect, test } from "bun:test";
import { readPlanNetwork } from "../../../src/cli/plan/plan-network.ts";
import { createPlanAix } from "../../../src/cli/plan/plan-machine.ts";
import { renderNetwork } from "../../../src/cli/plan/render-network.ts";
import { runStage } from "../../../src/stages/run-stage.ts";
import { createColoring } from "../../../src/text/coloring.ts";
import { bootSimulatedAix } from "../../../src/simulator/aix/simulated-aix.ts";
import { defaultConfigFiles } from "../../../src/config/default-cloud-cfg.ts";
import { linkOf, MAC, networkDrive } from "../../support/network-scenarios.ts";

test("addresses of servers are not made up, and nobody waits for them", async () => {
  const config = defaultConfigFiles("aix").map(({ name, content }) => [
    `/opt/freeware/etc/cloud/${name}`,
    new TextEncoder().encode(content),
  ]);
  const machine = await createPlanAix({
    files: Object.fromEntries(config),
    disc: networkDrive({
      links: [linkOf("tap0", MAC.first, { mtu: 9000 })],
      networks: [
        { id: "n0", link: "tap0", type: "ipv4_dhcp" },
        { id: "n1", link: "tap0", type: "ipv6_slaac" },
      ],
    }),
    adapters: [{ name: "tap0", macAddress: MAC.first }],
    now: new Date("2026-01-02T03:04:05Z"),
  });
  const before = machine.network?.();
  const options = { configFiles: [], force: false, debug: false };
  expect(await runStage("init-local", machine.system, options)).toBe(0);
  expect(machine.system.clock.monotonicMs()).toBeLessThan(10_000);
  expect(before).toEqual({ "DNS servers": "198.51.100.53", "DNS search": "old.example.com" });
  expect(machine.network?.()).toEqual({
    en0: "up, MTU 9000, link-local address, address by DHCP, address by router advertisement",
    "default route": "as DHCP says on en0",
    "default route (IPv6)": "as a router says on en0",
    "DNS servers": "198.51.100.53",
    "DNS search": "old.example.com",
  });
});

test("the table has interfaces, routes, then DNS, and shows what is not there", () => {
  const aix = bootSimulatedAix({ firstBoot: "captured" });
  const before = readPlanNetwork(aix.machine, aix.system);
  const after = { en10: "up", en2: "up", "default route": "192.0.2.1 on en2" };
  expect(renderNetwork({ before, after }, createColoring(false))).toEqual([
    "  network        before             after",
    "  en0            up, 192.0.2.50/24  -",
    "  en2            -                  up",
    "  en10           -                  up",
    "  default route  192.0.2.1 on en0   192.0.2.1 on en2",
    "  DNS search     old.example.com    -",
    "  DNS servers    198.51.100.53      -",
  ]);
});
