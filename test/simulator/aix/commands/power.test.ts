import { expect, test } from "bun:test";
import { readText } from "../../../../src/system/files.ts";
import { bootAixShell } from "../aix-shell.ts";

test("bootlist sets a line for each path, lspath lists the paths", async () => {
  const aix = bootAixShell({ storage: { disks: [{ name: "hdisk1", paths: 2 }] } });
  expect(await aix.text("/usr/sbin/lspath -F name -l hdisk1")).toBe("hdisk1\nhdisk1\n");
  expect(await aix.text("/usr/bin/bootlist -m normal -o hdisk1 hdisk0")).toBe(
    "hdisk1 blv=hd5 pathid=0\nhdisk1 blv=hd5 pathid=1\nhdisk0 blv=hd5 pathid=0\n",
  );
  expect((await aix.run("/usr/bin/bootlist -m normal hdisk7")).exitCode).toBe(1);
});

test("recfgct makes a new node id, but not in an online peer domain", async () => {
  const aix = bootAixShell();
  const before = readText(aix.system.fs, "/etc/ct_node_id");
  expect((await aix.run("/opt/rsct/install/bin/recfgct")).exitCode).toBe(0);
  const after = readText(aix.system.fs, "/etc/ct_node_id");
  expect(after).toMatch(/^[0-9a-f]{16}\n#/u);
  expect(after).not.toBe(before);
  const peerDomain = { name: "dom", isOnline: true, nodes: ["a"] };
  const member = bootAixShell({ storage: { peerDomain } });
  expect((await member.run("/usr/sbin/rsct/install/bin/recfgct")).stderr).toContain("online Peer");
  expect(await member.text("/usr/bin/lsrpdomain")).toContain("Online");
});

test("paging space is made, grown and summed", async () => {
  const aix = bootAixShell();
  expect(await aix.text("/usr/sbin/mkps -a -n -s 4 rootvg")).toBe("paging00\n");
  expect((await aix.run("/usr/sbin/chps -s 4 hd6")).exitCode).toBe(0);
  expect(await aix.text("/usr/sbin/lsps -s")).toContain("768MB");
  expect((await aix.run("/usr/sbin/chps -s 4000 hd6")).stderr).toContain("0516-787");
});

test("bootutil -c lets the next boot clear the database again, and takes nothing else", async () => {
  const aix = bootAixShell();
  expect(aix.machine.nvram).toEqual({ "ibm,aix-clearODMdata": "false" });
  await aix.run("/usr/sbin/chdev -l en0 -a netaddr=192.0.2.77");
  aix.reboot();
  expect(await aix.text("/usr/sbin/lsattr -El en0 -a netaddr -F value")).toBe("192.0.2.77\n");
  expect((await aix.run("/usr/lib/boot/bootutil -c")).exitCode).toBe(0);
  expect(aix.machine.nvram).toEqual({});
  aix.reboot();
  expect(await aix.text("/usr/sbin/lsattr -El en0 -a netaddr -F value")).toBe("\n");
  for (const line of ["/usr/lib/boot/bootutil", "/usr/lib/boot/bootutil -c -c"]) {
    expect((await aix.run(line)).stderr).toContain("Usage: bootutil -c");
  }
});

test("bootlist shows modes, network entries apart, and empties a list with -i", async () => {
  const aix = bootAixShell({ storage: { normalBootList: [] } });
  expect(await aix.text("/usr/bin/bootlist -m normal -o")).toBe("-\n");
  await aix.run("/usr/bin/bootlist -m both hdisk0 blv=hd5 pathid=0");
  expect(await aix.text("/usr/bin/bootlist -m service -o")).toBe("hdisk0 blv=hd5 pathid=0\n");
  await aix.run("/usr/bin/bootlist -m service -i");
  expect(await aix.text("/usr/bin/bootlist -m service -o")).toBe("-\n");
  expect((await aix.run("/usr/bin/bootlist -m often -o")).stderr).toContain("Usage: bootlist");
  expect(await aix.text("/usr/sbin/bootinfo -b")).toBe("hdisk0\n");
});
