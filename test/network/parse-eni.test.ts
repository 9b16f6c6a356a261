import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import type { InterfaceConfig } from "../../src/network/network-config.ts";
import { PROBLEM_COUNT_MAX } from "../../src/network/network-draft.ts";
import { parseEni } from "../../src/network/parse-eni.ts";
import { formatProblem } from "../../src/text/problem.ts";

/** As nova writes it, with a second stanza for IPv6 (compat network.md §1). */
const NOVA = `# Injected by Nova on instance boot
auto lo
iface lo inet loopback

auto eth0
iface eth0 inet static
    hwaddress ether FA:16:3E:00:00:01
    address 192.0.2.10
    netmask 255.255.255.0
    broadcast 192.0.2.255
    gateway 192.0.2.1
    dns-nameservers 192.0.2.53 198.51.100.53
    dns-search example.com
iface eth0 inet6 static
    address 2001:DB8::10
    netmask 64
    gateway 2001:db8::1

auto eth1
iface eth1 inet dhcp
`;

function parse(text: string): {
  readonly interfaces: readonly InterfaceConfig[];
  readonly problems: readonly string[];
} {
  const { config, problems } = parseEni(text, "content/0000");
  return { interfaces: config.interfaces, problems: problems.map(formatProblem) };
}

/** One static interface with these lines in its block. */
function parseBlock(...lines: readonly string[]): ReturnType<typeof parse> {
  return parse(["iface eth0 inet static", " address 192.0.2.10/24", ...lines, ""].join("\n"));
}

describe("what clouds write", () => {
  test("nova's text becomes one interface with both families, and one with DHCP", () => {
    const { interfaces, problems } = parse(NOVA);
    expect(problems).toEqual([]);
    expect(interfaces).toEqual([
      {
        name: "eth0",
        link: { kind: "physical" },
        macAddress: "fa:16:3e:00:00:01",
        dhcp4: false,
        dhcp6: "no",
        slaac: false,
        addresses: [
          { family: 4, address: "192.0.2.10", prefixLength: 24 },
          { family: 6, address: "2001:db8::10", prefixLength: 64 },
        ],
        routes: [
          { family: 4, destination: "0.0.0.0", prefixLength: 0, gateway: "192.0.2.1" },
          { family: 6, destination: "::", prefixLength: 0, gateway: "2001:db8::1" },
        ],
        nameservers: ["192.0.2.53", "198.51.100.53"],
        searchDomains: ["example.com"],
        line: 6,
      },
      {
        name: "eth1",
        link: { kind: "physical" },
        dhcp4: true,
        dhcp6: "no",
        slaac: false,
        addresses: [],
        routes: [],
        nameservers: [],
        searchDomains: [],
        line: 20,
      },
    ]);
  });

  test("tabs, carriage returns, upper-case keys, comments and continued lines are read", () => {
    const text = [
      "AUTO eth0\r",
      "\tiface\teth0  inet   static\r",
      "# address 198.51.100.1 \\",
      "\tADDRESS 192.0.2.10\t\r",
      "\tnetmask 24",
      "\tdns-nameservers 192.0.2.53 \\",
      "\t  192.0.2.54 \\",
      "\t  192.0.2.55",
      "\tdns-nameservers 192.0.2.53 192.0.2.56",
      "",
    ].join("\n");
    const { interfaces, problems } = parse(text);
    expect(problems).toEqual([]);
    expect(interfaces[0]?.addresses).toEqual([
      { family: 4, address: "192.0.2.10", prefixLength: 24 },
    ]);
    expect(interfaces[0]?.nameservers).toEqual([
      "192.0.2.53",
      "192.0.2.54",
      "192.0.2.55",
      "192.0.2.56",
    ]);
  });

  test("further blocks and aliases add addresses to their interface", () => {
    const { interfaces, problems } = parse(
      [
        "iface eth0 inet static",
        " address 192.0.2.10/24",
        "iface eth1 inet static",
        " address 198.51.100.7",
        " netmask 255.255.255.128",
        "iface eth0:1 inet static",
        " address 192.0.2.11/24",
        "iface eth0 inet static",
        " address 192.0.2.12/24",
      ].join("\n"),
    );
    expect(problems).toEqual([]);
    expect(interfaces.map(({ name }) => name)).toEqual(["eth0", "eth1"]);
    expect(interfaces[0]?.addresses.map(({ address }) => address)).toEqual([
      "192.0.2.10",
      "192.0.2.11",
      "192.0.2.12",
    ]);
    expect(interfaces[1]?.addresses[0]?.prefixLength).toBe(25);
  });

  test("IPv6 masks, router advertisements, DHCPv6 and manual interfaces", () => {
    const { interfaces, problems } = parse(
      [
        "iface eth0 inet6 static",
        " address 2001:db8::10",
        " netmask ffff:ffff:ffff:ff00::",
        "iface eth1 inet6 auto",
        " dhcp 1",
        "iface eth2 inet6 dhcp",
        "iface eth3 inet manual",
        " mtu 9000",
      ].join("\n"),
    );
    expect(problems).toEqual([]);
    expect(interfaces.map(({ slaac, dhcp6 }) => [slaac, dhcp6])).toEqual([
      [false, "no"],
      [true, "stateless"],
      [false, "stateful"],
      [false, "no"],
    ]);
    expect(interfaces[0]?.addresses[0]?.prefixLength).toBe(56);
    expect(interfaces[3]?.mtuBytes).toBe(9000);
  });

  test("bonds name their members or are named by them, VLANs know parent and number", () => {
    const { interfaces, problems } = parse(
      [
        "iface eth0 inet manual",
        " bond-master bond0",
        "iface eth1 inet manual",
        " bond_master bond0",
        "iface bond0 inet static",
        " address 192.0.2.10/24",
        " bond-mode 1",
        " bond_miimon 100",
        " bond-slaves none",
        "iface bond0.100 inet static",
        " address 198.51.100.10/24",
        "iface vlan7 inet manual",
        " vlan-raw-device eth2",
      ].join("\n"),
    );
    expect(problems).toEqual([]);
    expect(interfaces.find(({ name }) => name === "bond0")?.link).toEqual({
      kind: "bond",
      members: ["eth0", "eth1"],
      mode: "active-backup",
      parameters: { miimon: "100" },
    });
    expect(interfaces.find(({ name }) => name === "bond0.100")?.link).toEqual({
      kind: "vlan",
      parent: "bond0",
      id: 100,
    });
    expect(interfaces.find(({ name }) => name === "vlan7")?.link).toEqual({
      kind: "vlan",
      parent: "eth2",
      id: 7,
    });
  });
});

