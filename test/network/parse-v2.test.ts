import { describe, expect, test } from "bun:test";
import type { ParsedNetwork } from "../../src/network/network-config.ts";
import { PROBLEM_COUNT_MAX } from "../../src/network/network-draft.ts";
import { parseNetworkV1 } from "../../src/network/parse-v1.ts";
import { parseNetworkV2 } from "../../src/network/parse-v2.ts";
import { renderNetworkV1 } from "../../src/network/render-v1.ts";

function parse(groups: Readonly<Record<string, unknown>>): ParsedNetwork {
  return parseNetworkV2({ version: 2, ...groups }, "network-config");
}

function parseDevice(device: Readonly<Record<string, unknown>>): ParsedNetwork {
  return parse({ ethernets: { eth0: device } });
}

function messagesOf({ problems }: ParsedNetwork): readonly string[] {
  return problems.map(({ message }) => message);
}

describe("which adapter", () => {
  test("the id is the name; match and set-name say otherwise", () => {
    const { config, problems } = parse({
      ethernets: {
        eth0: null,
        a: { match: { macaddress: "FA:16:3E:00:00:01" } },
        b: { match: { macaddress: "fa:16:3e:00:00:02" }, "set-name": "net0" },
        c: { match: { name: "ens3" } },
        d: { match: { name: "en*" }, dhcp4: true },
        e: { match: { name: "ens4" }, "set-name": "net1" },
        f: { match: {} },
      },
    });
    expect(problems).toEqual([]);
    expect(
      config.interfaces.map(({ name, namePattern, macAddress }) => [name, namePattern, macAddress]),
    ).toEqual([
      ["eth0", undefined, undefined],
      ["a", undefined, "fa:16:3e:00:00:01"],
      ["net0", undefined, "fa:16:3e:00:00:02"],
      ["ens3", undefined, undefined],
      ["d", "en*", undefined],
      ["net1", "ens4", undefined],
      ["f", "*", undefined],
    ]);
  });

  test("a driver is not looked at, and a hardware address not changed: both are said", () => {
    const { config, problems } = parseDevice({
      match: { driver: "ixgbe" },
      macaddress: "fa:16:3e:00:00:01",
    });
    expect(problems.map(({ severity }) => severity)).toEqual(["warning", "warning"]);
    expect(config.interfaces[0]).not.toHaveProperty("macAddress");
  });
});

describe("settings", () => {
  test("addresses, gateways, routes, DNS and MTU", () => {
    const { config, problems } = parseDevice({
      dhcp4: "no",
      dhcp6: true,
      addresses: ["192.0.2.10/24", { "2001:db8::10/64": { label: "x" } }],
      gateway4: "192.0.2.1",
      gateway6: "2001:db8::1",
      routes: [
        { to: "198.51.100.0/24", via: "192.0.2.254", metric: 7, table: 254 },
        { to: "203.0.113.0/24", via: "198.51.100.1", "on-link": true },
      ],
      nameservers: { addresses: ["192.0.2.53"], search: ["example.com"] },
      mtu: 9000,
      "link-local": ["ipv6"],
    });
    expect(problems).toEqual([]);
    expect(config.interfaces[0]).toEqual({
      name: "eth0",
      link: { kind: "physical" },
      mtuBytes: 9000,
      dhcp4: false,
      dhcp6: "stateful",
      slaac: false,
      addresses: [
        { family: 4, address: "192.0.2.10", prefixLength: 24 },
        { family: 6, address: "2001:db8::10", prefixLength: 64 },
      ],
      routes: [
        { family: 4, destination: "0.0.0.0", prefixLength: 0, gateway: "192.0.2.1" },
        { family: 6, destination: "::", prefixLength: 0, gateway: "2001:db8::1" },
        {
          family: 4,
          destination: "198.51.100.0",
          prefixLength: 24,
          gateway: "192.0.2.254",
          metric: 7,
        },
        { family: 4, destination: "203.0.113.0", prefixLength: 24, gateway: "198.51.100.1" },
      ],
      nameservers: ["192.0.2.53"],
      searchDomains: ["example.com"],
    });
  });

  test("bonds and VLANs refer to others by id; the loopback interface keeps its further addresses", () => {
    const { config, problems } = parse({
      vlans: { v: { id: 100, link: "b", "set-name": "office", macaddress: "fa:16:3e:00:00:09" } },
      bonds: {
        b: { interfaces: ["x", "y"], parameters: { mode: "802.3ad", "lacp-rate": "fast" } },
      },
      ethernets: {
        x: { match: { macaddress: "fa:16:3e:00:00:01" }, "set-name": "eth0" },
        y: { match: { macaddress: "fa:16:3e:00:00:02" }, "set-name": "eth1" },
        lo: { addresses: ["127.0.0.1/8", "198.51.100.1/32"] },
      },
    });
    expect(problems).toEqual([]);
    expect(config.interfaces[0]).toMatchObject({
      name: "office",
      macAddress: "fa:16:3e:00:00:09",
      link: { kind: "vlan", parent: "b", id: 100 },
    });
    expect(config.interfaces[1]?.link).toEqual({
      kind: "bond",
      members: ["eth0", "eth1"],
      mode: "802.3ad",
      parameters: { "lacp-rate": "fast" },
    });
    expect(config.interfaces[4]).toMatchObject({
      link: { kind: "loopback" },
      addresses: [{ address: "198.51.100.1" }],
    });
  });
});

