import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import type { ParsedNetwork } from "../../src/network/network-config.ts";
import { PROBLEM_COUNT_MAX } from "../../src/network/network-draft.ts";
import { parseEni } from "../../src/network/parse-eni.ts";
import { parseOpenStackNetwork } from "../../src/network/parse-openstack.ts";

function parse(data: unknown): ParsedNetwork {
  return parseOpenStackNetwork(data, "network_data.json");
}

const LINK = {
  id: "tap1a2b3c4d-5e",
  type: "pvm_sea",
  ethernet_mac_address: "FA:16:3E:00:00:01",
  vif_id: "1a2b3c4d-5e6f-4a00-8000-000000000001",
  mtu: 1450,
};

/** One link with these networks on it. */
function parseNetworks(...networks: readonly Record<string, unknown>[]): ParsedNetwork {
  return parse({
    links: [LINK],
    networks: networks.map((network) => Object.assign({ link: LINK.id }, network)),
  });
}

describe("what nova writes", () => {
  test("static addresses of both families, routes and DNS servers", () => {
    const { config, problems, notes } = parse({
      links: [LINK],
      networks: [
        {
          id: "network0",
          type: "ipv4",
          link: LINK.id,
          ip_address: "192.0.2.10",
          netmask: "255.255.255.0",
          gateway: "192.0.2.1",
          network_id: "n1",
          routes: [
            { network: "0.0.0.0", netmask: "0.0.0.0", gateway: "192.0.2.1" },
            {
              network: "198.51.100.0",
              netmask: "255.255.255.0",
              gateway: "192.0.2.254",
              services: [{ type: "dns", address: "192.0.2.52" }],
            },
          ],
          services: [
            { type: "dns", address: "192.0.2.53" },
            { type: "ntp", address: "192.0.2.123" },
          ],
        },
        {
          type: "ipv6",
          link: LINK.id,
          ip_address: "2001:DB8::10/64",
          routes: [{ network: "::", netmask: "::", gateway: "2001:db8::1" }],
        },
      ],
      services: [{ type: "dns", address: "198.51.100.53" }],
    });
    expect(problems).toEqual([]);
    expect(notes).toBeUndefined();
    expect(config).toEqual({
      interfaces: [
        {
          name: "tap1a2b3c4d-5e",
          link: { kind: "physical" },
          macAddress: "fa:16:3e:00:00:01",
          mtuBytes: 1450,
          dhcp4: false,
          dhcp6: "no",
          slaac: false,
          addresses: [
            { family: 4, address: "192.0.2.10", prefixLength: 24 },
            { family: 6, address: "2001:db8::10", prefixLength: 64 },
          ],
          routes: [
            { family: 4, destination: "0.0.0.0", prefixLength: 0, gateway: "192.0.2.1" },
            { family: 4, destination: "198.51.100.0", prefixLength: 24, gateway: "192.0.2.254" },
            { family: 6, destination: "::", prefixLength: 0, gateway: "2001:db8::1" },
          ],
          nameservers: ["192.0.2.52", "192.0.2.53"],
          searchDomains: [],
        },
      ],
      nameservers: ["198.51.100.53"],
      searchDomains: [],
    });
  });

  test("the same network as interfaces text and as network_data.json is the same model", () => {
    const eni = parseEni(
      [
        "iface eth0 inet static",
        " hwaddress ether fa:16:3e:00:00:01",
        " mtu 1450",
        " address 192.0.2.10/24",
        " gateway 192.0.2.1",
        " dns-nameservers 192.0.2.53",
        " post-up ip route add 198.51.100.0/24 via 192.0.2.254",
        "iface eth0 inet6 static",
        " address 2001:db8::10/64",
        " gateway 2001:db8::1",
      ].join("\n"),
      "content/0000",
    );
    const openstack = parse({
      links: [{ ...LINK, name: "eth0" }],
      networks: [
        {
          type: "ipv4",
          link: LINK.id,
          ip_address: "192.0.2.10",
          netmask: "255.255.255.0",
          gateway: "192.0.2.1",
          routes: [{ network: "198.51.100.0/24", gateway: "192.0.2.254" }],
          dns_nameservers: ["192.0.2.53"],
        },
        {
          type: "ipv6",
          link: LINK.id,
          ip_address: "2001:db8::10",
          netmask: 64,
          gateway: "2001:db8::1",
        },
      ],
    });
    const [{ line: _, ...fromEni } = {}] = eni.config.interfaces;
    expect(openstack.config.interfaces).toEqual([fromEni as never]);
    expect([...eni.problems, ...openstack.problems]).toEqual([]);
  });

  test("dynamic networks", () => {
    const cases = {
      ipv4_dhcp: [true, "no", false],
      ipv6_dhcp: [false, "stateful", false],
      "ipv6_dhcpv6-stateful": [false, "stateful", false],
      "ipv6_dhcpv6-stateless": [false, "stateless", true],
      ipv6_slaac: [false, "no", true],
    };
    for (const [type, wanted] of Object.entries(cases)) {
      const { config, problems } = parseNetworks({ type });
      const [iface] = config.interfaces;
      expect([iface?.dhcp4, iface?.dhcp6, iface?.slaac] as unknown[]).toEqual(wanted);
      expect(problems).toEqual([]);
    }
  });

  test("every physical link type is a NIC, an unknown one too, with a note", () => {
    const types = [
      "phy",
      "vif",
      "ovs",
      "bridge",
      "tap",
      "hw_veb",
      "pvm_sea",
      "pvm_sriov",
      "pvm_ovs",
      null,
    ];
    const links = [...types, "quantum_tunnel"].map((type, index) => ({ id: `l${index}`, type }));
    const { config, problems, notes } = parse({ links });
    expect(config.interfaces.map(({ link }) => link.kind)).toEqual(links.map(() => "physical"));
    expect(problems).toEqual([]);
    expect(notes).toEqual([expect.stringContaining('"quantum_tunnel"')]);
  });

  test("bonds and VLANs name other links", () => {
    const { config, problems } = parse({
      links: [
        { id: "a", type: "phy", name: "eth0" },
        { id: "b", type: "phy", ethernet_mac_address: "fa:16:3e:00:00:02" },
        { id: "c", type: "bond", bond_links: ["a", "b"], bond_mode: "802.3ad", bond_miimon: 100 },
        {
          id: "d",
          type: "vlan",
          vlan_link: "c",
          vlan_id: 100,
          vlan_mac_address: "fa:16:3e:00:00:03",
        },
      ],
    });
    expect(problems).toEqual([]);
    expect(config.interfaces.map(({ name }) => name)).toEqual(["eth0", "b", "bond0", "bond0.100"]);
    expect(config.interfaces[2]?.link).toEqual({
      kind: "bond",
      members: ["eth0", "b"],
      mode: "802.3ad",
      parameters: { miimon: "100" },
    });
    expect(config.interfaces[3]).toMatchObject({
      link: { kind: "vlan", parent: "bond0", id: 100 },
      macAddress: "fa:16:3e:00:00:03",
    });
  });
});

