import { describe, expect, test } from "bun:test";
import type { ParsedNetwork } from "../../src/network/network-config.ts";
import { PROBLEM_COUNT_MAX } from "../../src/network/network-draft.ts";
import { parseNetworkV1 } from "../../src/network/parse-v1.ts";

function parse(...config: readonly unknown[]): ParsedNetwork {
  return parseNetworkV1({ version: 1, config }, "cloud.cfg", ["network"]);
}

/** One interface with these subnets. */
function parseSubnets(...subnets: readonly unknown[]): ParsedNetwork {
  return parse({ type: "physical", name: "eth0", subnets });
}

function messagesOf({ problems }: ParsedNetwork): readonly string[] {
  return problems.map(({ message }) => message);
}

describe("subnets", () => {
  test("the prefix comes from the address, else prefix, else netmask, else it is assumed", () => {
    const parsed = parseSubnets(
      { type: "static", address: "192.0.2.1/25", prefix: 26, netmask: "255.255.255.0" },
      { type: "static4", address: "192.0.2.2", prefix: 26, netmask: "255.255.255.0" },
      { type: "static", address: "192.0.2.3", netmask: "255.255.254.0" },
      { type: "static", address: "192.0.2.4" },
      { type: "static6", address: "2001:db8::5" },
    );
    const lengths = parsed.config.interfaces[0]?.addresses.map((each) => each.prefixLength);
    expect(lengths).toEqual([25, 26, 23, 24, 64]);
    expect(parsed.problems.map(({ severity }) => severity)).toEqual(["warning", "warning"]);
  });

  test("gateway, metric, DNS servers and domains as text or as a list, MTU", () => {
    const { config, problems } = parseSubnets({
      type: "static",
      address: "192.0.2.10/24",
      gateway: "192.0.2.1",
      metric: 5,
      mtu: 1400,
      dns_nameservers: "192.0.2.53 192.0.2.54",
      dns_search: ["example.com", "example.net"],
      routes: [{ destination: "default", gateway: "192.0.2.2", metric: 9 }],
      broadcast: null,
    });
    expect(problems).toEqual([]);
    expect(config.interfaces[0]).toMatchObject({
      mtuBytes: 1400,
      nameservers: ["192.0.2.53", "192.0.2.54"],
      searchDomains: ["example.com", "example.net"],
      routes: [
        { destination: "0.0.0.0", prefixLength: 0, gateway: "192.0.2.1", metric: 5 },
        { destination: "0.0.0.0", prefixLength: 0, gateway: "192.0.2.2", metric: 9 },
      ],
    });
  });

  test.each([
    ["dhcp", { dhcp4: true, dhcp6: "no", slaac: false }],
    ["dhcp4", { dhcp4: true, dhcp6: "no", slaac: false }],
    ["dhcp6", { dhcp4: false, dhcp6: "stateful", slaac: false }],
    ["ipv6_slaac", { dhcp4: false, dhcp6: "no", slaac: true }],
    ["ipv6_dhcpv6-stateless", { dhcp4: false, dhcp6: "stateless", slaac: true }],
    ["ipv6_dhcpv6-stateful", { dhcp4: false, dhcp6: "stateful", slaac: false }],
    ["manual", { dhcp4: false, dhcp6: "no", slaac: false }],
  ])("type %s", (type, expected) => {
    const { config, problems } = parseSubnets({ type });
    expect(problems).toEqual([]);
    expect(config.interfaces[0]).toMatchObject(expected);
  });

  test("accept-ra alone is address autoconfiguration, with DHCPv6 it is not", () => {
    const { config } = parse(
      { type: "physical", name: "eth0", "accept-ra": true },
      { type: "physical", name: "eth1", "accept-ra": true, subnets: [{ type: "dhcp6" }] },
    );
    expect(config.interfaces.map(({ slaac }) => slaac)).toEqual([true, false]);
  });

  test("a route without a mask gets the usual one, and says so", () => {
    const { config, problems } = parseSubnets({
      type: "static",
      address: "192.0.2.10/24",
      routes: [{ network: "198.51.100.0", gateway: "192.0.2.1" }],
    });
    expect(config.interfaces[0]?.routes[0]?.prefixLength).toBe(24);
    expect(problems.map(({ severity }) => severity)).toEqual(["warning"]);
  });
});

