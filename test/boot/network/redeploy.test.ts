// What a machine goes through after its first deploy: another address, another kind of network, an
// EtherChannel that is there already, a network that does not come up.
import { describe, expect, test } from "bun:test";
import { runSingle } from "../../../src/stages/run-single.ts";
import type { SimulatedAix } from "../../../src/simulator/aix/simulated-aix.ts";
import { runBoot } from "../../support/boot-scenario.ts";
import { machineChanges } from "../../support/machine-state.ts";
import { describeNetwork } from "../../support/describe-network.ts";
import {
  ipv4On,
  ipv6On,
  linkOf,
  MAC,
  type NetworkData,
  networkDrive,
} from "../../support/network-scenarios.ts";
import {
  createMachine,
  type MachineOptions,
  messagesAt,
  resultOf,
  textAt,
} from "../../support/sample-machine.ts";

const STATIC: NetworkData = {
  links: [linkOf("tap0", MAC.first)],
  networks: [ipv4On("tap0", "192.0.2.10", "192.0.2.1")],
};
const MOVED: NetworkData = {
  links: [linkOf("tap0", MAC.first)],
  networks: [ipv4On("tap0", "198.51.100.10", "198.51.100.1")],
};
const DHCP: NetworkData = {
  links: [linkOf("tap0", MAC.first)],
  networks: [{ id: "n0", link: "tap0", type: "ipv4_dhcp" }],
};
const DUAL: NetworkData = {
  links: [linkOf("tap0", MAC.first)],
  networks: [
    ipv4On("tap0", "192.0.2.10", "192.0.2.1"),
    ipv6On("tap0", "2001:db8::10", "2001:db8::1"),
  ],
};
const SLAAC: NetworkData = {
  links: [linkOf("tap0", MAC.first)],
  networks: [{ id: "n0", link: "tap0", type: "ipv6_slaac" }],
};
const ONE = [{ name: "ent0", mac: MAC.first }];
const LINK = {
  dhcp4: { address: "203.0.113.77", prefixLength: 24, router: "203.0.113.1" },
  router6: { address: "fe80::1", prefix: "2001:db8:1::" },
};

/** A machine on whose link servers and routers answer. */
function machineWith(network: NetworkData | string, options: object = {}): SimulatedAix {
  return createMachine({
    adapters: [{ name: "ent0", mac: MAC.first, link: LINK }],
    drive: networkDrive(network),
    ...options,
  } as MachineOptions);
}

/** The same machine is deployed as another instance; what was changed for it. */
async function redeploy(
  aix: SimulatedAix,
  network: NetworkData | string,
): Promise<readonly string[]> {
  const uuid = `0a1b2c3d-0000-4000-8000-${String(aix.changes.length).padStart(12, "0")}`;
  aix.media.set("cd0", networkDrive(network, { uuid }));
  aix.reboot();
  const mark = aix.changes.length;
  await runBoot(aix);
  return machineChanges(aix, mark).filter((line) =>
    /chdev -l (?:en|inet0 -a (?:del)?rout)|ifconfig|route |chrctcp|src |dhcp|rc\.tcpip|autoconf/u.test(
      line,
    ),
  );
}

function networkOf(aix: SimulatedAix): readonly string[] {
  return describeNetwork(aix.machine, aix.system.clock.now().getTime());
}

async function applyAgain(aix: SimulatedAix): Promise<readonly string[]> {
  const mark = aix.changes.length;
  await applyByHand(aix);
  return machineChanges(aix, mark);
}

function applyByHand(aix: SimulatedAix): Promise<number> {
  return runSingle(aix.system, {
    configFiles: [],
    force: false,
    debug: false,
    name: "network",
    frequency: "always",
    args: [],
  });
}

const STATIC_DONE = [
  "en0 up: 192.0.2.10/24",
  "inet0 route=net,-hopcount,0,,0,192.0.2.1",
  "default by 192.0.2.1 on en0",
];
const DHCP_DONE = [
  "en0 up: 203.0.113.77/24 (dhcp)",
  "default by 203.0.113.1 on en0",
  "dhcpcd runs",
];

