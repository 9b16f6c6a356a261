import { Buffer } from "node:buffer";
import { expect, test } from "bun:test";
import { parseEni } from "../../../src/network/parse-eni.ts";
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

test("what is there already is not written, what is no longer described goes", () => {
  const written = units(STATIC);
  const old = "/etc/systemd/network/10-cloud-init-eth9.network";
  const current = { units: new Map([...Object.entries(written), [old, "x"]]) };
  expect(units(STATIC, current)).toEqual({ [old]: "remove" });
});

test("bonds and VLANs are problems for now", () => {
  const { config } = parseEni(
    "iface bond0 inet static\n address 192.0.2.10/24\n bond-slaves eth0\niface eth0.5 inet manual\n",
    "content/0000",
  );
  const { steps, problems } = renderNetworkd(config, NOTHING);
  expect(steps).toEqual([]);
  expect(problems.map(({ message }) => message)).toEqual([
    'Bond "bond0" is not supported yet on Linux: it is left out',
    'VLAN "eth0.5" is not supported yet on Linux: it is left out',
  ]);
});