describe("route commands", () => {
  test("the usual spellings become static routes and are never run", () => {
    const spellings = [
      "post-up ip route add 198.51.100.0/24 via 192.0.2.254",
      "up ip route replace 198.51.100.0/24 via 192.0.2.254 dev eth0",
      "pre-up ip -4 route add 198.51.100.0/24 dev $IFACE via 192.0.2.254",
      "post-up /sbin/ip route add 198.51.100.7/24 via 192.0.2.254 || true",
      "post-up route add -net 198.51.100.0 netmask 255.255.255.0 gw 192.0.2.254 || true",
      "post-up route add -net 198.51.100.0/24 gw 192.0.2.254 eth0",
      "post-up /sbin/route add -net 198.51.100.0 gw 192.0.2.254 netmask 255.255.255.0 dev eth0",
    ];
    for (const line of spellings) {
      const { interfaces, problems } = parseBlock(line);
      expect(problems).toEqual([]);
      expect(interfaces[0]?.routes).toEqual([
        { family: 4, destination: "198.51.100.0", prefixLength: 24, gateway: "192.0.2.254" },
      ]);
    }
  });

  test("host routes, default routes, IPv6 routes and metrics", () => {
    const { interfaces, problems } = parse(
      [
        "iface eth0 inet static",
        " address 192.0.2.10/24",
        " post-up route add -host 198.51.100.9 gw 192.0.2.254",
        " post-up route add default gw 192.0.2.1",
        " post-up ip route add default via 192.0.2.1",
        " post-up ip route add 203.0.113.0/24 via 192.0.2.2 metric 20",
        "iface eth0 inet6 static",
        " address 2001:db8::10/64",
        " post-up ip -6 route add 2001:db8:1::/48 via 2001:db8::1",
        " post-up route -A inet6 add 2001:db8:2::/48 gw fe80::1",
        " post-up route add -A inet6 default gw 2001:db8::1 eth0",
      ].join("\n"),
    );
    expect(problems).toEqual([]);
    expect(
      interfaces[0]?.routes.map(
        ({ destination, prefixLength, gateway, metric }) =>
          `${destination}/${prefixLength} ${gateway}${metric === undefined ? "" : ` ${metric}`}`,
      ),
    ).toEqual([
      "198.51.100.9/32 192.0.2.254",
      "0.0.0.0/0 192.0.2.1",
      "203.0.113.0/24 192.0.2.2 20",
      "2001:db8:1::/48 2001:db8::1",
      "2001:db8:2::/48 fe80::1",
      "::/0 2001:db8::1",
    ]);
  });

  test("commands that take routes away again say nothing", () => {
    const { problems } = parseBlock(
      "pre-down ip route del 198.51.100.0/24 via 192.0.2.254",
      "pre-down route del -net 198.51.100.0 netmask 255.255.255.0 gw 192.0.2.254 || true",
    );
    expect(problems).toEqual([]);
  });

  test("every other command is a problem that does not show it", () => {
    const others = [
      "post-up echo hunter2 | passwd --stdin root",
      "post-up ip route add 198.51.100.0/24 via 192.0.2.254 ; reboot",
      "post-up ip route add 198.51.100.0/24 via $(reboot)",
      "post-up ip addr add 192.0.2.99/24 dev eth0",
      "post-up ip route add 198.51.100.0/24 dev eth0",
      "post-up route add -net 198.51.100.0 gw 192.0.2.254",
      "pre-down ip route add 198.51.100.0/24 via 192.0.2.254",
      "post-up ip route del 198.51.100.0/24",
      "post-up",
    ];
    for (const line of others) {
      const { interfaces, problems } = parseBlock(line);
      expect(interfaces[0]?.routes).toEqual([]);
      expect(problems).toHaveLength(1);
      expect(problems[0]).toStartWith("content/0000:3: ");
      expect(problems[0]).not.toContain("hunter2");
    }
  });
});

