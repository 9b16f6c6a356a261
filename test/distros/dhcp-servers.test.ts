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

describe("DHCP servers on Linux", () => {
  test("are read from networkd's leases, then dhclient's, newest first, then NetworkManager's", () => {
    let nowMs = 1_000_000;
    const fs = createMemoryFileSystem({}, { nowMs: () => nowMs });
    const place = (path: string, content: string): void => {
      nowMs += 1000;
      fs.write(path, content);
    };
    place("/var/lib/dhcp/dhclient.eth0.leases", lease("192.0.2.1"));
    place("/var/lib/dhcp/dhclient.eth1.leases", lease("192.0.2.2"));
    place("/var/lib/dhcp/README", lease("192.0.2.3"));
    place("/var/lib/NetworkManager/internal-eth0.lease", "SERVER_ADDRESS=192.0.2.4\n");
    place("/run/systemd/netif/leases/2", "SERVER_ADDRESS=192.0.2.5\n");
    place("/run/systemd/netif/leases/3", "no server\n");
    expect(readLinuxDhcpServers(fs)).toEqual([
      { address: "192.0.2.5", source: "/run/systemd/netif/leases/2" },
      { address: "192.0.2.2", source: "/var/lib/dhcp/dhclient.eth1.leases" },
      { address: "192.0.2.1", source: "/var/lib/dhcp/dhclient.eth0.leases" },
      { address: "192.0.2.4", source: "/var/lib/NetworkManager/internal-eth0.lease" },
    ]);
  });

  test("are none where nobody keeps leases", () => {
    expect(readLinuxDhcpServers(createMemoryFileSystem())).toEqual([]);
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
