import * as fc from "fast-check";
import type {
  AddressConfig,
  InterfaceConfig,
  Link,
  NetworkConfig,
  RouteConfig,
} from "../../../src/network/network-config.ts";

/** What is drawn for one interface; its number makes its addresses different from all others. */
interface Draw {
  readonly mac: boolean;
  readonly mtuBytes: number | undefined;
  readonly dhcp4: boolean;
  readonly ipv6: "none" | "slaac" | "stateful";
  readonly addresses4: readonly { readonly host: number; readonly prefixLength: number }[];
  readonly addresses6: readonly { readonly host: number; readonly prefixLength: number }[];
  readonly routes4: readonly { readonly to: number; readonly metric: number | undefined }[];
  readonly routes6: readonly { readonly to: number; readonly metric: number | undefined }[];
  readonly nameservers: readonly string[];
  readonly searchDomains: readonly string[];
}

const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined });

const host = fc.integer({ min: 2, max: 250 });

const routes = fc.uniqueArray(
  fc.record({ to: fc.nat(4), metric: optional(fc.integer({ min: 1, max: 1000 })) }),
  { maxLength: 3, selector: ({ to }) => to },
);

const draw: fc.Arbitrary<Draw> = fc.record({
  mac: fc.boolean(),
  mtuBytes: optional(fc.integer({ min: 68, max: 65_535 })),
  dhcp4: fc.boolean(),
  ipv6: fc.constantFrom("none", "slaac", "stateful"),
  addresses4: fc.array(fc.record({ host, prefixLength: fc.constantFrom(8, 16, 23, 24, 30, 32) }), {
    maxLength: 3,
  }),
  addresses6: fc.array(fc.record({ host, prefixLength: fc.constantFrom(32, 48, 64, 126, 128) }), {
    maxLength: 2,
  }),
  routes4: routes,
  routes6: routes,
  nameservers: fc.uniqueArray(fc.constantFrom("192.0.2.53", "198.51.100.53", "2001:db8::53"), {
    maxLength: 3,
  }),
  searchDomains: fc.uniqueArray(fc.constantFrom("example.com", "lab.example.com", "example.net"), {
    maxLength: 3,
  }),
});

/**
 * Networks that interfaces text, network_data.json, version 1 and version 2 can all say: adapters,
 * then a bond of two of them at most, then VLANs.
 */
export const arbitraryNetwork: fc.Arbitrary<NetworkConfig> = fc
  .record({
    adapters: fc.array(draw, { minLength: 1, maxLength: 4 }),
    bond: optional(
      fc.record({
        draw,
        mode: fc.constantFrom("active-backup", "802.3ad", "balance-xor"),
        miimon: optional(fc.integer({ min: 0, max: 1000 })),
        hash: optional(fc.constantFrom("layer2", "layer3+4")),
      }),
    ),
    vlans: fc.array(fc.record({ draw, id: fc.integer({ min: 1, max: 4094 }) }), { maxLength: 2 }),
  })
  .map(({ adapters, bond, vlans }) => {
    const hasBond = bond !== undefined && adapters.length >= 2;
    const interfaces = adapters.map((each, index) =>
      // Members of a bond have no settings of their own.
      createInterface(
        `eth${index}`,
        { kind: "physical" },
        index,
        hasBond && index < 2 ? BARE : each,
      ),
    );
    if (hasBond) {
      const { miimon, hash, mode } = bond;
      const parameters = {
        ...(miimon === undefined ? {} : { miimon: String(miimon) }),
        ...(hash === undefined ? {} : { "xmit-hash-policy": hash }),
      };
      const link: Link = { kind: "bond", members: ["eth0", "eth1"], mode, parameters };
      interfaces.push(createInterface("bond0", link, 10, bond.draw));
    }
    for (const [index, vlan] of vlans.entries()) {
      const parent = hasBond ? "bond0" : "eth0";
      const link: Link = { kind: "vlan", parent, id: vlan.id };
      interfaces.push(createInterface(`v${index}`, link, 20 + index, vlan.draw));
    }
    return { interfaces, nameservers: [], searchDomains: [] };
  });

