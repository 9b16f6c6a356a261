import { describe, expect, test } from "bun:test";
import { readAixDhcpServers } from "../../src/distros/aix/dhcp-servers.ts";
import { createAixResolver, parseHostAddresses } from "../../src/distros/aix/resolver.ts";
import { readLinuxDhcpServers } from "../../src/distros/linux/dhcp-servers.ts";
import { createLinuxResolver } from "../../src/distros/linux/resolver.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import { createMemoryFileSystem } from "../../src/system/memory-file-system.ts";
import { createRecordingLog } from "../support/recording-log.ts";

const lease = (address: string): string =>
  `lease {\n  option dhcp-server-identifier ${address};\n}\n`;

/** Lease files of a machine, each written a second after the one before. */
function findLinuxServers(
  files: Readonly<Record<string, string>>,
  now = new Date("2026-01-02T03:04:05Z"),
): ReturnType<typeof readLinuxDhcpServers> {
  let nowMs = Date.parse("2026-01-01T00:00:00Z");
  const fs = createMemoryFileSystem({}, { nowMs: () => nowMs });
  for (const [path, content] of Object.entries(files)) {
    nowMs += 1000;
    fs.write(path, content);
  }
  return readLinuxDhcpServers(fs, now);
}

describe("the DHCP server on Linux", () => {
  test("is that of the newest lease of any client, and no other", () => {
    const older = {
      "/run/systemd/netif/leases/2": "SERVER_ADDRESS=192.0.2.5\n",
      "/var/lib/dhclient/old.lease": lease("198.51.100.66"),
      "/var/lib/NetworkManager/internal-eth0.lease": "SERVER_ADDRESS=192.0.2.4\n",
      "/var/lib/dhcp/dhclient.eth1.leases": lease("192.0.2.2"),
    };
    const useless = {
      "/var/lib/dhcp/README": lease("192.0.2.3"),
      "/run/systemd/netif/leases/3": "no server\n",
    };
    expect(findLinuxServers({ ...older, ...useless })).toEqual([
      { address: "192.0.2.2", source: "/var/lib/dhcp/dhclient.eth1.leases" },
    ]);
    const newer = { "/run/systemd/netif/leases/4": "SERVER_ADDRESS=192.0.2.6\nLIFETIME=1\n" };
    expect(findLinuxServers({ ...older, ...useless, ...newer })).toEqual([
      { address: "192.0.2.6", source: "/run/systemd/netif/leases/4" },
    ]);
  });

  test.each([
    ["expire 5 2026/01/02 03:04:04;", true],
    ["expire 5 2026/01/02 03:04:06;", false],
    ["expire epoch 1767323044; # Fri Jan  2 03:04:04 2026", true],
    ["expire epoch 1767323046; # Fri Jan  2 03:04:06 2026", false],
    ["expire never;", false],
    ["expire 5 2025/01/01 00:00:00;\n}\nlease {\n  expire 5 2026/02/01 00:00:00;", false],
    ["expire at some time;", false],
  ])("is not that of a lease with %j after its end", (expire, isOver) => {
    const text = `lease {\n  option dhcp-server-identifier 192.0.2.1;\n  ${expire}\n}\n`;
    expect(findLinuxServers({ "/var/lib/dhcp/dhclient.eth0.leases": text })).toHaveLength(
      isOver ? 0 : 1,
    );
  });

  test("is not that of a lease of NetworkManager whose lifetime is over", () => {
    const find = (lifetime: number): ReturnType<typeof readLinuxDhcpServers> =>
      findLinuxServers({
        "/var/lib/NetworkManager/internal-eth0.lease": `SERVER_ADDRESS=192.0.2.4\nLIFETIME=${lifetime}\n`,
      });
    expect(find(3600)).toEqual([]);
    expect(find(7 * 86_400)).toHaveLength(1);
  });

  test("is unknown where nobody keeps leases", () => {
    expect(findLinuxServers({})).toEqual([]);
  });
});