describe("a new deploy of a machine that has a network", () => {
  test("with a new address replaces address and route", async () => {
    const aix = machineWith(STATIC);
    await runBoot(aix);
    expect(await redeploy(aix, MOVED)).toEqual([
      "command /usr/sbin/chdev -l en0 -a netaddr=198.51.100.10 -a netmask=255.255.255.0 -a state=up",
      "command /usr/sbin/chdev -l inet0 -a delroute=net,-hopcount,0,,0,192.0.2.1",
      "command /usr/sbin/chdev -l inet0 -a route=net,-hopcount,0,,0,198.51.100.1",
    ]);
    expect(networkOf(aix)).toEqual([
      "en0 up: 198.51.100.10/24",
      "inet0 route=net,-hopcount,0,,0,198.51.100.1",
      "default by 198.51.100.1 on en0",
    ]);
    expect(await applyAgain(aix)).toEqual([]);
  });

  test("from static to DHCP and back clears what each leaves", async () => {
    const aix = machineWith(STATIC);
    const stock = textAt(aix, "/etc/dhcpcd.ini");
    await runBoot(aix);
    await redeploy(aix, DHCP);
    expect(networkOf(aix)).toEqual(DHCP_DONE);
    expect(textAt(aix, "/etc/dhcpcd.ini")).toBe(
      stock.replace(/interface any\n\{\n[^}]*\}\n/u, "interface en0\n{\n}\n"),
    );
    expect(await applyAgain(aix)).toEqual([]);
    expect(await redeploy(aix, STATIC)).toEqual([
      "write /etc/dhcpcd.ini 0664 0:0 123 bytes",
      "command /usr/sbin/chrctcp -S -d dhcpcd",
      "command /usr/sbin/ifconfig en0 delete 203.0.113.77",
      "command /usr/sbin/chdev -l en0 -a netaddr=192.0.2.10 -a netmask=255.255.255.0 -a state=up",
      "command /usr/sbin/route delete default 203.0.113.1",
      "command /usr/sbin/chdev -l inet0 -a route=net,-hopcount,0,,0,192.0.2.1",
    ]);
    expect(networkOf(aix)).toEqual(STATIC_DONE);
    expect(textAt(aix, "/etc/rc.tcpip")).toContain("#start /usr/sbin/dhcpcd");
    expect(await applyAgain(aix)).toEqual([]);
  });

  test("from a live lease to static takes the leased address and its route away", async () => {
    const aix = machineWith(DHCP);
    await runBoot(aix);
    expect(networkOf(aix)).toEqual(DHCP_DONE);
    // The lease is there already when the new drive is read.
    aix.media.set("cd0", networkDrive(STATIC, { uuid: "0a1b2c3d-0000-4000-8000-000000000999" }));
    const mark = aix.changes.length;
    await runBoot(aix);
    expect(machineChanges(aix, mark)).toContain(
      "command /usr/sbin/ifconfig en0 delete 203.0.113.77",
    );
    expect(machineChanges(aix, mark)).toContain(
      "command /usr/sbin/route delete default 203.0.113.1",
    );
    expect(networkOf(aix)).toEqual(STATIC_DONE);
    expect(await applyAgain(aix)).toEqual([]);
  });

  test("from dual stack to IPv4 alone clears IPv6 and the lines in rc.tcpip", async () => {
    const aix = machineWith(DUAL, { adapters: ONE });
    const stock = textAt(aix, "/etc/rc.tcpip");
    await runBoot(aix);
    const marked = textAt(aix, "/etc/rc.tcpip")
      .split("\n")
      .filter((line) => line.endsWith("# cloud-init"));
    expect(marked).toEqual([
      "/usr/sbin/chdev -l en0 -a netaddr6=2001:db8::10 -a prefixlen=64 -a state=up >/dev/null 2>&1 # cloud-init",
      "/usr/sbin/route add -inet6 default 2001:db8::1 >/dev/null 2>&1 # cloud-init",
      expect.stringContaining("/usr/bin/startsrc -s ndpd-host"),
    ]);
    await redeploy(aix, STATIC);
    expect(networkOf(aix)).toEqual([
      "en0 up: 192.0.2.10/24 fe80::f816:3eff:fe5c:1a01/64",
      ...STATIC_DONE.slice(1),
    ]);
    expect(textAt(aix, "/etc/rc.tcpip").replace(' " -i en0"', " ")).toBe(stock);
    expect(await applyAgain(aix)).toEqual([]);
  });

  test("from static IPv6 to router advertisements and back", async () => {
    const aix = machineWith(DUAL);
    await runBoot(aix);
    await redeploy(aix, SLAAC);
    expect(networkOf(aix)).toEqual([
      "en0 up: 2001:db8:1:0:f816:3eff:fe5c:1a01/64 (router) fe80::f816:3eff:fe5c:1a01/64",
      "default by fe80::1 on en0",
      "ndpd-host runs",
    ]);
    expect(await applyAgain(aix)).toEqual([]);
    // The router's default route is there when the static one comes: ndpd-host forgets it.
    const changes = await redeploy(aix, DUAL);
    expect(changes.filter((line) => line.includes("src "))).toEqual([
      "command /usr/bin/stopsrc -s ndpd-host",
      "command /usr/bin/startsrc -s ndpd-host",
    ]);
    expect(networkOf(aix).filter((line) => line.startsWith("default"))).toEqual([
      "default by 192.0.2.1 on en0",
      "default by 2001:db8::1 on en0",
    ]);
    expect(await applyAgain(aix)).toEqual([]);
  });

  test("an EtherChannel that is there with the same members is used again", async () => {
    const bonded = (address: string): NetworkData => ({
      links: [
        linkOf("p0", MAC.first),
        linkOf("p1", MAC.second),
        { id: "b0", type: "bond", bond_links: ["p1", "p0"], bond_mode: "active-backup" },
      ],
      networks: [ipv4On("b0", address, address.replace(/\d+$/u, "1"))],
    });
    const aix = machineWith(bonded("192.0.2.10"), {
      adapters: [...ONE, { name: "ent1", mac: MAC.second }],
    });
    await runBoot(aix);
    const network = networkOf(aix);
    expect(network.slice(0, 3)).toEqual([
      "ent2 adapter_names=ent1",
      "ent2 backup_adapter=ent0",
      "en2 up: 192.0.2.10/24",
    ]);
    expect(await redeploy(aix, bonded("198.51.100.10"))).toEqual([
      "command /usr/sbin/chdev -l en2 -a netaddr=198.51.100.10 -a netmask=255.255.255.0 -a state=up",
      "command /usr/sbin/chdev -l inet0 -a delroute=net,-hopcount,0,,0,192.0.2.1",
      "command /usr/sbin/chdev -l inet0 -a route=net,-hopcount,0,,0,198.51.100.1",
    ]);
    expect(aix.machine.devices.filter(({ type }) => type === "ibm_ech")).toHaveLength(1);
  });
});

