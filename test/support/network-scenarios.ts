import type { AixSeed, SeedAdapter, SeedFaults } from "../../src/simulator/aix/seed.ts";
import { buildDrive } from "./sample-machine.ts";

/** A deploy with a certain network, and what the machine is to be afterwards. */
export interface NetworkScenario {
  /** A sentence about behaviour. */
  readonly name: string;
  readonly adapters: readonly SeedAdapter[];
  readonly firstBoot?: AixSeed["firstBoot"];
  readonly faults?: SeedFaults;
  /** network_data.json, or interfaces text. */
  readonly network: NetworkData | string;
  /** As `describeNetwork` tells it. */
  readonly expected: readonly string[];
}

export interface NetworkData {
  readonly links: readonly object[];
  readonly networks: readonly object[];
  readonly services?: readonly object[];
}

export const MAC = {
  first: "fa:16:3e:5c:1a:01",
  second: "fa:16:3e:5c:1a:02",
  third: "fa:16:3e:5c:1a:03",
} as const;

const ONE: readonly SeedAdapter[] = [{ name: "ent0", mac: MAC.first }];
const TWO: readonly SeedAdapter[] = [...ONE, { name: "ent1", mac: MAC.second }];

/** A link of network_data.json as nova-powervm writes it. */
export function linkOf(id: string, mac: string, more: object = {}): object {
  return { id, type: "pvm_sea", ethernet_mac_address: mac, mtu: 1500, ...more };
}

/** A static IPv4 network; the mask is always /24. */
export function ipv4On(link: string, address: string, gateway?: string): object {
  const route = { network: "0.0.0.0", netmask: "0.0.0.0", gateway };
  return {
    id: `${link}-4`,
    link,
    type: "ipv4",
    ip_address: address,
    netmask: "255.255.255.0",
    routes: gateway === undefined ? [] : [route],
  };
}

/** A static IPv6 network of 64 bits. */
export function ipv6On(link: string, address: string, gateway?: string): object {
  const route = { network: "::", netmask: "::", gateway };
  return {
    id: `${link}-6`,
    link,
    type: "ipv6",
    ip_address: address,
    netmask: "ffff:ffff:ffff:ffff::",
    routes: gateway === undefined ? [] : [route],
  };
}

const STATIC_ONE: NetworkData = {
  links: [linkOf("tap0", MAC.first)],
  networks: [ipv4On("tap0", "192.0.2.10", "192.0.2.1")],
  services: [{ type: "dns", address: "192.0.2.53" }],
};

const STATIC_ONE_DONE = [
  "en0 up: 192.0.2.10/24",
  "inet0 route=net,-hopcount,0,,0,192.0.2.1",
  "default by 192.0.2.1 on en0",
];

/** The link-local address that an adapter makes of the first MAC. */
const LINK_LOCAL = "fe80::f816:3eff:fe5c:1a01/64";

const LEASE = { address: "203.0.113.77", prefixLength: 24, router: "203.0.113.1" };

