import { describe, expect, test } from "bun:test";
import { bootAixShell, readAixFixture, wordsOfLines } from "../aix-shell.ts";

describe("netstat", () => {
  test("-rn has the rows of a real 7.3 machine with the same addresses", async () => {
    const aix = bootAixShell();
    await aix.run(
      "/usr/sbin/chdev -l en0 -a netaddr=192.168.234.35 -a netmask=255.255.255.248 -a state=up",
    );
    await aix.run("/usr/sbin/chdev -l inet0 -a route=net,-hopcount,0,,0,192.168.234.33");
    await aix.run(
      "/usr/sbin/chdev -l inet0 -a route=net,-hopcount,0,-netmask,255.255.255.0,,,198.51.100.0,192.168.234.33",
    );
    const withoutCounters = (text: string): string[][] =>
      wordsOfLines(text).map((words) =>
        words.length >= 8 ? words.slice(0, 3).concat(words.slice(5, 8)) : words,
      );
    const rows = withoutCounters(await aix.text("/usr/bin/netstat -rnf inet"));
    const expected = withoutCounters(readAixFixture("netstat-rn-aix73.txt"));
    expect(rows).toHaveLength(expected.length);
    for (const row of expected) {
      expect(rows).toContainEqual(row);
    }
  });

  test("columns stand where AIX puts them", async () => {
    const aix = bootAixShell({ firstBoot: "captured" });
    expect(await aix.text("/usr/bin/netstat -rn")).toContain(
      "default            192.0.2.1         UG        0         0 en0      -      -   \n",
    );
  });

  test("the heading is spelled as the fault says, the family chosen with -f", async () => {
    const aix = bootAixShell({ faults: { routeTreeHeading: "Route Tree" } });
    const text = await aix.text("/usr/bin/netstat -rn -f inet6");
    expect(text).toContain("Route Tree for Protocol Family 24 (Internet v6):");
    expect(text).not.toContain("Family 2 ");
  });

  test("-in shows MACs without padding and lo0's link row without an address", async () => {
    const aix = bootAixShell({ adapters: [{ name: "ent0", mac: "0a:c6:24:39:41:03" }] });
    await aix.run(
      "/usr/sbin/chdev -l en0 -a netaddr=10.32.77.30 -a netmask=255.255.255.0 -a state=up",
    );
    const rows = wordsOfLines(await aix.text("/usr/bin/netstat -in"));
    expect(rows.map((row) => row.slice(0, -5))).toEqual([
      ["Name", "Mtu", "Network", "Address"],
      ["en0", "1500", "link#1", "a.c6.24.39.41.3"],
      ["en0", "1500", "10.32.77", "10.32.77.30"],
      ["lo0", "16896", "link#2"],
      ["lo0", "16896", "127", "127.0.0.1"],
      ["lo0", "16896", "::1%1"],
    ]);
    const captured = wordsOfLines(readAixFixture("netstat-in.txt"));
    expect(rows[0]).toEqual(captured[0] ?? []);
    expect(rows[2]?.slice(0, 4)).toEqual(captured[2]?.slice(0, 4) ?? []);
  });

  test("an interface that is down has a star", async () => {
    const aix = bootAixShell({ firstBoot: "captured" });
    await aix.run("/usr/sbin/chdev -l en0 -a state=down");
    expect(await aix.text("/usr/bin/netstat -in")).toContain("\nen0*  1500");
  });

  test("-v is entstat", async () => {
    const aix = bootAixShell({ firstBoot: "captured" });
    expect(await aix.text("/usr/bin/netstat -v ent0")).toBe(
      await aix.text("/usr/bin/entstat -d ent0"),
    );
  });
});