const BARE: Draw = {
  mac: true,
  mtuBytes: undefined,
  dhcp4: false,
  ipv6: "none",
  addresses4: [],
  addresses6: [],
  routes4: [],
  routes6: [],
  nameservers: [],
  searchDomains: [],
};

function createInterface(name: string, link: Link, number: number, drawn: Draw): InterfaceConfig {
  const addresses: AddressConfig[] = [
    ...drawn.addresses4.map(({ host: last, prefixLength }, index) => ({
      family: 4 as const,
      address: `10.${number}.${index}.${last}`,
      prefixLength,
    })),
    ...drawn.addresses6.map(({ host: last, prefixLength }, index) => ({
      family: 6 as const,
      address: `2001:db8:${(number + 1).toString(16)}:${(index + 1).toString(16)}::${last.toString(16)}`,
      prefixLength,
    })),
  ];
  const dhcp6 = drawn.ipv6 === "stateful" ? "stateful" : "no";
  const slaac = drawn.ipv6 === "slaac";
  const has4 = drawn.dhcp4 || drawn.addresses4.length > 0;
  const has6 = drawn.ipv6 !== "none" || drawn.addresses6.length > 0;
  return {
    name,
    link,
    ...(drawn.mac ? { macAddress: `fa:16:3e:00:00:${(number + 16).toString(16)}` } : {}),
    ...(drawn.mtuBytes === undefined ? {} : { mtuBytes: drawn.mtuBytes }),
    dhcp4: drawn.dhcp4,
    dhcp6,
    slaac,
    addresses,
    routes: [
      ...(has4 ? drawn.routes4.map((each) => createRoute4(each, addresses)) : []),
      ...(has6 ? drawn.routes6.map((each) => createRoute6(each, addresses)) : []),
    ],
    // Only with an address: network_data.json has no other place for them.
    nameservers: has4 || has6 ? drawn.nameservers : [],
    searchDomains: has4 || has6 ? drawn.searchDomains : [],
  };
}

const TARGETS4 = [
  "0.0.0.0/0",
  "198.51.100.0/24",
  "203.0.113.7/32",
  "172.16.0.0/12",
  "100.64.0.0/10",
];
const TARGETS6 = [
  "::/0",
  "2001:db8:ff00::/40",
  "2001:db8:ff::7/128",
  "fd00::/8",
  "2001:db8:fe::/48",
];

function createRoute4(
  { to, metric }: Draw["routes4"][number],
  addresses: readonly AddressConfig[],
): RouteConfig {
  const own = addresses.find(({ family }) => family === 4)?.address ?? "192.0.2.10";
  return createRoute(4, TARGETS4[to] ?? "", neighbourOf(own, ".", 10), metric);
}

function createRoute6(
  { to, metric }: Draw["routes6"][number],
  addresses: readonly AddressConfig[],
): RouteConfig {
  const own = addresses.find(({ family }) => family === 6)?.address;
  const gateway = own === undefined ? "fe80::1" : neighbourOf(own, ":", 16);
  return createRoute(6, TARGETS6[to] ?? "", gateway, metric);
}

/** In the same network, however small. */
function neighbourOf(address: string, separator: string, radix: number): string {
  const at = address.lastIndexOf(separator) + 1;
  return address.slice(0, at) + (Number.parseInt(address.slice(at), radix) ^ 1).toString(radix);
}

function createRoute(
  family: 4 | 6,
  target: string,
  gateway: string,
  metric: number | undefined,
): RouteConfig {
  const [destination = "", prefixLength = ""] = target.split("/");
  return {
    family,
    destination,
    prefixLength: Number(prefixLength),
    gateway,
    ...(metric === undefined ? {} : { metric }),
  };
}
