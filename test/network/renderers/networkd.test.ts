import { Buffer } from "node:buffer";
import { expect, test } from "bun:test";
import { parseEni } from "../../../src/network/parse-eni.ts";
import { parseNetworkV2 } from "../../../src/network/parse-v2.ts";
import { renderNetworkd } from "../../../src/network/renderers/networkd.ts";

const NOTHING = { units: new Map<string, string>() };

function units(eni: string, current = NOTHING): Readonly<Record<string, string>> {
  const { config } = parseEni(eni, "content/0000");
  return Object.fromEntries(
    renderNetworkd(config, current).steps.map(({ subject, changes }) => [
      subject,
      changes
        .map((change) =>
          change.kind === "write" ? Buffer.from(change.content).toString() : change.kind,
        )
        .join(),
    ]),
  );
}

const STATIC = [
  "iface eth0 inet static",
  " hwaddress ether fa:16:3e:00:00:01",
  " address 192.0.2.10/24",
  " gateway 192.0.2.1",
  " mtu 1450",
  " dns-nameservers 192.0.2.53 192.0.2.54",
  " dns-search example.com example.org",
  " post-up ip route add 198.51.100.0/24 via 192.0.2.254 metric 5",
  "iface eth0 inet6 static",
  " address 2001:db8::10/64",
  "",
].join("\n");

test("a static interface is matched by its hardware address", () => {
  expect(units(STATIC)).toEqual({
    "/etc/systemd/network/10-cloud-init-eth0.network": `# Written by cloud-init. It is written again when the machine is deployed anew.

[Match]
MACAddress=fa:16:3e:00:00:01

[Link]
MTUBytes=1450

[Network]
DHCP=no
IPv6AcceptRA=no
Address=192.0.2.10/24
Address=2001:db8::10/64
DNS=192.0.2.53
DNS=192.0.2.54
Domains=example.com example.org

[Route]
Destination=0.0.0.0/0
Gateway=192.0.2.1

[Route]
Destination=198.51.100.0/24
Gateway=192.0.2.254
Metric=5
`,
  });
});

test("without a hardware address the name counts; DHCP, advertisements and /32 are said", () => {
  const found = units(
    "iface eth1 inet dhcp\niface eth1 inet6 auto\niface eth2 inet static\n address 192.0.2.10/32\n gateway 198.51.100.1\n",
  );
  expect(found["/etc/systemd/network/10-cloud-init-eth1.network"]).toContain(
    "[Match]\nName=eth1\n\n[Network]\nDHCP=ipv4\nIPv6AcceptRA=yes\n",
  );
  expect(found["/etc/systemd/network/10-cloud-init-eth2.network"]).toContain("GatewayOnLink=yes\n");
});

test("a gateway that only the source knows to be on the link is said to be", () => {
  const { config } = parseNetworkV2(
    {
      ethernets: {
        eth0: {
          addresses: ["192.0.2.10/24", "2001:db8::10/64"],
          routes: [
            { to: "default", via: "203.0.113.1", "on-link": true },
            { to: "198.51.100.0/24", via: "192.0.2.1" },
            { to: "::/0", via: "fe80::1" },
          ],
        },
      },
    },
    "x",
  );
  const { steps } = renderNetworkd(config, { units: new Map() });
  const texts = steps.flatMap(({ changes }) =>
    changes.flatMap((change) =>
      change.kind === "write" ? [new TextDecoder().decode(change.content)] : [],
    ),
  );
  const routes = texts.join("").split("[Route]").slice(1);
  expect(routes.map((route) => route.includes("GatewayOnLink=yes"))).toEqual([true, false, false]);
});

test("what is there already is not written, what is no longer described goes", () => {
  const written = units(STATIC);
  const old = "/etc/systemd/network/10-cloud-init-eth9.network";
  const current = { units: new Map([...Object.entries(written), [old, "x"]]) };
  expect(units(STATIC, current)).toEqual({ [old]: "remove" });
});