describe("when nothing of the wanted network comes up", () => {
  test("the former network is restored, and that is said", async () => {
    const aix = machineWith(MOVED, {
      firstBoot: "captured",
      faults: { refusedAddresses: ["198.51.100.10"] },
    });
    const before = networkOf(aix);
    await runBoot(aix);
    expect(networkOf(aix)).toEqual(before);
    expect(before[0]).toBe("en0 up: 192.0.2.50/24");
    expect(resultOf(aix).errors.at(-1)).toContain(
      "Nothing of the wanted network came up, the former network is restored (en0 with 192.0.2.50)",
    );
    expect(messagesAt(aix, "WARNING").join("\n")).toContain(
      'then run "cloud-init single -n network --frequency always"',
    );
  });

  test("members of an EtherChannel get their interfaces back", async () => {
    const aix = machineWith(
      {
        links: [
          linkOf("p0", MAC.first),
          linkOf("p1", MAC.second),
          { id: "b0", type: "bond", bond_links: ["p0", "p1"], bond_mode: "802.3ad" },
        ],
        networks: [ipv4On("b0", "198.51.100.10", "198.51.100.1")],
      },
      {
        adapters: [...ONE, { name: "ent1", mac: MAC.second }],
        firstBoot: "captured",
        faults: { refusedAddresses: ["198.51.100.10"] },
      },
    );
    const before = networkOf(aix);
    await runBoot(aix);
    expect(networkOf(aix)).toEqual(before);
    expect(resultOf(aix).errors.at(-1)).toContain("the former network is restored");
  });

  test("one NIC that fails does not stop the next, and nothing is restored then", async () => {
    const aix = machineWith(
      {
        links: [linkOf("tap0", MAC.first), linkOf("tap1", MAC.second)],
        networks: [ipv4On("tap0", "198.51.100.10"), ipv4On("tap1", "203.0.113.10", "203.0.113.1")],
      },
      {
        adapters: [...ONE, { name: "ent1", mac: MAC.second }],
        firstBoot: "captured",
        faults: { refusedAddresses: ["198.51.100.10"] },
      },
    );
    await runBoot(aix);
    expect(networkOf(aix)).toEqual([
      "en0 up: 192.0.2.50/24",
      "en1 up: 203.0.113.10/24",
      "inet0 route=net,-hopcount,0,,0,203.0.113.1",
      "default by 203.0.113.1 on en1",
    ]);
    expect(resultOf(aix).errors).toHaveLength(1);
    expect(resultOf(aix).errors[0]).toContain("Cannot configure en0");
  });

  test("a DHCP server that does not answer is a warning, and asking goes on", async () => {
    const aix = machineWith(DHCP, { adapters: ONE, firstBoot: "captured" });
    await runBoot(aix);
    expect(networkOf(aix)).toEqual(["en0 up: ", "dhcpcd runs"]);
    expect(messagesAt(aix, "WARNING")).toContain(
      "Network: Interface en0 has no address by DHCP after 30 s; the daemon goes on asking: check that something answers on its link (VLAN, subnet)",
    );
    expect(resultOf(aix).errors).toEqual([]);
  });
});

