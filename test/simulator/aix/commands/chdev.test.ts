import { describe, expect, test } from "bun:test";
import { bootAixShell } from "../aix-shell.ts";

const CHDEV = "/usr/sbin/chdev";
const DEFAULT = "net,-hopcount,0,,0";

describe("on an interface", () => {
  test("an address goes into the ODM, and with state=up into the kernel at once", async () => {
    const aix = bootAixShell();
    expect(aix.machine.interfaces.map(({ name }) => name)).toEqual(["lo0"]);
    const result = await aix.run(
      `${CHDEV} -l en0 -a netaddr=192.0.2.9 -a netmask=255.255.255.192 -a state=up`,
    );
    expect(result).toMatchObject({ exitCode: 0, stdout: "en0 changed\n", stderr: "" });
    expect(await aix.text("/usr/sbin/ifconfig en0")).toContain(
      "inet 192.0.2.9 netmask 0xffffffc0 broadcast 192.0.2.63",
    );
    expect(await aix.text("/usr/sbin/lsdev -Cl en0 -F status")).toBe("Available\n");
  });

  test("an address alone does not bring up an interface that is only Defined", async () => {
    const aix = bootAixShell();
    await aix.run(`${CHDEV} -l en0 -a netaddr=192.0.2.9 -a netmask=255.255.255.0`);
    expect((await aix.run("/usr/sbin/ifconfig en0")).exitCode).toBe(1);
  });

  test("says changed also where nothing was different", async () => {
    const aix = bootAixShell({ firstBoot: "captured" });
    expect(await aix.text(`${CHDEV} -l en0 -a netaddr=192.0.2.50`)).toBe("en0 changed\n");
  });

  test("the joined form and several attributes in one argument are taken", async () => {
    const aix = bootAixShell();
    await aix.run([
      CHDEV,
      "-l",
      "en0",
      "-anetaddr=192.0.2.9",
      "-a",
      "netmask=255.255.255.0 state=up",
    ]);
    expect(aix.machine.interfaces[0]?.addresses).toEqual([
      { family: 4, address: "192.0.2.9", prefixLength: 24, origin: "odm" },
    ]);
  });

  test("-P changes the database only, -T the kernel only", async () => {
    const aix = bootAixShell({ firstBoot: "captured" });
    await aix.run(`${CHDEV} -P -l en0 -a mtu=9000`);
    expect(await aix.text("/usr/sbin/lsattr -El en0 -a mtu -F value")).toBe("9000\n");
    expect(aix.machine.interfaces[0]?.mtuBytes).toBe(1500);
    await aix.run(`${CHDEV} -T -l en0 -a netaddr=192.0.2.99`);
    expect(await aix.text("/usr/sbin/lsattr -El en0 -a netaddr -F value")).toBe("192.0.2.50\n");
    expect(aix.machine.interfaces[0]?.addresses[0]?.address).toBe("192.0.2.99");
    aix.reboot();
    expect(aix.machine.interfaces[0]).toMatchObject({
      mtuBytes: 9000,
      addresses: [{ address: "192.0.2.50" }],
    });
  });

  test("aliases add up, and are deleted only with the same mask", async () => {
    const aix = bootAixShell({ firstBoot: "captured" });
    await aix.run(`${CHDEV} -l en0 -a alias4=192.0.2.60,255.255.255.0`);
    await aix.run(`${CHDEV} -l en0 -a alias4=192.0.2.61,255.255.255.0`);
    expect(await aix.text("/usr/sbin/lsattr -El en0 -a alias4 -F value")).toBe(
      "192.0.2.60,255.255.255.0\n192.0.2.61,255.255.255.0\n",
    );
    expect((await aix.run(`${CHDEV} -l en0 -a delalias4=192.0.2.60,255.255.0.0`)).exitCode).toBe(1);
    expect((await aix.run(`${CHDEV} -l en0 -a delalias4=192.0.2.60,255.255.255.0`)).exitCode).toBe(
      0,
    );
    expect(aix.machine.interfaces[0]?.addresses.map(({ address }) => address)).toEqual([
      "192.0.2.50",
      "192.0.2.61",
    ]);
  });

  test("IPv6 addresses live beside IPv4 ones", async () => {
    const aix = bootAixShell({ firstBoot: "captured" });
    await aix.run(`${CHDEV} -l en0 -a netaddr6=2001:db8::9 -a prefixlen=64`);
    await aix.run(`${CHDEV} -l en0 -a alias6=2001:db8::a/64`);
    expect(await aix.text("/usr/sbin/ifconfig en0")).toContain("inet6 2001:db8::9/64");
    expect(aix.machine.interfaces[0]?.addresses).toHaveLength(3);
  });

  test("state=detach takes the interface and its routes out of the kernel", async () => {
    const aix = bootAixShell({ firstBoot: "captured" });
    expect(aix.machine.routes).toHaveLength(1);
    await aix.run(`${CHDEV} -l en0 -a state=detach`);
    expect(aix.machine.routes).toHaveLength(0);
    expect(await aix.text("/usr/sbin/ifconfig -l")).toBe("lo0\n");
  });

  test("changing the address drops routes only where the fault says so", async () => {
    const line = `${CHDEV} -l en0 -a netaddr=192.0.2.51`;
    const kept = bootAixShell({ firstBoot: "captured" });
    await kept.run(line);
    expect(kept.machine.routes).toHaveLength(1);
    const dropped = bootAixShell({
      firstBoot: "captured",
      faults: { addressChangeDropsRoutes: true },
    });
    await dropped.run(line);
    expect(dropped.machine.routes).toHaveLength(0);
  });

  test("quotes, bad addresses and bad states are refused and nothing is changed", async () => {
    const aix = bootAixShell({ firstBoot: "captured" });
    for (const pair of [
      `netaddr="192.0.2.9"`,
      "netaddr=example",
      "state=UP",
      "mtu=12",
      "netmask=24",
    ]) {
      const result = await aix.run([CHDEV, "-l", "en0", "-a", "mtu=1400", "-a", pair]);
      expect(result).toMatchObject({ exitCode: 1, stdout: "" });
      expect(result.stderr).toStartWith("Method error (/usr/lib/methods/chgif):\n");
      expect(result.stderr).toContain("0514-018");
    }
    expect(await aix.text("/usr/sbin/lsattr -El en0 -a mtu -F value")).toBe("1500\n");
  });

  test("an unknown attribute is 0514-017, an unknown device 0514-519", async () => {
    const aix = bootAixShell();
    expect((await aix.run(`${CHDEV} -l en0 -a colour=red`)).stderr).toContain("0514-017");
    expect((await aix.run(`${CHDEV} -l en9 -a state=up`)).stderr).toContain("0514-519");
  });
});