describe("bad input", () => {
  test("each wrong value is a problem with its line, and the rest is used", () => {
    const { interfaces, problems } = parse(
      [
        "iface eth0 inet static",
        "  address 192.0.2.300",
        "iface eth1 inet static",
        "  address 192.0.2.10",
        "  netmask 255.0.255.0",
        "iface eth2 inet static",
        "  address 192.0.2.11/33",
        "iface eth3 inet static",
        "  address 192.0.2.12/24",
        "  gateway 198.51.100.1",
        "  mtu 99999",
        "  hwaddress ether zz:16:3e:00:00:01",
        "  dns-nameservers 192.0.2.53 -a",
        "  dns-search exa$mple.com example.com",
        "iface eth4 inet static",
        "  address 192.0.2.12/24",
        "iface eth5 inet",
        "iface eth6 inet ppp",
        "iface ../../etc/x inet static",
        "iface eth7 inet static",
        "iface eth8 inet static",
        "  address 2001:db8::1/64",
      ].join("\n"),
    );
    const lines = problems.map((problem) => Number(problem.split(":")[1]));
    expect(lines.sort((a, b) => a - b)).toEqual([
      2, 5, 7, 10, 11, 12, 13, 14, 16, 17, 18, 19, 20, 22,
    ]);
    expect(problems.find((problem) => problem.includes(":5:"))).toContain('"255.0.255.0"');
    expect(problems.find((problem) => problem.includes(":11:"))).toContain("from 68 to 65535");
    const eth3 = interfaces.find(({ name }) => name === "eth3");
    expect(eth3).toMatchObject({
      addresses: [{ address: "192.0.2.12" }],
      routes: [],
      nameservers: ["192.0.2.53"],
      searchDomains: ["example.com"],
    });
    expect(eth3).not.toHaveProperty("mtuBytes");
  });

  test("an address without a mask gets one, and says so", () => {
    const { interfaces, problems } = parse("iface eth0 inet static\n address 192.0.2.10\n");
    expect(interfaces[0]?.addresses[0]?.prefixLength).toBe(24);
    expect(problems).toEqual([
      'content/0000:2: Address "192.0.2.10" of eth0 has no netmask: /24 is assumed',
    ]);
  });

  test("a gateway that a single-address network reaches is used", () => {
    const { interfaces, problems } = parse(
      "iface eth0 inet static\n address 192.0.2.10/32\n gateway 198.51.100.1\n",
    );
    expect(problems).toEqual([]);
    expect(interfaces[0]?.routes).toHaveLength(1);
  });

  test("an empty file is fine, other text and binary data are one problem", () => {
    expect(parse("")).toEqual({ interfaces: [], problems: [] });
    expect(parse("network:\n  version: 2\n").problems).toHaveLength(1);
    expect(parse("\0\0iface eth0 inet dhcp").problems).toHaveLength(1);
    expect(parse("x".repeat(9 * 1024 * 1024)).problems).toHaveLength(1);
  });

  test("bridges are refused whole: their address does not land on a member", () => {
    const { interfaces, problems } = parse(
      "iface br0 inet static\n address 192.0.2.10/24\n bridge_ports eth0\n",
    );
    expect(interfaces).toEqual([]);
    expect(problems).toHaveLength(1);
  });

  test("names and parameters that a command could take for options are refused", () => {
    const { interfaces, problems } = parse(
      [
        "iface eth0 inet manual",
        "iface eth1 inet manual",
        "iface bond0 inet static",
        " address 192.0.2.10/24",
        " bond-slaves eth0 -a eth1 bond0 $(x)",
        " bond-mode -f",
        " bond-miimon -a",
        " bond-primary eth0;reboot",
        " bond-downdelay 200",
        "iface v1 inet static",
        " address 198.51.100.10/24",
        " vlan-raw-device -l",
        " vlan_id 5",
        "iface eth0.4095 inet static",
        " address 203.0.113.10/24",
        "iface bond1 inet static",
        " address 203.0.113.11/24",
        " bond-slaves none",
        "iface bond2 inet dhcp",
        " bond-slaves bond0",
      ].join("\n"),
    );
    expect(interfaces.map(({ name }) => name)).toEqual(["eth0", "eth1", "bond0"]);
    expect(interfaces[2]?.link).toEqual({
      kind: "bond",
      members: ["eth0", "eth1"],
      mode: "active-backup",
      parameters: { downdelay: "200" },
    });
    const lines = problems.map((problem) => Number(problem.split(":")[1]));
    expect(lines).toEqual([5, 5, 5, 7, 8, 6, 12, 14, 16, 19, 19]);
  });

  test("an option that nobody knows is no problem, and a note says so", () => {
    const { problems, notes } = parseEni(
      "iface eth0 inet static\n address 192.0.2.10/24\n broadcast 192.0.2.255\n wpa-psk x\n",
      "content/0000",
    );
    expect(problems).toEqual([]);
    expect(notes).toEqual(['Option "wpa-psk" of eth0 in line 4 of content/0000 is not used']);
  });

  test("the same address twice on one interface is no problem, on two it is", () => {
    const block = (name: string): string => `iface ${name} inet static\n address 192.0.2.10/24\n`;
    expect(parse(block("eth0") + block("eth0")).problems).toEqual([]);
    expect(parse(block("eth0") + block("eth1")).problems).toEqual([
      'content/0000:4: Address "192.0.2.10" of eth1 is left out: eth0 has it already',
    ]);
  });

  test("10,000 interfaces are read in moments, and their problems are few", () => {
    const blocks = Array.from(
      { length: 10_000 },
      (_, index) =>
        `auto eth${index}\niface eth${index} inet static\n address 10.${index >> 8}.${index & 255}.9/24\n gateway 10.${index >> 8}.${index & 255}.1\n mtu 0\n bond-master b\n`,
    );
    const { interfaces, problems } = parse(blocks.join("\n"));
    expect(interfaces).toHaveLength(10_000);
    expect(problems).toHaveLength(PROBLEM_COUNT_MAX + 1);
  });

  test("no text makes the parser throw or say what is not canonical", () => {
    const words = fc.constantFrom(
      ...'iface eth0 eth0:1 lo inet inet6 static dhcp auto address netmask gateway 192.0.2.1 255.255.255.0 /24 ::1 fe80::1 mtu 1500 hwaddress ether fa:16:3e:00:00:01 post-up ip route add via -net default || true dns-search bond-slaves bond-master vlan-raw-device \\ # " $(x) , -a'.split(
        " ",
      ),
      "\n",
      "\n ",
      "\n",
      "\t",
    );
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(words, { maxLength: 80 }).map((parts) => parts.join(" ")),
      fc
        .tuple(fc.nat(NOVA.length), fc.string(), fc.nat(20))
        .map(([at, added, cut]) => NOVA.slice(0, at) + added + NOVA.slice(at + cut)),
    );
    fc.assert(
      fc.property(text, (given) => {
        const { config, problems } = parseEni(given, "content/0000");
        for (const iface of config.interfaces) {
          expect(iface.name).toMatch(/^[A-Za-z0-9][A-Za-z0-9_.@-]*$/u);
          for (const { address } of iface.addresses) {
            expect(address).toMatch(/^[0-9a-f.:]+$/u);
          }
          for (const { destination, gateway } of iface.routes) {
            expect(`${destination} ${gateway}`).toMatch(/^[0-9a-f.:]+ [0-9a-f.:]+$/u);
          }
        }
        for (const { message } of problems) {
          expect(message).not.toContain("\n");
        }
      }),
      { numRuns: 500 },
    );
  });
});