describe("items", () => {
  test("bonds, VLANs and loopback", () => {
    const { config, problems } = parse(
      { type: "physical", name: "eth0" },
      { type: "physical", name: "eth1" },
      {
        type: "bond",
        name: "bond0",
        bond_interfaces: ["eth0", "eth1"],
        params: {
          bond_mode: 4,
          "bond-miimon": 100,
          "bond-arp-ip-target": ["192.0.2.1", "192.0.2.2"],
        },
        mac_address: "FA:16:3E:00:00:01",
      },
      { type: "vlan", name: "v7", vlan_link: "bond0", vlan_id: "7", subnets: [{ type: "dhcp4" }] },
      {
        type: "loopback",
        name: "lo",
        subnets: [
          { type: "loopback" },
          { type: "static", address: "127.0.0.1/8" },
          { type: "static", address: "198.51.100.1/32" },
        ],
      },
    );
    expect(problems).toEqual([]);
    expect(config.interfaces.map(({ link }) => link)).toEqual([
      { kind: "physical" },
      { kind: "physical" },
      {
        kind: "bond",
        members: ["eth0", "eth1"],
        mode: "802.3ad",
        parameters: { miimon: "100", "arp-ip-target": "192.0.2.1,192.0.2.2" },
      },
      { kind: "vlan", parent: "bond0", id: 7 },
      { kind: "loopback" },
    ]);
    expect(config.interfaces[4]?.addresses.map(({ address }) => address)).toEqual(["198.51.100.1"]);
  });

  test("DNS settings are of the interface that is named, else of the machine", () => {
    const parsed = parse(
      { type: "nameserver", address: "192.0.2.53", search: "example.com example.net" },
      { type: "nameserver", interface: "eth0", address: ["192.0.2.54"] },
      { type: "nameserver", interface: "eth9", address: "192.0.2.55" },
      { type: "physical", name: "eth0" },
    );
    expect(parsed.config).toMatchObject({
      nameservers: ["192.0.2.53", "192.0.2.55"],
      searchDomains: ["example.com", "example.net"],
      interfaces: [{ nameservers: ["192.0.2.54"] }],
    });
    expect(messagesOf(parsed)).toEqual([
      'network.config[2].interface: Cannot find the interface "eth9" that DNS settings are for: they are used for the whole machine',
    ]);
  });

  test("routes of the machine go to the interface that reaches their gateway", () => {
    const parsed = parse(
      { type: "route", destination: "198.51.100.0/24", gateway: "192.0.2.129" },
      { type: "route", destination: "default", gateway: "203.0.113.1" },
      { type: "route", destination: "::/0", gateway: "fe80::1" },
      { type: "route", destination: "10.0.0.0", netmask: "255.0.0.0", gateway: "2001:db8:9::1" },
      {
        type: "physical",
        name: "eth0",
        subnets: [{ type: "static", address: "192.0.2.10/24" }],
      },
      {
        type: "physical",
        name: "eth1",
        subnets: [{ type: "static", address: "192.0.2.130/25" }, { type: "dhcp4" }],
      },
      { type: "physical", name: "eth2", subnets: [{ type: "ipv6_slaac" }] },
    );
    const routes = parsed.config.interfaces.map((iface) =>
      iface.routes.map(({ destination, gateway }) => `${destination} ${gateway}`),
    );
    expect(routes).toEqual([
      [],
      ["198.51.100.0 192.0.2.129", "0.0.0.0 203.0.113.1"],
      [":: fe80::1"],
    ]);
    expect(messagesOf(parsed)).toEqual([expect.stringContaining('"2001:db8:9::1"')]);
  });

  test("a hardware address that YAML took for a number of base 60 is understood", () => {
    const number = [11, 22, 33, 44, 55, 6].reduce((sum, pair) => sum * 60 + pair, 0);
    const { config, problems } = parse(
      { type: "physical", name: "eth0", mac_address: number + 60 ** 5 },
      { type: "physical", name: "eth1", mac_address: 22 },
    );
    expect(config.interfaces[0]?.macAddress).toBe("12:22:33:44:55:06");
    expect(problems).toHaveLength(1);
  });
});