describe("bad input", () => {
  test("each wrong value is a problem with its key path, and the rest is used", () => {
    const parsed = parse({
      ethernets: {
        eth0: {
          dhcp4: "perhaps",
          adresses: ["192.0.2.9/24"],
          addresses: ["192.0.2.10/33", "192.0.2.1x/24", 7, "192.0.2.10/24"],
          gateway4: "2001:db8::1",
          nameservers: ["192.0.2.53"],
          mtu: 99_999,
          match: "eth0",
          routes: [
            { to: "198.51.100.0", via: "192.0.2.1" },
            { to: "default", via: "192.0.2.1", table: 7 },
            { to: "198.51.100.0/24", type: "blackhole" },
            { to: "198.51.100.0/24", via: "-a" },
            "default",
          ],
        },
        eth1: ["dhcp4"],
        "../x": {},
        eth2: { "set-name": "eth0" },
      },
      vlans: { v: { id: 0, link: "eth0", dhcp4: true } },
      bonds: [],
      bridges: { br0: { interfaces: ["eth0"], dhcp4: true } },
      wifis: { wlan0: {} },
      vlan: {},
    });
    expect(parsed.problems.map(({ path }) => path?.join("."))).toEqual([
      "ethernets.eth1",
      "ethernets.../x",
      "ethernets.eth2",
      "bonds",
      "bridges.br0",
      "wifis.wlan0",
      "vlan",
      "ethernets.eth0.match",
      "ethernets.eth0.dhcp4",
      "ethernets.eth0.mtu",
      "ethernets.eth0.addresses.0",
      "ethernets.eth0.addresses.1",
      "ethernets.eth0.addresses.2",
      "ethernets.eth0.gateway4",
      "ethernets.eth0.nameservers",
      "ethernets.eth0.routes.0.to",
      "ethernets.eth0.routes.1.table",
      "ethernets.eth0.routes.2.type",
      "ethernets.eth0.routes.3.via",
      "ethernets.eth0.routes.4",
      "ethernets.eth0.adresses",
      "vlans.v.id",
    ]);
    expect(parsed.config.interfaces.map(({ name }) => name)).toEqual(["eth0"]);
    expect(parsed.config.interfaces[0]?.addresses).toHaveLength(1);
    expect(messagesOf(parsed)[9]).toBe(
      'ethernets.eth0.mtu: Cannot use MTU "99999" of eth0: expected a number from 68 to 65535',
    );
  });

  test("10,000 devices are read in moments, and their problems are few", () => {
    const ethernets = Object.fromEntries(
      Array.from({ length: 10_000 }, (_, index) => [
        `eth${index}`,
        {
          addresses: [`10.${index >> 8}.${index & 255}.9/24`],
          gateway4: `10.${index >> 8}.${index & 255}.1`,
          mtu: 0,
        },
      ]),
    );
    const { config, problems } = parse({
      ethernets,
      bonds: { bond0: { interfaces: Object.keys(ethernets) } },
    });
    expect(config.interfaces).toHaveLength(10_001);
    expect(problems).toHaveLength(PROBLEM_COUNT_MAX + 1);
  });
});

test("DHCP overrides are kept for the system to use; what is odd of them is told", () => {
  const { config, problems } = parseNetworkV2(
    {
      version: 2,
      ethernets: {
        eth0: {
          dhcp4: true,
          dhcp6: true,
          "dhcp4-overrides": {
            "route-metric": 100,
            "use-dns": false,
            "use-ntp": true,
            "use-hostname": false,
            "use-mtu": false,
            "use-routes": true,
            "use-domains": "route",
            "send-hostname": true,
            hostname: "aix01",
          },
          "dhcp6-overrides": { "use-dns": "no" },
        },
        eth1: {
          dhcp4: true,
          "dhcp4-overrides": { "route-metric": -1, "use-dns": "perhaps", hostname: "a b", odd: 1 },
          "dhcp6-overrides": "x",
        },
        eth2: { dhcp4: true, "dhcp4-overrides": {} },
      },
    },
    "network-config",
  );
  const [eth0, eth1, eth2] = config.interfaces;
  expect(eth0).toMatchObject({
    dhcp4Overrides: {
      routeMetric: 100,
      useDns: false,
      useNtp: true,
      useHostname: false,
      useMtu: false,
      useRoutes: true,
      useDomains: "route",
      sendHostname: true,
      hostname: "aix01",
    },
    dhcp6Overrides: { useDns: false },
  });
  for (const iface of [eth1, eth2]) {
    expect(Object.keys(iface ?? {})).not.toContain("dhcp4Overrides");
  }
  expect(
    problems.map(({ message, severity }) => [message.replace(/^[^:]*: /u, ""), severity]),
  ).toEqual([
    [
      'Cannot use route-metric of DHCP on eth1: expected a number from 0 to 4294967295, got "-1"',
      undefined,
    ],
    ['Cannot use use-dns of DHCP on eth1: expected true or false, got "perhaps"', undefined],
    ['Cannot use hostname of DHCP on eth1: expected a host name, got "a b"', undefined],
    ['Key "odd" of DHCP on eth1 is not used: it is not known here', "warning"],
    ["Cannot use dhcp6-overrides of eth1: expected a mapping", undefined],
  ]);
  const kept = parseNetworkV1(renderNetworkV1(config), "network-config.json");
  expect(kept.problems).toEqual([]);
  expect(kept.config).toEqual(config);
});