/** "Done when" of the network issue, in its order. */
export const NETWORK_SCENARIOS: readonly NetworkScenario[] = [
  {
    name: "PowerVC, one static NIC",
    adapters: ONE,
    network: STATIC_ONE,
    expected: STATIC_ONE_DONE,
  },
  {
    name: "two NICs, the gateway on the second",
    adapters: TWO,
    network: {
      links: [linkOf("tap0", MAC.first), linkOf("tap1", MAC.second)],
      networks: [ipv4On("tap0", "198.51.100.10"), ipv4On("tap1", "192.0.2.10", "192.0.2.1")],
    },
    expected: [
      "en0 up: 198.51.100.10/24",
      "en1 up: 192.0.2.10/24",
      "inet0 route=net,-hopcount,0,,0,192.0.2.1",
      "default by 192.0.2.1 on en1",
    ],
  },
  {
    name: "dual stack on one NIC",
    adapters: ONE,
    network: {
      links: [linkOf("tap0", MAC.first)],
      networks: [
        ipv4On("tap0", "192.0.2.10", "192.0.2.1"),
        ipv6On("tap0", "2001:db8::10", "2001:db8::1"),
      ],
    },
    expected: [
      `en0 up: 192.0.2.10/24 2001:db8::10/64 ${LINK_LOCAL}`,
      "inet0 rout6=net,-hopcount,0,,,::,2001:db8::1",
      "inet0 route=net,-hopcount,0,,0,192.0.2.1",
      "default by 192.0.2.1 on en0",
      "default by 2001:db8::1 on en0",
      "ndpd-host runs",
    ],
  },
  {
    name: "IPv6 only, over the IPv4 address of a captured image, on a link with a router",
    adapters: [{ name: "ent0", mac: MAC.first, link: { router6: advertisingRouter() } }],
    firstBoot: "captured",
    network: {
      links: [linkOf("tap0", MAC.first)],
      networks: [ipv6On("tap0", "2001:db8::10", "2001:db8::1")],
    },
    expected: [
      `en0 up: 2001:db8::10/64 2001:db8:1:0:f816:3eff:fe5c:1a01/64 (router) ${LINK_LOCAL}`,
      "inet0 rout6=net,-hopcount,0,,,::,2001:db8::1",
      "default by 2001:db8::1 on en0",
      "ndpd-host runs",
    ],
  },
  {
    name: "DHCP, over the static settings of a captured image",
    adapters: [{ name: "ent0", mac: MAC.first, link: { dhcp4: LEASE } }],
    firstBoot: "captured",
    network: {
      links: [linkOf("tap0", MAC.first)],
      networks: [{ id: "n0", link: "tap0", type: "ipv4_dhcp" }],
    },
    expected: ["en0 up: 203.0.113.77/24 (dhcp)", "default by 203.0.113.1 on en0", "dhcpcd runs"],
  },
  {
    name: "DHCP on one NIC, a static address with the gateway on the other",
    adapters: [
      { name: "ent0", mac: MAC.first, link: { dhcp4: LEASE } },
      { name: "ent1", mac: MAC.second },
    ],
    network: {
      links: [linkOf("tap0", MAC.first), linkOf("tap1", MAC.second)],
      networks: [
        { id: "n0", link: "tap0", type: "ipv4_dhcp" },
        ipv4On("tap1", "192.0.2.10", "192.0.2.1"),
      ],
    },
    expected: [
      "en0 up: 203.0.113.77/24 (dhcp)",
      "en1 up: 192.0.2.10/24",
      "inet0 route=net,-hopcount,0,,0,192.0.2.1",
      "default by 192.0.2.1 on en1",
      "dhcpcd runs",
    ],
  },
  {
    name: "SLAAC beside a static IPv4 address",
    adapters: [{ name: "ent0", mac: MAC.first, link: { router6: advertisingRouter() } }],
    network: {
      links: [linkOf("tap0", MAC.first)],
      networks: [
        ipv4On("tap0", "192.0.2.10", "192.0.2.1"),
        { id: "n1", link: "tap0", type: "ipv6_slaac" },
      ],
    },
    expected: [
      `en0 up: 192.0.2.10/24 2001:db8:1:0:f816:3eff:fe5c:1a01/64 (router) ${LINK_LOCAL}`,
      "inet0 route=net,-hopcount,0,,0,192.0.2.1",
      "default by 192.0.2.1 on en0",
      "default by fe80::1 on en0",
      "ndpd-host runs",
    ],
  },
  {
    name: "DHCPv6, with the router's default route",
    adapters: [
      {
        name: "ent0",
        mac: MAC.first,
        link: {
          router6: advertisingRouter(),
          dhcp6: { address: "2001:db8::77", prefixLength: 64 },
        },
      },
    ],
    network: {
      links: [linkOf("tap0", MAC.first)],
      networks: [{ id: "n1", link: "tap0", type: "ipv6_dhcpv6-stateful" }],
    },
    expected: [
      `en0 up: 2001:db8::77/64 (dhcp) 2001:db8:1:0:f816:3eff:fe5c:1a01/64 (router) ${LINK_LOCAL}`,
      "default by fe80::1 on en0",
      "dhcpcd6 runs",
      "ndpd-host runs",
    ],
  },
  {
    name: "MTU 9000 on a virtual adapter, which is never detached",
    adapters: ONE,
    network: {
      links: [linkOf("tap0", MAC.first, { mtu: 9000 })],
      networks: [ipv4On("tap0", "192.0.2.10", "192.0.2.1")],
    },
    expected: ["en0 up mtu 9000: 192.0.2.10/24", ...STATIC_ONE_DONE.slice(1)],
  },
  {
    name: "MTU 9000 on a real adapter, which gets jumbo frames",
    adapters: [{ name: "ent0", mac: MAC.first, isPhysical: true }],
    firstBoot: "captured",
    network: {
      links: [linkOf("tap0", MAC.first, { mtu: 9000 })],
      networks: [ipv4On("tap0", "192.0.2.10", "192.0.2.1")],
    },
    expected: [
      "ent0 jumbo_frames=yes",
      "en0 up mtu 9000: 192.0.2.10/24",
      ...STATIC_ONE_DONE.slice(1),
    ],
  },
  {
    name: "a VLAN on an EtherChannel of captured adapters",
    adapters: [
      { name: "ent0", mac: MAC.first, isPhysical: true },
      { name: "ent1", mac: MAC.second, isPhysical: true },
    ],
    firstBoot: "captured",
    network: {
      links: [
        { id: "p0", type: "phy", ethernet_mac_address: MAC.first },
        { id: "p1", type: "phy", ethernet_mac_address: MAC.second },
        {
          id: "b0",
          type: "bond",
          bond_links: ["p0", "p1"],
          bond_mode: "802.3ad",
          bond_xmit_hash_policy: "layer3+4",
          ethernet_mac_address: MAC.first,
        },
        { id: "v0", type: "vlan", vlan_link: "b0", vlan_id: 100, mtu: 9000 },
      ],
      networks: [ipv4On("v0", "192.0.2.10", "192.0.2.1")],
    },
    expected: [
      "ent2 adapter_names=ent0,ent1",
      "ent2 hash_mode=src_dst_port",
      "ent2 mode=8023ad",
      "ent2 use_jumbo_frame=yes",
      "ent3 base_adapter=ent2",
      "ent3 vlan_tag_id=100",
      "en3 up mtu 9000: 192.0.2.10/24",
      "inet0 route=net,-hopcount,0,,0,192.0.2.1",
      "default by 192.0.2.1 on en3",
    ],
  },
  {
    name: "two captured default routes in a spelling of their own: gone",
    adapters: ONE,
    firstBoot: "captured",
    faults: { twoDefaultRoutes: true, routeForm: "static" },
    network: {
      links: [linkOf("tap0", MAC.first)],
      networks: [ipv4On("tap0", "203.0.113.10", "203.0.113.1")],
    },
    expected: [
      "en0 up: 203.0.113.10/24",
      "inet0 route=net,-hopcount,0,,0,203.0.113.1",
      "default by 203.0.113.1 on en0",
    ],
  },
  {
    name: "a NIC with nothing but an fe80 address, which the drive does not describe: untouched",
    adapters: TWO,
    firstBoot: "captured",
    faults: { linkLocalOnly: true },
    network: STATIC_ONE,
    expected: [
      "en0 up: 192.0.2.10/24",
      "en1 up: fe80::80de:eff:fe65:c1a/64",
      ...STATIC_ONE_DONE.slice(1),
    ],
  },
  {
    name: "an fe80 address for RMC that the drive gives: as given, and nothing beside it",
    adapters: TWO,
    network: {
      links: [linkOf("tap0", MAC.first), linkOf("tap1", MAC.second)],
      networks: [
        ipv4On("tap0", "192.0.2.10", "192.0.2.1"),
        ipv6On("tap1", "fe80::80de:eff:fe65:c1b"),
      ],
    },
    expected: [
      "en0 up: 192.0.2.10/24",
      "en1 up: fe80::80de:eff:fe65:c1b/64",
      ...STATIC_ONE_DONE.slice(1),
    ],
  },
  {
    name: "interfaces text with aliases of both families and static routes",
    adapters: ONE,
    network: [
      "auto eth0",
      "iface eth0 inet static",
      ` hwaddress ether ${MAC.first}`,
      " address 192.0.2.10/24",
      " gateway 192.0.2.1",
      " post-up ip route add 198.51.100.0/24 via 192.0.2.254",
      "iface eth0 inet6 static",
      " address 2001:db8::10/64",
      " gateway 2001:db8::1",
      " post-up ip -6 route add 2001:db8:2::/48 via 2001:db8::2",
      "iface eth0:1 inet static",
      " address 192.0.2.11/24",
      "iface eth0:2 inet6 static",
      " address 2001:db8::11/64",
      "",
    ].join("\n"),
    faults: { alias6Separator: "comma", ipv6LostAtBoot: true },
    expected: [
      `en0 up: 192.0.2.10/24 192.0.2.11/24 2001:db8::10/64 2001:db8::11/64 ${LINK_LOCAL}`,
      "inet0 rout6=net,-hopcount,0,,,::,2001:db8::1",
      "inet0 rout6=net,-hopcount,0,-prefixlen,48,,2001:db8:2::,2001:db8::2",
      "inet0 route=net,-hopcount,0,,0,192.0.2.1",
      "inet0 route=net,-hopcount,0,-netmask,255.255.255.0,,,,,198.51.100.0,192.0.2.254",
      "198.51.100.0/24 by 192.0.2.254 on en0",
      "2001:db8:2::/48 by 2001:db8::2 on en0",
      "default by 192.0.2.1 on en0",
      "default by 2001:db8::1 on en0",
      "ndpd-host runs",
    ],
  },
];

/** A router that advertises itself. */
function advertisingRouter(): { readonly address: string; readonly prefix: string } {
  return { address: "fe80::1", prefix: "2001:db8:1::" };
}

/** The drive of a scenario. */
export function networkDrive(
  network: NetworkData | string,
  metaData: Readonly<Record<string, unknown>> = {},
): Uint8Array {
  if (typeof network !== "string") {
    const text = JSON.stringify(network);
    return buildDrive({
      metaData,
      network: "none",
      files: { "openstack/latest/network_data.json": text },
    });
  }
  return buildDrive({
    metaData: {
      ...metaData,
      network_config: { content_path: "/content/0000", name: "network_config" },
    },
    network: "none",
    files: { "openstack/content/0000": network },
  });
}

/** The machine that a scenario begins with. */
export function networkSeed({ adapters, firstBoot, faults }: NetworkScenario): AixSeed {
  return {
    adapters,
    ...(firstBoot === undefined ? {} : { firstBoot }),
    ...(faults === undefined ? {} : { faults }),
  };
}
