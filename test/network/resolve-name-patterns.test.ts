import { expect, test } from "bun:test";
import type { NetworkConfig } from "../../src/network/network-config.ts";
import { parseNetworkV2 } from "../../src/network/parse-v2.ts";
import { hasNamePatterns, resolveNamePatterns } from "../../src/network/resolve-name-patterns.ts";

function configOf(groups: Readonly<Record<string, unknown>>): NetworkConfig {
  return parseNetworkV2({ version: 2, ...groups }, "x").config;
}

function namesOf(config: NetworkConfig): readonly string[] {
  return config.interfaces.map(({ name }) => name);
}

test("DHCP for a pattern is DHCP on each adapter that matches and is not named", () => {
  const config = configOf({
    ethernets: {
      all: { match: { name: "eth*" }, dhcp4: true },
      eth1: { addresses: ["192.0.2.1/24"] },
    },
  });
  expect(hasNamePatterns(config)).toBe(true);
  const resolved = resolveNamePatterns(config, ["eth0", "eth1", "eth2", "wlan0"]);
  expect(resolved.problems).toEqual([]);
  expect(namesOf(resolved.config)).toEqual(["eth0", "eth2", "eth1"]);
  expect(hasNamePatterns(resolved.config)).toBe(false);
});

test("addresses go to the first that matches, with a warning where there are more", () => {
  const config = configOf({
    ethernets: { first: { match: { name: "en*" }, addresses: ["192.0.2.1/24"] } },
  });
  expect(resolveNamePatterns(config, ["en0"])).toMatchObject({ problems: [] });
  const { config: resolved, problems } = resolveNamePatterns(config, ["en0", "en1"]);
  expect(namesOf(resolved)).toEqual(["en0"]);
  expect(problems).toEqual([
    {
      message:
        'The addresses of "first" go to en0: of the adapters that match "en*" (en0, en1) it is the first',
      severity: "warning",
    },
  ]);
});

test("AIX's interfaces match by the names of their adapters and by Linux's names too", () => {
  for (const name of ["eth*", "ent[0-9]", "en?"]) {
    const config = configOf({ ethernets: { x: { match: { name }, dhcp4: true } } });
    expect(namesOf(resolveNamePatterns(config, ["en0"]).config)).toEqual(["en0"]);
  }
});

test("without a match the interface is left out, and what was looked for and found is said", () => {
  const config = configOf({ ethernets: { x: { match: { name: "wl*" } }, eth0: {} } });
  const { config: resolved, problems } = resolveNamePatterns(config, ["eth0"]);
  expect(namesOf(resolved)).toEqual(["eth0"]);
  expect(problems.map(({ message }) => message)).toEqual([
    'Cannot find an adapter for "x": none matches "wl*" (this machine has eth0); the interface is left out',
  ]);
});

test("bonds and VLANs follow to the new names", () => {
  const config = configOf({
    ethernets: { slaves: { match: { name: "eth*" } } },
    bonds: { bond0: { interfaces: ["slaves"] } },
    vlans: { v: { id: 5, link: "slaves" } },
  });
  const links = resolveNamePatterns(config, ["eth0", "eth1"]).config.interfaces.map(
    ({ link }) => link,
  );
  expect(links[2]).toMatchObject({ members: ["eth0", "eth1"] });
  expect(links[3]).toMatchObject({ parent: "eth0" });
});