describe("bad input", () => {
  test("each wrong item is a problem with its key path, and the rest is used", () => {
    const parsed = parse(
      "physical",
      { type: "physical" },
      { type: "physical", name: "-a" },
      { type: "physical", name: "eth0", mtu: "large", mac_address: "fa:16" },
      { type: "physical", name: "eth0" },
      { type: "avian", name: "bird0" },
      { type: "bridge", name: "br0", bridge_interfaces: ["eth0"], subnets: [{ type: "dhcp" }] },
      { type: "bond", name: "bond0", bond_interfaces: ["eth0; reboot"], params: { mode: "-a" } },
      { type: "vlan", name: "v0", vlan_link: "eth0", vlan_id: 4095, subnets: [{ type: "dhcp" }] },
      { type: "vlan", name: "v1", vlan_link: "v2", vlan_id: 1 },
      { type: "vlan", name: "v2", vlan_link: "v1", vlan_id: 1 },
      { type: "nameserver" },
      { type: "route", destination: "0.0.0.0/0" },
      {
        type: "physical",
        name: "eth1",
        subnets: [
          7,
          { type: "carrier" },
          { type: "static" },
          { type: "static6", address: "192.0.2.9/24" },
          { type: "static", address: "192.0.2.10/24", gateway: "198.51.100.1", metric: "low" },
        ],
      },
    );
    expect(parsed.problems.map(({ path }) => path?.slice(1).join("."))).toEqual([
      "config.0",
      "config.1",
      "config.2.name",
      "config.3.mac_address",
      "config.3.mtu",
      "config.4.name",
      "config.5.type",
      "config.6",
      "config.7.bond_interfaces",
      "config.7.params.mode",
      "config.8.vlan_id",
      "config.13.subnets.0",
      "config.13.subnets.1.type",
      "config.13.subnets.2.address",
      "config.13.subnets.3.address",
      "config.13.subnets.4.metric",
      "config.11",
      "config.12",
      undefined,
      undefined,
      undefined,
      "config.13.subnets.4.gateway",
    ]);
    expect(parsed.config.interfaces.map(({ name }) => name)).toEqual(["eth0", "eth1"]);
    expect(parsed.config.interfaces[1]?.addresses).toHaveLength(1);
  });

  test("10,000 interfaces, each with routes of the machine, are read in moments", () => {
    const interfaces = Array.from({ length: 10_000 }, (_, index) => ({
      type: "physical",
      name: `eth${index}`,
      mtu: 0,
      subnets: [{ type: "static", address: `10.${index >> 8}.${index & 255}.9/24` }],
    }));
    const routes = Array.from({ length: 5_000 }, (_, index) => ({
      type: "route",
      destination: `198.51.${index & 255}.0/24`,
      gateway: `10.${index >> 8}.${index & 255}.1`,
    }));
    const startedMs = performance.now();
    const { config, problems } = parse(...interfaces, ...routes);
    expect(performance.now() - startedMs).toBeLessThan(5_000);
    expect(config.interfaces).toHaveLength(10_000);
    expect(config.interfaces[999]?.routes).toHaveLength(1);
    expect(problems).toHaveLength(PROBLEM_COUNT_MAX + 1);
  });
});
