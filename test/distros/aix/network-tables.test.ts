import { expect, test } from "bun:test";
import { readAixNetworkTables } from "../../../src/distros/aix/network-tables.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";

// Captured on AIX 7.3 and 7.1 (aix/commands.md §3.4, §3.5), addresses replaced.
const ROUTES = `Routing tables
Destination        Gateway           Flags   Refs     Use  If   Exp  Groups

Route tree for Protocol Family 2 (Internet):
default            192.0.2.33        UG       10         0 en0      -      -   
127/8              127.0.0.1         U        10         0 lo0      -      -   
192.0.2.10         192.0.2.35        UGH       0         0 en0      -      -   =>
192.0.2.32         192.0.2.35        UHSb      0         0 en0      -      -   =>
192.0.2.32/29      192.0.2.35        U         7         0 en0      -      -   
192.0.2.35         127.0.0.1         UGHS      0         0 lo0      -      -   

Route tree for Protocol Family 24 (Internet v6):
::1%1              ::1%1             UH       22         0 lo0      -      -   
`;
const HEADER = "Name  Mtu   Network     Address            Ipkts Ierrs    Opkts Oerrs  Coll\n";
const LINK = "en0   1500  link#2      a.c6.24.39.41.3    162325     0    60252     0     0\n";
const ADDRESS = "en0   1500  192.0.2.32  192.0.2.35         162325     0    60252     0     0\n";
const LOOPBACK = `lo0   16896 link#1                          36891     0    36891     0     0
lo0   16896 127         127.0.0.1           36891     0    36891     0     0
lo0   16896 ::1%1                           36891     0    36891     0     0
`;
const IFCONFIG = `en0: flags=1e084863,480<UP,BROADCAST,NOTRAILERS,RUNNING,SIMPLEX,MULTICAST> metric 1
        inet 192.0.2.35 netmask 0xfffffff8 broadcast 192.0.2.39
        inet6 2001:db8::35/64
lo0: flags=e08084b,c0<UP,BROADCAST,LOOPBACK,RUNNING,SIMPLEX,MULTICAST>
        inet 127.0.0.1 netmask 0xff000000 broadcast 127.255.255.255
        inet6 ::1%1/0
`;

async function read(table: string, routes = ROUTES) {
  const { system, commands } = createScriptedSystem({
    platform: "aix",
    commands: {
      "/usr/bin/netstat -in": table,
      "/usr/bin/netstat -rn": routes,
      "/usr/sbin/ifconfig -a": IFCONFIG,
    },
  });
  const { devices } = await readAixNetworkTables(system);
  return {
    rows: devices.map(({ name, isUp, address, mask, macAddress }) =>
      [name, isUp ? "up" : "down", address, mask, macAddress].join(" "),
    ),
    asked: commands.map((argv) => argv.slice(0, 2).join(" ")),
  };
}

const NETSTAT = ["/usr/bin/netstat -in", "/usr/bin/netstat -rn"];
const LOOPBACK_ROWS = ["lo0 up 127.0.0.1 255.0.0.0 ", "lo0 up ::1/128  "];
const EN0 = "en0 up 192.0.2.35 255.255.255.248 0a:c6:24:39:41:03";

test("interfaces with IPv4 alone are shown without asking ifconfig", async () => {
  expect(await read(HEADER + LINK + ADDRESS + LOOPBACK)).toEqual({
    rows: [EN0, ...LOOPBACK_ROWS],
    asked: NETSTAT,
  });
});

test("one that is down, or has no address, is shown so", async () => {
  const down = "en1*  1500  link#3      fa.16.3e.0.0.2          0     0        0     0     0\n";
  expect(await read(HEADER + LINK + ADDRESS + down)).toEqual({
    rows: [EN0, "en1 down   fa:16:3e:00:00:02"],
    asked: NETSTAT,
  });
});

test.each([
  ["another IPv6 address", "en0   1500  2001:db8::35               1     0        1     0     0\n"],
  ["a form that is not known", "en0   1500  192.0.2.32/29 192.0.2.35 1\n"],
  ["an address without a network of its own", ADDRESS.replace("192.0.2.35", "192.0.2.36")],
  ["a message", "Only the root user can specify the Z flag\n"],
])("%s makes ifconfig be asked", async (_, row) => {
  expect(await read(HEADER + LINK + ADDRESS + row + LOOPBACK)).toEqual({
    rows: [EN0, "en0 up 2001:db8::35/64  0a:c6:24:39:41:03", ...LOOPBACK_ROWS],
    asked: [...NETSTAT, "/usr/sbin/ifconfig -a"],
  });
});

test("so do an empty table, and a mask that two routes tell differently", async () => {
  expect((await read("")).asked).toHaveLength(3);
  const twice = ROUTES.replace(
    "192.0.2.32/29 ",
    "192.0.2.32/30      192.0.2.35        U         0         0 en0      -      -\n192.0.2.32/29 ",
  );
  expect((await read(HEADER + LINK + ADDRESS, twice)).asked).toHaveLength(3);
});
