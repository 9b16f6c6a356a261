import { describe, expect, test } from "bun:test";
import { bootAixShell } from "./aix-shell.ts";

const LINK = {
  dhcp4: { address: "192.0.2.77", prefixLength: 24, router: "192.0.2.1" },
  dhcp6: { address: "2001:db8::77", prefixLength: 64 },
  router6: { address: "fe80::1", prefix: "2001:db8:1::" },
};
const ADAPTER = { name: "ent0", mac: "fa:16:3e:00:00:01", link: LINK };

describe("dhcpcd", () => {
  test("configures the interfaces that its file named when it started, after a moment", async () => {
    const aix = bootAixShell({ adapters: [ADAPTER] });
    await aix.run("/usr/sbin/chdev -l en0 -a state=up");
    aix.system.fs.write("/etc/dhcpcd.ini", "interface en1\n{\n}\n");
    await aix.run("/usr/sbin/chrctcp -S -a dhcpcd");
    aix.system.fs.write("/etc/dhcpcd.ini", "interface en0\n{\n reject 3\n}\n");
    await aix.system.clock.sleep(5_000);
    expect(await aix.text("/usr/sbin/ifconfig en0")).not.toContain("192.0.2.77");
    await aix.run("/usr/bin/stopsrc -s dhcpcd");
    await aix.system.clock.sleep(5_000);
    await aix.run("/usr/bin/startsrc -s dhcpcd");
    expect(await aix.text("/usr/sbin/ifconfig en0")).not.toContain("192.0.2.77");
    await aix.system.clock.sleep(5_000);
    expect(await aix.text("/usr/sbin/ifconfig en0")).toContain("192.0.2.77");
    expect(await aix.text("/usr/bin/netstat -rn")).not.toContain("default");
  });

  test("takes the server's router unless it is rejected, and gives way to a static address", async () => {
    const aix = bootAixShell({ adapters: [ADAPTER] });
    await aix.run("/usr/sbin/chdev -l en0 -a state=up");
    await aix.run("/usr/sbin/chrctcp -S -a dhcpcd");
    await aix.system.clock.sleep(5_000);
    expect(await aix.text("/usr/bin/netstat -rn")).toMatch(/^default +192\.0\.2\.1 /mu);
    await aix.run("/usr/sbin/chdev -l en0 -a netaddr=192.0.2.10 -a netmask=255.255.255.0");
    expect(aix.machine.interfaces[0]?.addresses).toHaveLength(1);
  });
});

describe("ndpd-host and dhcpcd6", () => {
  test("need a link-local address; a router's default route goes with the daemon", async () => {
    const aix = bootAixShell({ adapters: [ADAPTER] });
    await aix.run("/usr/sbin/chdev -l en0 -a state=up");
    aix.system.fs.write("/etc/dhcpv6/dhcpc6.cnf", "interface en0 {\n}\n");
    await aix.run("/usr/sbin/chrctcp -S -a ndpd-host");
    await aix.run("/usr/sbin/chrctcp -S -a dhcpcd6");
    await aix.system.clock.sleep(5_000);
    expect(await aix.text("/usr/sbin/ifconfig en0")).not.toContain("inet6");
    await aix.run("/usr/sbin/autoconf6 -i en0");
    const text = await aix.text("/usr/sbin/ifconfig en0");
    expect(text).toContain("2001:db8::77/64");
    expect(text).toContain("2001:db8:1:0:f816:3eff:fe00:1/64");
    expect(await aix.text("/usr/bin/netstat -rn")).toMatch(/^default +fe80::1 /mu);
    await aix.run("/usr/bin/stopsrc -s ndpd-host");
    await aix.system.clock.sleep(5_000);
    await aix.run("/usr/bin/lssrc -s ndpd-host");
    expect(await aix.text("/usr/bin/netstat -rn")).not.toMatch(/^default /mu);
  });
});

describe("a boot", () => {
  test("runs autoconf6 and command lines that somebody added to rc.tcpip", async () => {
    const aix = bootAixShell({ adapters: [ADAPTER], faults: { ipv6LostAtBoot: true } });
    await aix.run("/usr/sbin/chdev -l en0 -a netaddr6=2001:db8::10 -a prefixlen=64 -a state=up");
    await aix.run("/usr/sbin/chrctcp -a autoconf6");
    await aix.run("/usr/sbin/chrctcp -c autoconf6 -f interface=en0");
    aix.reboot();
    expect(await aix.text("/usr/sbin/ifconfig en0")).not.toContain("2001:db8::10");
    expect(await aix.text("/usr/sbin/ifconfig en0")).toContain("fe80::f816:3eff:fe00:1/64");
    const line = "/usr/sbin/chdev -l en0 -a netaddr6=2001:db8::10 -a prefixlen=64 >/dev/null # x\n";
    aix.system.fs.append("/etc/rc.tcpip", line);
    aix.reboot();
    expect(await aix.text("/usr/sbin/ifconfig en0")).toContain("2001:db8::10/64");
  });
});

describe("adapters", () => {
  test("a real one takes large packets only with jumbo frames, which it changes while nobody uses it", async () => {
    const aix = bootAixShell({
      adapters: [{ ...ADAPTER, isPhysical: true }],
      firstBoot: "captured",
    });
    const large = "/usr/sbin/chdev -l en0 -a mtu=9000";
    const jumbo = "/usr/sbin/chdev -l ent0 -a jumbo_frames=yes";
    expect((await aix.run(large)).stderr).toContain("0514-018");
    expect((await aix.run(jumbo)).stderr).toContain("0514-062");
    await aix.run("/usr/sbin/ifconfig en0 down detach");
    expect((await aix.run(jumbo)).exitCode).toBe(0);
    expect((await aix.run(large)).exitCode).toBe(0);
  });

  test("a member of an EtherChannel is in no other; defif makes the interfaces of a new adapter", async () => {
    const aix = bootAixShell({
      adapters: [ADAPTER, { name: "ent1", mac: "fa:16:3e:00:00:02", isLate: true }],
    });
    expect(aix.machine.devices.some(({ name }) => name === "ent1")).toBe(false);
    await aix.run("/usr/sbin/cfgmgr");
    const make = "/usr/sbin/mkdev -c adapter -s pseudo -t ibm_ech -a adapter_names=ent0,ent1";
    expect(await aix.text(make)).toBe("ent2 Available\n");
    expect((await aix.run(make)).stderr).toContain("0514-062");
    expect(await aix.text("/usr/sbin/lsdev -l en2")).toBe("");
    await aix.run("/usr/lib/methods/defif");
    expect(await aix.text("/usr/sbin/lsdev -l en2 -F status")).toBe("Defined\n");
  });

  test("addresses that a fault refuses stay out, and aliases have the separator of the fault", async () => {
    const aix = bootAixShell({
      faults: { refusedAddresses: ["192.0.2.66"], alias6Separator: "comma" },
    });
    const refused = await aix.run("/usr/sbin/chdev -l en0 -a netaddr=192.0.2.66 -a state=up");
    expect(refused.stderr).toContain("0514-018");
    expect(await aix.text("/usr/sbin/lsattr -El en0 -a netaddr -F value")).toBe("\n");
    expect((await aix.run("/usr/sbin/chdev -l en0 -a alias6=2001:db8::1/64")).exitCode).toBe(1);
    expect((await aix.run("/usr/sbin/chdev -l en0 -a alias6=2001:db8::1,64")).exitCode).toBe(0);
  });
});