describe("ifconfig", () => {
  test("changes the kernel only: the ODM's address is back after a boot", async () => {
    const aix = bootAixShell({ firstBoot: "captured" });
    await aix.run("/usr/sbin/ifconfig en0 delete 192.0.2.50");
    await aix.run("/usr/sbin/ifconfig en0 192.0.2.99 netmask 255.255.255.0 up");
    await aix.run("/usr/sbin/ifconfig en0 alias 198.51.100.7 netmask 255.255.255.0");
    const text = await aix.text("/usr/sbin/ifconfig en0");
    expect(text).toContain("inet 192.0.2.99 netmask 0xffffff00 broadcast 192.0.2.255");
    expect(text).toContain("inet 198.51.100.7");
    expect(text).not.toContain("192.0.2.50");
    aix.reboot();
    expect(aix.machine.interfaces[0]?.addresses.map(({ address }) => address)).toEqual([
      "192.0.2.50",
    ]);
  });

  test("down and up switch the flag, detach takes it off the lists", async () => {
    const aix = bootAixShell({ firstBoot: "captured" });
    await aix.run("/usr/sbin/ifconfig en0 down");
    expect(await aix.text("/usr/sbin/ifconfig en0")).toContain("<BROADCAST,");
    await aix.run("/usr/sbin/ifconfig en0 up");
    expect(await aix.text("/usr/sbin/ifconfig en0")).toContain("<UP,BROADCAST,");
    await aix.run("/usr/sbin/ifconfig en0 down detach");
    expect(await aix.text("/usr/sbin/ifconfig -a")).not.toContain("en0");
    expect((await aix.run("/usr/sbin/ifconfig en0")).exitCode).toBe(1);
    expect((await aix.run("/usr/sbin/ifconfig en7 up")).exitCode).toBe(1);
  });

  test("bad words and addresses are refused", async () => {
    const aix = bootAixShell({ firstBoot: "captured" });
    for (const words of [
      "frobnicate",
      "192.0.2.9 netmask 24.0.255.0",
      "alias",
      "delete 192.0.2.9",
    ]) {
      expect((await aix.run(`/usr/sbin/ifconfig en0 ${words}`)).exitCode).toBe(1);
    }
  });
});

describe("route", () => {
  test("adds and deletes kernel routes, which show UGS", async () => {
    const aix = bootAixShell({ firstBoot: "captured" });
    expect(
      (await aix.run("/usr/sbin/route add -net 198.51.100.0 -netmask 255.255.255.0 192.0.2.7"))
        .exitCode,
    ).toBe(0);
    expect(await aix.text("/usr/bin/netstat -rn")).toContain(
      "198.51.100/24      192.0.2.7         UGS ",
    );
    const again = await aix.run("/usr/sbin/route add 198.51.100.0 192.0.2.7");
    expect(again.stderr).toContain("entry already exists");
    expect((await aix.run("/usr/sbin/route delete -net 198.51.100.0/24 192.0.2.7")).exitCode).toBe(
      0,
    );
    expect((await aix.run("/usr/sbin/route delete default 192.0.2.9")).stderr).toContain(
      "not in table",
    );
  });

  test("get tells the way, -f forgets everything", async () => {
    const aix = bootAixShell({ firstBoot: "captured" });
    expect(await aix.text("/usr/sbin/route get 203.0.113.5")).toContain("gateway: 192.0.2.1");
    await aix.run("/usr/sbin/route -f");
    expect((await aix.run("/usr/sbin/route get 203.0.113.5")).exitCode).toBe(1);
  });

  test("a gateway that no interface reaches is refused", async () => {
    const aix = bootAixShell({ firstBoot: "captured" });
    expect((await aix.run("/usr/sbin/route add default 203.0.113.1")).stderr).toContain(
      "Network is unreachable",
    );
  });
});

test("autoconf6 gives link-local addresses once, on one interface or on all that are up", async () => {
  const aix = bootAixShell({ firstBoot: "captured" });
  for (const line of ["-i en0", "-a", "-A", "-i en0"]) {
    expect((await aix.run(`/usr/sbin/autoconf6 ${line}`)).exitCode).toBe(0);
  }
  expect(aix.machine.interfaces[0]?.addresses).toEqual([
    { family: 4, address: "192.0.2.50", prefixLength: 24, origin: "odm" },
    { family: 6, address: "fe80::f816:3eff:fe00:1", prefixLength: 64, origin: "auto" },
  ]);
  expect((await aix.run("/usr/sbin/autoconf6 -i en9")).exitCode).toBe(1);
});