describe("DHCP servers on AIX", () => {
  test("are read from the log that dhcpcd.ini names", () => {
    const fs = createMemoryFileSystem({
      "/etc/dhcpcd.ini": "numLogFiles 4\nlogFileName  /var/log/dhcp.log\ninterface en0\n",
      "/var/log/dhcp.log": `${"x".repeat(400_000)}\nACTION server 192.0.2.1\n`,
      "/usr/tmp/dhcpcd.log": "server 192.0.2.9\n",
    });
    expect(readAixDhcpServers(fs)).toEqual([{ address: "192.0.2.1", source: "/var/log/dhcp.log" }]);
  });

  test("are read from the usual log and the database, whatever bytes that has", () => {
    const database = new Uint8Array([
      0,
      255,
      10,
      ...new TextEncoder().encode("option 54 192.0.2.6\n"),
    ]);
    const fs = createMemoryFileSystem({
      "/usr/tmp/dhcpcd.log": "offer from server 192.0.2.9\n",
      "/etc/dhcpc.db": database,
    });
    expect(readAixDhcpServers(fs).map(({ address }) => address)).toEqual([
      "192.0.2.9",
      "192.0.2.6",
    ]);
  });

  test.each([
    ["another's", { mode: 0o644, owner: "200" }],
    ["everybody's to write", { mode: 0o666, owner: "0" }],
    ["its group's to write", { mode: 0o664, owner: "0" }],
  ])("are not read from a log that is %s", (_what, attributes) => {
    const path = "/usr/tmp/dhcpcd.log";
    const fs = createMemoryFileSystem({ [path]: "server 198.51.100.66\n" });
    expect(readAixDhcpServers(fs)).toHaveLength(1);
    fs.setAttributes(path, attributes);
    expect(readAixDhcpServers(fs)).toEqual([]);
  });

  test("are not read through a link, which anybody can make in /usr/tmp", () => {
    const fs = createMemoryFileSystem({ "/home/guest/x": "server 198.51.100.66\n" });
    fs.symlink("/home/guest/x", "/usr/tmp/dhcpcd.log");
    expect(readAixDhcpServers(fs)).toEqual([]);
  });

  test("are none without any of these files", () => {
    expect(readAixDhcpServers(createMemoryFileSystem())).toEqual([]);
  });
});

describe("addresses of a name", () => {
  const context = (options: Parameters<typeof createScriptedSystem>[0]) => ({
    sys: createScriptedSystem(options).system,
    log: createRecordingLog(),
    systemInfo: {},
  });

  test.each([
    ["data-server is 192.0.2.1\n", ["192.0.2.1"]],
    ["data-server.example.com is 192.0.2.1,  Aliases:   data-server, 192.0.2.9\n", ["192.0.2.1"]],
    ["data-server is 192.0.2.1, 192.0.2.2\n", ["192.0.2.1", "192.0.2.2"]],
    ["host: 0827-801 Host name data-server does not exist.\n", []],
  ])("host(1) of AIX says %p", (text, addresses) => {
    expect(parseHostAddresses(text)).toEqual(addresses);
  });

  test("come from host(1) on AIX", async () => {
    const known = context({
      commands: { "/usr/bin/host data-server": "data-server is 192.0.2.1\n" },
    });
    expect(await createAixResolver(known).findAddresses?.("data-server", 1000)).toEqual([
      "192.0.2.1",
    ]);
    const unknown = context({ commands: { "/usr/bin/host": { exitCode: 1 } } });
    expect(await createAixResolver(unknown).findAddresses?.("data-server", 1000)).toEqual([]);
  });

  test("come from getent(1) on Linux, IPv4 first, each once", async () => {
    const stdout =
      "2001:db8::1     STREAM data-server\n2001:db8::1     DGRAM\n192.0.2.1       STREAM\n192.0.2.1       RAW\n";
    const given = context({
      files: { "/usr/bin/getent": "" },
      commands: { "/usr/bin/getent ahosts data-server": stdout },
    });
    const found = await createLinuxResolver(given).findAddresses?.("data-server", 1000);
    expect(found).toEqual(["192.0.2.1", "2001:db8::1"]);
  });

  test("come from BIND's host(1) where there is no getent", async () => {
    const stdout =
      "data-server.example.com has address 192.0.2.1\ndata-server.example.com has IPv6 address 2001:db8::1\n";
    const given = context({ commands: { "/usr/bin/host data-server": stdout } });
    const found = await createLinuxResolver(given).findAddresses?.("data-server", 1000);
    expect(found).toEqual(["192.0.2.1", "2001:db8::1"]);
  });
});