describe("on inet0", () => {
  test("a host name is stored and set at once; the node name stays", async () => {
    const aix = bootAixShell({ firstBoot: "captured" });
    expect(await aix.text(`${CHDEV} -l inet0 -a hostname=vm1.example.com`)).toBe("inet0 changed\n");
    expect(await aix.text("/usr/bin/hostname")).toBe("vm1.example.com\n");
    expect(await aix.text("/usr/bin/uname -n")).toBe("golden\n");
    aix.reboot();
    expect(await aix.text("/usr/bin/uname -n")).toBe("vm1\n");
  });

  test("routes append, also a second default, and survive a boot", async () => {
    const aix = bootAixShell({ firstBoot: "captured" });
    expect(await aix.text(`${CHDEV} -l inet0 -a route=${DEFAULT},192.0.2.7`)).toBe(
      "inet0 changed\n",
    );
    expect(await aix.text("/usr/sbin/lsattr -El inet0 -a route -F value")).toBe(
      `${DEFAULT},192.0.2.1\n${DEFAULT},192.0.2.7\n`,
    );
    aix.reboot();
    expect(aix.machine.routes.map(({ gateway }) => gateway)).toEqual(["192.0.2.1", "192.0.2.7"]);
  });

  test("a route is deleted by exactly the stored string", async () => {
    const aix = bootAixShell({ firstBoot: "captured", faults: { routeForm: "padded" } });
    const wrong = await aix.run(`${CHDEV} -l inet0 -a delroute=${DEFAULT},192.0.2.1`);
    expect(wrong.exitCode).toBe(1);
    expect(wrong.stderr).toContain("Method error (/usr/lib/methods/chginet):");
    const stored = (await aix.text("/usr/sbin/lsattr -El inet0 -a route -F value")).trim();
    expect((await aix.run([CHDEV, "-l", "inet0", "-a", `delroute="${stored}"`])).exitCode).toBe(1);
    expect((await aix.run(`${CHDEV} -l inet0 -a delroute=${stored}`)).exitCode).toBe(0);
    expect(aix.machine.routes).toHaveLength(0);
    expect(await aix.text("/usr/sbin/lsattr -El inet0 -a route -F value")).toBe("\n");
  });

  test("a slow interface is up after its time, and reaches no gateway before; at a boot it is up at once", async () => {
    const aix = bootAixShell({ faults: { interfaceTakesMs: 2_000 } });
    const isUp = (): boolean | undefined =>
      aix.machine.interfaces.find(({ name }) => name === "en0")?.isUp;
    await aix.run(`${CHDEV} -l en0 -a netaddr=192.0.2.10 -a netmask=255.255.255.0 -a state=up`);
    await aix.run(`${CHDEV} -l en0 -a state=up`);
    expect(isUp()).toBe(false);
    const route = `${CHDEV} -l inet0 -a route=${DEFAULT},192.0.2.1`;
    expect((await aix.run(route)).stderr).toContain("Network is unreachable");
    await aix.system.clock.sleep(2_000);
    expect(await aix.text("/usr/sbin/ifconfig en0")).toContain("<UP");
    expect((await aix.run(route)).exitCode).toBe(0);
    aix.reboot();
    expect(isUp()).toBe(true);
  });

  test("a route that the kernel refuses ends with 1; whether it is stored depends", async () => {
    for (const refusedRouteIsKept of [true, false]) {
      const aix = bootAixShell({ faults: { refusedRouteIsKept } });
      const result = await aix.run(`${CHDEV} -l inet0 -a route=${DEFAULT},192.0.2.1`);
      expect(result.exitCode).toBe(1);
      expect(result.stderr).toContain("0821-279 writing to routing socket: Network is unreachable");
      expect(aix.machine.attributes.some(({ attribute }) => attribute === "route")).toBe(
        refusedRouteIsKept,
      );
    }
    const twice = bootAixShell({ firstBoot: "captured" });
    expect((await twice.run(`${CHDEV} -l inet0 -a route=${DEFAULT},192.0.2.1`)).stderr).toContain(
      "entry already exists",
    );
  });

  test("IPv6 routes have attributes of their own", async () => {
    const aix = bootAixShell({ firstBoot: "captured" });
    await aix.run(`${CHDEV} -l en0 -a netaddr6=2001:db8::9 -a prefixlen=64`);
    await aix.run(`${CHDEV} -l inet0 -a rout6=net,-hopcount,0,,,::,2001:db8::1`);
    expect(await aix.text("/usr/bin/netstat -rnf inet6")).toContain(
      "default            2001:db8::1",
    );
    await aix.run(`${CHDEV} -l inet0 -a delrout6=net,-hopcount,0,,,::,2001:db8::1`);
    expect(await aix.text("/usr/bin/netstat -rnf inet6")).not.toContain("default");
  });
});