test("a bond and a VLAN on it have units that make them, and their members name them", () => {
  const found = units(
    [
      "iface eth0 inet manual",
      " hwaddress ether fa:16:3e:00:00:01",
      "iface bond0 inet manual",
      " bond-slaves eth0 eth1",
      " bond-mode 802.3ad",
      " bond-miimon 100",
      " bond-lacp-rate 1",
      " bond-xmit-hash-policy layer3+4",
      "iface bond0.5 inet static",
      " address 192.0.2.10/24",
      " mtu 9000",
      "",
    ].join("\n"),
  );
  const body = (name: string): string | undefined =>
    found[`/etc/systemd/network/10-cloud-init-${name}`]?.split("\n").slice(2).join("\n");
  expect(body("bond0.netdev")).toBe(
    "[NetDev]\nName=bond0\nKind=bond\n\n[Bond]\nMode=802.3ad\nMIIMonitorSec=100ms\nLACPTransmitRate=fast\nTransmitHashPolicy=layer3+4\n",
  );
  expect(body("bond0.5.netdev")).toBe("[NetDev]\nName=bond0.5\nKind=vlan\n\n[VLAN]\nId=5\n");
  expect(body("eth0.network")).toBe(
    "[Match]\nPermanentMACAddress=fa:16:3e:00:00:01\n\n[Network]\nBond=bond0\n",
  );
  expect(body("eth1.network")).toBe("[Match]\nName=eth1\n\n[Network]\nBond=bond0\n");
  expect(body("bond0.network")).toBe("[Match]\nName=bond0\n\n[Network]\nVLAN=bond0.5\nDHCP=no\n");
  expect(body("bond0.5.network")).toBe(
    "[Match]\nName=bond0.5\n\n[Link]\nMTUBytes=9000\n\n[Network]\nDHCP=no\nAddress=192.0.2.10/24\n",
  );
  expect(Object.keys(found)).toHaveLength(6);
});

test("a name that Linux cannot have is a problem, and that interface alone is left out", () => {
  const { config } = parseEni(
    "iface bond-of-the-house inet static\n address 192.0.2.10/24\n bond-slaves eth0\niface eth1 inet static\n address 198.51.100.10/24\n",
    "content/0000",
  );
  const { steps, problems } = renderNetworkd(config, NOTHING);
  expect(steps.map(({ subject }) => subject)).toContain(
    "/etc/systemd/network/10-cloud-init-eth1.network",
  );
  expect(problems).toEqual([
    {
      message:
        'Cannot make "bond-of-the-house": Linux takes 15 characters for the name of an interface, give a shorter one',
      line: 1,
    },
  ]);
});

test("DHCP overrides are settings of networkd's own, for each family; a static interface has none", () => {
  const overrides = {
    "route-metric": 200,
    "use-dns": false,
    "use-domains": true,
    hostname: "aix01",
  };
  const both = { "dhcp4-overrides": overrides, "dhcp6-overrides": overrides };
  const { config } = parseNetworkV2(
    {
      version: 2,
      ethernets: {
        eth0: { dhcp4: true, dhcp6: true, ...both },
        eth1: { addresses: ["192.0.2.10/24"], ...both },
      },
    },
    "network-config",
  );
  const [first, second] = renderNetworkd(config, NOTHING).steps.map(({ changes: [change] }) =>
    change?.kind === "write" ? Buffer.from(change.content).toString() : "",
  );
  expect(first).toEndWith(`[Network]
DHCP=yes
IPv6AcceptRA=yes

[DHCPv4]
RouteMetric=200
UseDNS=no
UseDomains=yes
Hostname=aix01

[DHCPv6]
UseDNS=no
UseDomains=yes
Hostname=aix01

[IPv6AcceptRA]
RouteMetric=200
`);
  expect(second).not.toContain("[DHCPv");
});

test("whether routes and packet size of IPv6 are taken is a setting for what routers announce", () => {
  const overrides = { "use-routes": false, "use-mtu": false };
  const { config } = parseNetworkV2(
    {
      version: 2,
      ethernets: {
        eth0: { dhcp4: true, "dhcp4-overrides": overrides },
        eth1: { dhcp6: true, "dhcp6-overrides": overrides },
      },
    },
    "network-config",
  );
  const texts = renderNetworkd(config, NOTHING).steps.map(({ changes: [change] }) =>
    change?.kind === "write" ? Buffer.from(change.content).toString() : "",
  );
  expect(texts[0]).toEndWith("[DHCPv4]\nUseMTU=no\nUseRoutes=no\n");
  expect(texts[1]).toEndWith("[IPv6AcceptRA]\nUseMTU=no\nUseGateway=no\nUseRoutePrefix=no\n");
  expect(texts[1]).not.toContain("[DHCPv6]");
});