test("routes and DNS servers of DHCP networks are used too, double networks are fine", () => {
  const network = {
    type: "ipv4_dhcp",
    routes: [{ network: "198.51.100.0", netmask: "255.255.255.0", gateway: "192.0.2.254" }],
    services: [{ type: "dns", address: "192.0.2.53" }],
  };
  const fixed = { type: "ipv4", ip_address: "192.0.2.10", netmask: "255.255.255.0" };
  const { config, problems } = parseNetworks(network, network, fixed, fixed);
  expect(problems).toEqual([]);
  expect(config.interfaces[0]).toMatchObject({ dhcp4: true, nameservers: ["192.0.2.53"] });
  expect(config.interfaces[0]?.routes).toHaveLength(1);
  expect(config.interfaces[0]?.addresses).toHaveLength(1);
});

describe("bad input", () => {
  test("missing lists are fine, and wrong ones are problems", () => {
    expect(parse({})).toEqual({
      config: { interfaces: [], nameservers: [], searchDomains: [] },
      problems: [],
    });
    expect(parse({ links: null, networks: null, services: null }).problems).toEqual([]);
    for (const wrong of [null, [], "text", 7]) {
      expect(parse(wrong).problems).toHaveLength(1);
    }
    expect(parse({ links: {}, networks: "x", services: 1 }).problems).toHaveLength(3);
  });

  test("each wrong item is a problem with its key path, and the rest is used", () => {
    const { config, problems } = parse({
      links: [
        LINK,
        { id: LINK.id },
        { type: "phy" },
        { id: "v", type: "vlan", vlan_link: "none", vlan_id: 5 },
      ],
      networks: [
        { type: "ipv4", link: "none", ip_address: "192.0.2.10" },
        { type: "ipv4", link: LINK.id, ip_address: "192.0.2.x", netmask: "255.255.255.0" },
        { type: "ipv4", link: LINK.id, ip_address: "192.0.2.10", netmask: "255.0.255.0" },
        { type: "avian", link: LINK.id },
        { type: "ipv4", link: LINK.id, ip_address: ["192.0.2.10"] },
        {
          type: "ipv4",
          link: LINK.id,
          ip_address: "192.0.2.11",
          netmask: 24,
          gateway: "203.0.113.1",
          routes: [{ network: "198.51.100.0", gateway: "192.0.2.1" }, 7],
          services: [{ type: "dns", address: "dns.example.com" }],
        },
      ],
    });
    expect(problems.map(({ path }) => path?.join("."))).toEqual([
      "links.1",
      "links.2",
      "links.3.vlan_link",
      "networks.0",
      "networks.1.ip_address",
      "networks.2.netmask",
      "networks.3.type",
      "networks.4.ip_address",
      "networks.5.routes.0",
      "networks.5.routes.1",
      "networks.5.services.0.address",
      "networks.5.gateway",
    ]);
    expect(config.interfaces[0]?.addresses).toEqual([
      { family: 4, address: "192.0.2.11", prefixLength: 24 },
    ]);
    expect(config.interfaces[0]?.routes).toEqual([]);
  });

  test("a bond or a VLAN that cannot be made does not leave its address on an adapter", () => {
    const { config, problems } = parse({
      links: [
        { id: "a", type: "phy", name: "eth0" },
        { id: "b", type: "bond", name: "bond0", bond_links: ["x", "c"], bond_mode: "-a" },
        { id: "c", type: "vlan", name: "v0", vlan_link: "b", vlan_id: 5 },
        { id: "d", type: "vlan", name: "v1", vlan_link: "a", vlan_id: "5 -a" },
      ],
      networks: ["b", "c", "d"].map((link) => ({ link, type: "ipv4_dhcp" })),
    });
    expect(config.interfaces.map(({ name }) => name)).toEqual(["eth0"]);
    expect(problems.map(({ message }) => message)).toEqual([
      'links[1].bond_links[0]: Cannot find the link "x" that bond bond0 is made of',
      expect.stringContaining('Cannot use mode "-a" of bond bond0'),
      expect.stringContaining('Cannot use VLAN number "5 -a" of v1'),
      "Cannot use v0 as a member of bond bond0: expected an adapter",
      "Cannot make bond bond0: it has no members",
      "Cannot make VLAN v0 on bond0: expected an adapter or a bond that can be made",
    ]);
  });

  test("10,000 links with their networks are read in moments", () => {
    const ids = Array.from({ length: 10_000 }, (_, index) => `tap${index}`);
    const { config, problems } = parse({
      links: [
        ...ids.map((id) => ({ id, type: "phy", mtu: "large" })),
        { id: "b", type: "bond", bond_links: ids },
      ],
      networks: ids.map((link, index) => ({
        link,
        type: "ipv4",
        ip_address: `10.${index >> 8}.${index & 255}.9`,
        netmask: "255.255.255.0",
      })),
    });
    expect(config.interfaces).toHaveLength(10_001);
    expect(problems).toHaveLength(PROBLEM_COUNT_MAX + 1);
  });

  test("names that are no names, or taken, give way to the id", () => {
    const { config, problems } = parse({
      links: [
        { id: "a", name: "eth0" },
        { id: "b", name: "eth0" },
        { id: "c", name: "../x" },
        { id: "-a", name: "$(x)" },
      ],
    });
    expect(config.interfaces.map(({ name }) => name)).toEqual(["eth0", "b", "c", "link3"]);
    expect(problems).toHaveLength(3);
  });

  test("no JSON makes the parser throw", () => {
    const value = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(
          null,
          true,
          0,
          -1,
          1e308,
          "",
          "ipv4",
          "192.0.2.1",
          "::1",
          "255.0.255.0",
          "bond",
          "l0",
        ),
        fc.string(),
        fc.array(tie("value"), { maxLength: 4 }),
        fc.dictionary(
          fc.constantFrom(
            ..."id type name link links networks services mtu ip_address netmask gateway routes network address bond_links bond_mode vlan_link vlan_id ethernet_mac_address toString __proto__ constructor".split(
              " ",
            ),
          ),
          tie("value"),
          { maxKeys: 8 },
        ),
      ),
    })).value;
    const link = fc.record({
      id: fc.constantFrom("l0", "l1"),
      type: value,
      mtu: value,
      name: value,
    });
    const network = fc.record({
      link: fc.constantFrom("l0", "l1"),
      type: fc.constantFrom("ipv4", "ipv6"),
      ip_address: value,
      netmask: value,
      gateway: value,
      routes: value,
      services: value,
    });
    const data = fc.oneof(
      value,
      fc.record({ links: fc.array(link), networks: fc.array(network), services: value }),
    );
    fc.assert(
      fc.property(data, (given) => {
        const { problems } = parse(given);
        for (const { message } of problems) {
          expect(message).not.toContain("\n");
        }
      }),
      { numRuns: 500 },
    );
  });
});
