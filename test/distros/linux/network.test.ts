import { describe, expect, test } from "bun:test";
import { createLinuxNetwork } from "../../../src/distros/linux/network.ts";
import { parseEni } from "../../../src/network/parse-eni.ts";
import {
  createScriptedSystem,
  type ScriptedSystem,
} from "../../../src/simulator/scripted-system.ts";
import { exists } from "../../../src/system/files.ts";
import { createTestLogger } from "../../support/module-context.ts";

const SYS = {
  "/sys/class/net/lo/type": "772\n",
  "/sys/class/net/lo/address": "00:00:00:00:00:00\n",
  "/sys/class/net/eth0/type": "1\n",
  "/sys/class/net/eth0/address": "fa:16:3e:00:00:01\n",
  "/sys/class/net/eth0/uevent": "INTERFACE=eth0\nIFINDEX=2\n",
  "/sys/class/net/eth10/type": "1\n",
  "/sys/class/net/eth10/address": "fa:16:3e:00:00:10\n",
  "/sys/class/net/eth2/type": "1\n",
  "/sys/class/net/eth2/address": "fa:16:3e:00:00:02\n",
  "/sys/class/net/br0/type": "1\n",
  "/sys/class/net/br0/uevent": "DEVTYPE=bridge\nINTERFACE=br0\n",
};
const UNIT = "/etc/systemd/network/10-cloud-init-eth0.network";

const { config: CONFIG } = parseEni(
  "iface eth0 inet static\n hwaddress fa:16:3e:00:00:01\n address 192.0.2.10/24\n gateway 192.0.2.1\n",
  "content/0000",
);

function boot(
  files: Readonly<Record<string, string>>,
  commands: Parameters<typeof createScriptedSystem>[0] = {},
): ScriptedSystem & { readonly network: ReturnType<typeof createLinuxNetwork> } {
  const scripted = createScriptedSystem({ ...commands, files });
  const ctx = { sys: scripted.system, log: createTestLogger([]), systemInfo: {} };
  return { ...scripted, network: createLinuxNetwork(ctx) };
}

describe("adapters", () => {
  test("are Ethernet interfaces that are not made of others, in natural order", async () => {
    expect(await boot(SYS).network.adapters()).toEqual([
      { name: "eth0", macAddress: "fa:16:3e:00:00:01" },
      { name: "eth2", macAddress: "fa:16:3e:00:00:02" },
      { name: "eth10", macAddress: "fa:16:3e:00:00:10" },
    ]);
    expect(await boot({}).network.adapters()).toEqual([]);
  });
});

describe("units", () => {
  test("are written once, and systemd is told where it runs", async () => {
    const machine = boot(
      { ...SYS, "/run/systemd/system/x": "" },
      { commands: { "/usr/bin/networkctl reload": "" } },
    );
    expect(await machine.network.ensure(CONFIG)).toEqual({ changed: true, problems: [] });
    expect(exists(machine.system.fs, UNIT)).toBe(true);
    expect(machine.commands).toEqual([["/usr/bin/networkctl", "reload"]]);
    machine.changes.length = 0;
    expect(await machine.network.ensure(CONFIG)).toEqual({ changed: false, problems: [] });
    expect(machine.changes).toEqual([]);
  });

  test("wait for systemd to start where it does not run yet", async () => {
    const machine = boot(SYS);
    expect(await machine.network.ensure(CONFIG)).toEqual({ changed: true, problems: [] });
    expect(machine.commands).toEqual([]);
  });

  test("that networkd does not read are a problem, where networkd runs", async () => {
    const failing = { commands: { "/usr/bin/networkctl": { exitCode: 1, stderr: "no bus\n" } } };
    const running = boot(
      { ...SYS, "/run/systemd/system/x": "", "/run/systemd/netif/x": "" },
      failing,
    );
    expect((await running.network.ensure(CONFIG)).problems).toEqual([
      { message: expect.stringContaining("ended with exit code 1: no bus") },
    ]);
    const early = boot({ ...SYS, "/run/systemd/system/x": "" }, failing);
    expect((await early.network.ensure(CONFIG)).problems).toEqual([]);
  });

  test("for a hardware address that is not there are a problem", async () => {
    const { "/sys/class/net/eth0/address": _, ...others } = SYS;
    const { problems } = await boot(others).network.ensure(CONFIG);
    expect(problems).toEqual([
      {
        message: expect.stringContaining(
          'Cannot find an adapter for "eth0" with hardware address fa:16:3e:00:00:01',
        ),
        line: 1,
      },
    ]);
  });
});

describe("the tables", () => {
  test("come from iproute2 where it is there", async () => {
    const machine = boot(
      { "/usr/sbin/ip": "" },
      {
        commands: {
          "/usr/sbin/ip -j address show":
            '[{"ifname":"eth0","flags":["BROADCAST","UP"],"address":"fa:16:3e:00:00:01","addr_info":[{"family":"inet","local":"192.0.2.10","prefixlen":24},{"family":"inet6","local":"fe80::1","prefixlen":64}]},{"ifname":"eth1","flags":[]}]',
          "/usr/sbin/ip -j -4 route show":
            '[{"dst":"default","gateway":"192.0.2.1","dev":"eth0"},{"dst":"192.0.2.0/24","dev":"eth0"}]',
          "/usr/sbin/ip -j -6 route show": "not json",
        },
      },
    );
    const { devices, routes } = await machine.network.read();
    expect(devices.map(({ name, isUp, address, mask }) => [name, isUp, address, mask])).toEqual([
      ["eth0", true, "192.0.2.10", "255.255.255.0"],
      ["eth0", true, "fe80::1/64", ""],
      ["eth1", false, "", ""],
    ]);
    expect(
      routes.map(({ destination, gateway, mask, flags }) => [destination, gateway, mask, flags]),
    ).toEqual([
      ["0.0.0.0", "192.0.2.1", "0.0.0.0", "UG"],
      ["192.0.2.0", "0.0.0.0", "255.255.255.0", "U"],
    ]);
  });

  test("else from /proc and /sys, in either byte order", async () => {
    const route = (...fields: readonly string[]): string =>
      `Iface Destination Gateway Flags RefCnt Use Metric Mask\n${fields.join("\n")}\n`;
    const little = route(
      "eth0 00000000 010200C0 0003 0 0 0 00000000 0 0 0",
      "eth0 000200C0 00000000 0001 0 0 0 00FFFFFF 0 0 0",
    );
    const big = route(
      "eth0 00000000 C0000201 0003 0 0 0 00000000 0 0 0",
      "eth0 C0000200 00000000 0001 0 0 0 FFFFFF00 0 0 0",
    );
    for (const table of [little, big]) {
      const machine = boot({
        ...SYS,
        "/sys/class/net/eth0/flags": "0x1003\n",
        "/proc/net/route": table,
        "/proc/net/if_inet6": "fe800000000000000000000000000001 02 40 20 80     eth0\n",
      });
      const { devices, routes } = await machine.network.read();
      expect(devices).toContainEqual({
        name: "eth0",
        isUp: true,
        address: "fe80::1/64",
        mask: "",
        macAddress: "fa:16:3e:00:00:01",
      });
      expect(routes).toEqual([
        {
          family: 4,
          destination: "0.0.0.0",
          gateway: "192.0.2.1",
          mask: "0.0.0.0",
          device: "eth0",
          flags: "UG",
        },
        {
          family: 4,
          destination: "192.0.2.0",
          gateway: "0.0.0.0",
          mask: "255.255.255.0",
          device: "eth0",
          flags: "U",
        },
      ]);
    }
  });
});