describe("when it is applied", () => {
  test("once for an instance; again by hand, also without the drive", async () => {
    const aix = machineWith(STATIC);
    await runBoot(aix);
    await aix.system.exec.run(["/usr/sbin/chdev", "-l", "en0", "-a", "netaddr=192.0.2.99"]);
    aix.media.delete("cd0");
    aix.reboot();
    await runBoot(aix);
    expect(networkOf(aix)[0]).toBe("en0 up: 192.0.2.99/24");
    expect(await applyAgain(aix)).toEqual([
      "command /usr/sbin/chdev -l en0 -a netaddr=192.0.2.10 -a netmask=255.255.255.0 -a state=up",
    ]);
    expect(networkOf(aix)).toEqual(STATIC_DONE);
  });

  test("at each boot with updates: {network: {when: [boot]}}", async () => {
    const aix = machineWith(STATIC, { config: "updates:\n  network:\n    when: [boot]\n" });
    await runBoot(aix);
    await aix.system.exec.run(["/usr/sbin/chdev", "-l", "en0", "-a", "netaddr=192.0.2.99"]);
    aix.reboot();
    await runBoot(aix);
    expect(networkOf(aix)).toEqual(STATIC_DONE);
  });

  test("by hand ends with 1 where something fails", async () => {
    const aix = machineWith(STATIC);
    await runBoot(aix);
    expect(await applyByHand(aix)).toBe(0);
    await aix.system.exec.run(["/usr/sbin/chdev", "-l", "en0", "-a", "netaddr=192.0.2.99"]);
    aix.machine.faults.refusedAddresses = ["192.0.2.10"];
    expect(await applyByHand(aix)).toBe(1);
    expect(networkOf(aix)[0]).toBe("en0 up: 192.0.2.99/24");
  });

  test("never with network: {config: disabled}, also by hand", async () => {
    const aix = machineWith(STATIC, { config: "network:\n  config: disabled\n" });
    const before = networkOf(aix);
    await runBoot(aix);
    expect(await applyAgain(aix)).toEqual([]);
    expect(networkOf(aix)).toEqual(before);
  });
});

describe("a host name that an administrator changed", () => {
  const bootTwice = async (options: object): Promise<string> => {
    const aix = machineWith(STATIC, options);
    await runBoot(aix);
    await aix.system.exec.run(["/usr/sbin/chdev", "-l", "inet0", "-a", "hostname=admin"]);
    aix.reboot();
    await runBoot(aix);
    return aix.machine.hostname;
  };

  test("is put back while update_hostname is listed", async () => {
    expect(await bootTwice({})).toBe("vm1");
  });

  test("stays where it is not listed, or preserve_hostname is set", async () => {
    const modules = "cloud_init_modules: [migrator, write-files, set_hostname]\n";
    expect(await bootTwice({ config: modules })).toBe("admin");
    const preserve = { config: "preserve_hostname: true\n", hostname: "golden" };
    expect(await bootTwice(preserve)).toBe("admin");
  });
});