describe("on other devices", () => {
  test("an adapter is busy while its interface is in the kernel", async () => {
    const aix = bootAixShell({ firstBoot: "captured" });
    const busy = await aix.run(`${CHDEV} -l ent0 -a chksum_offload=no`);
    expect(busy.exitCode).toBe(1);
    expect(busy.stderr).toContain("0514-062");
    expect((await aix.run(`${CHDEV} -l ent0 -a poll_uplink=yes -U`)).exitCode).toBe(0);
    expect((await aix.run(`${CHDEV} -l ent0 -a chksum_offload=no -P`)).exitCode).toBe(0);
    await aix.run("/usr/sbin/ifconfig en0 down detach");
    expect((await aix.run(`${CHDEV} -l ent0 -a chksum_offload=yes`)).exitCode).toBe(0);
  });

  test("clouddev also clears the NVRAM variable", async () => {
    const aix = bootAixShell({ firstBoot: "captured" });
    expect(aix.machine.nvram).toEqual({});
    expect(await aix.text(`${CHDEV} -l sys0 -a clouddev=1`)).toBe("sys0 changed\n");
    expect(aix.machine.nvram).toEqual({ "ibm,aix-clearODMdata": "false" });
  });

  test("what only the firmware says cannot be changed", async () => {
    const result = await bootAixShell().run(`${CHDEV} -l sys0 -a modelname=IBM,0000-00A`);
    expect(result.stderr).toContain("Method error (/usr/lib/methods/chggen):");
    expect(result.stderr).toContain("0514-018");
  });
});
