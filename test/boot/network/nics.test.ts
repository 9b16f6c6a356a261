// Which NIC is meant, what is missing on the machine, what is wrong on the drive, and what it costs.
import { describe, expect, test } from "bun:test";
import { createAixNetwork } from "../../../src/distros/aix/network.ts";
import { parseEni } from "../../../src/network/parse-eni.ts";
import { parseOpenStackNetwork } from "../../../src/network/parse-openstack.ts";
import { bootSimulatedAix, type SimulatedAix } from "../../../src/simulator/aix/simulated-aix.ts";
import { planSystem } from "../../../src/system/planned-system.ts";
import { runBoot } from "../../support/boot-scenario.ts";
import { machineChanges } from "../../support/machine-state.ts";
import { createTestLogger } from "../../support/module-context.ts";
import { describeNetwork } from "../../support/describe-network.ts";
import {
  ipv4On,
  linkOf,
  MAC,
  NETWORK_SCENARIOS,
  type NetworkData,
  networkDrive,
  networkSeed,
} from "../../support/network-scenarios.ts";
import {
  commandLines,
  createMachine,
  type MachineOptions,
  messagesAt,
  resultOf,
} from "../../support/sample-machine.ts";

function machineWith(network: NetworkData | string, options: object = {}): SimulatedAix {
  return createMachine({
    adapters: [{ name: "ent0", mac: MAC.first }],
    drive: networkDrive(network),
    ...options,
  } as MachineOptions);
}

function networkOf(aix: SimulatedAix): readonly string[] {
  return describeNetwork(aix.machine, aix.system.clock.now().getTime());
}

function staticOn(...macs: readonly string[]): NetworkData {
  return {
    links: macs.map((mac, index) => linkOf(`tap${index}`, mac)),
    networks: macs.map((_, index) =>
      ipv4On(`tap${index}`, `192.0.${index + 2}.10`, index === 0 ? "192.0.2.1" : undefined),
    ),
  };
}

describe("the right NIC", () => {
  test("is found by its address where adapters have other numbers than in the captured image", async () => {
    const aix = machineWith(staticOn(MAC.second, MAC.first), {
      adapters: [
        { name: "ent0", mac: MAC.first },
        { name: "ent1", mac: MAC.second },
      ],
    });
    await runBoot(aix);
    expect(networkOf(aix).slice(0, 2)).toEqual(["en0 up: 192.0.3.10/24", "en1 up: 192.0.2.10/24"]);
    expect(messagesAt(aix, "WARNING")).toEqual([]);
  });

  test("is waited for by cfgmgr where it was attached late", async () => {
    const aix = machineWith(staticOn(MAC.first, MAC.second), {
      adapters: [
        { name: "ent0", mac: MAC.first },
        { name: "ent1", mac: MAC.second, isLate: true },
      ],
    });
    await runBoot(aix);
    expect(commandLines(aix).filter((line) => line === "/usr/sbin/cfgmgr")).toHaveLength(1);
    expect(networkOf(aix).slice(0, 2)).toEqual(["en0 up: 192.0.2.10/24", "en1 up: 192.0.3.10/24"]);
    expect(messagesAt(aix, "WARNING")).toEqual([]);
  });

  test("gets its interface from defif where the device database has none", async () => {
    const aix = machineWith(staticOn(MAC.first));
    aix.machine.devices = aix.machine.devices.filter(({ name }) => name !== "en0");
    await runBoot(aix);
    expect(machineChanges(aix).slice(0, 2)).toEqual([
      "command /usr/lib/methods/defif",
      "command /usr/sbin/chdev -l en0 -a netaddr=192.0.2.10 -a netmask=255.255.255.0 -a state=up",
    ]);
    expect(resultOf(aix).errors).toEqual([]);
  });

  test("that nobody has is a warning with both addresses", async () => {
    const text = `iface eth0 inet static\n hwaddress ether ${MAC.third}\n address 192.0.2.10/24\n`;
    const aix = machineWith(text);
    await runBoot(aix);
    expect(messagesAt(aix, "WARNING")).toContain(
      `Network: openstack/content/0000:1: No adapter has the hardware address ${MAC.third} of "eth0": en0 with ${MAC.first} is used, by its name`,
    );
    expect(networkOf(aix)[0]).toBe("en0 up: 192.0.2.10/24");
  });

  test("is not taken by a member of an EtherChannel, and an adapter in use is left where it is", async () => {
    const data: NetworkData = {
      links: [
        linkOf("p0", MAC.first),
        linkOf("p1", MAC.second),
        { id: "b0", type: "bond", bond_links: ["p0", "p1"], bond_mode: "4" },
      ],
      networks: [ipv4On("b0", "192.0.2.10", "192.0.2.1"), ipv4On("p1", "198.51.100.10")],
    };
    const aix = machineWith(data, {
      adapters: [
        { name: "ent0", mac: MAC.first },
        { name: "ent1", mac: MAC.second },
        { name: "ent2", mac: MAC.third },
      ],
    });
    const { exec } = aix.system;
    const made = ["-s", "pseudo", "-t", "ibm_ech", "-a", "adapter_names=ent1,ent2"];
    await exec.run(["/usr/sbin/mkdev", "-c", "adapter", ...made]);
    await runBoot(aix);
    expect(resultOf(aix).errors.join("\n")).toContain(
      'Cannot make EtherChannel "bond0" of ent0, ent1: ent1 belongs to ent3, which has other members; remove that with "rmdev -dl ent3"',
    );
    expect(resultOf(aix).errors.join("\n")).toContain('Cannot give "en1" an address');
    expect(networkOf(aix).filter((line) => line.startsWith("en0"))).toEqual([]);
  });
});

describe("a plan", () => {
  for (const scenario of NETWORK_SCENARIOS) {
    test(`${scenario.name}: what it lists is what the run does`, async () => {
      const seed = networkSeed(scenario);
      // Which separator an alias has shows only when it is tried.
      const faults = { ...scenario.faults, alias6Separator: "both" } as const;
      const { network } = scenario;
      const { config } =
        typeof network === "string"
          ? parseEni(network, "content/0000")
          : parseOpenStackNetwork(network, "network_data.json");
      const planned = bootSimulatedAix({ ...seed, faults });
      const plan = planSystem(planned.system);
      const ctx = { log: createTestLogger([]), systemInfo: {} };
      const outcome = await createAixNetwork({ ...ctx, sys: plan.system }).ensure(config);
      expect(outcome).toEqual({ changed: true, problems: [] });
      expect(planned.changes).toEqual([]);
      const real = bootSimulatedAix({ ...seed, faults });
      await createAixNetwork({ ...ctx, sys: real.system }).ensure(config);
      expect(plan.changes).toEqual(real.changes);
      expect(planned.gaps).toEqual([]);
    });
  }
});

describe("what it costs", () => {
  const countOf = async (
    count: number,
  ): Promise<{ changes: number; all: number; sleptMs: number }> => {
    const macs = [MAC.first, MAC.second, MAC.third].slice(0, count);
    const aix = bootSimulatedAix({
      adapters: macs.map((mac, index) => ({ name: `ent${index}`, mac })),
    });
    let sleptMs = 0;
    const { clock } = aix.system;
    const sys = {
      ...aix.system,
      clock: {
        ...clock,
        async sleep(ms: number) {
          sleptMs += ms;
          await clock.sleep(ms);
        },
      },
    };
    const { config } = parseOpenStackNetwork(staticOn(...macs), "network_data.json");
    const ctx = { sys, log: createTestLogger([]), systemInfo: {} };
    const network = createAixNetwork(ctx);
    await network.adapters();
    await network.ensure(config);
    const changes = aix.changes.filter(({ kind }) => kind === "command").length;
    return { changes, all: aix.commands.length, sleptMs };
  };

  test("one static NIC takes 2 commands that change something, 8 in all, and no sleep", async () => {
    expect(await countOf(1)).toEqual({ changes: 2, all: 8, sleptMs: 0 });
  });

  test("each further NIC takes two: its settings and the change; the routes show them all", async () => {
    expect(await countOf(2)).toEqual({ changes: 3, all: 10, sleptMs: 0 });
    expect(await countOf(3)).toEqual({ changes: 4, all: 12, sleptMs: 0 });
  });
});

describe("what is wrong on the drive", () => {
  test("is told with file and line; the rest is applied, and nothing of it reaches a command", async () => {
    const text = [
      "iface eth0 inet static",
      " address 192.0.2.10/24",
      " gateway 192.0.2.1",
      " mtu 99999",
      " dns-nameservers 192.0.2.53 $(reboot)",
      "iface eth0:1 inet static",
      " address -a",
      "iface eth0:2 inet static",
      " address 192.0.2.11,255.255.255.0",
      "iface eth0:3 inet static",
      ' address "192.0.2.12"/24',
      "iface eth0:4 inet static",
      " address 192.0.2.13/33",
      "iface eth0:5 inet static",
      " address 192.0.2.14",
      " netmask 255.0.255.0",
      "iface eth0:6 inet static",
      " address 192.0.2.15/24",
      " post-up reboot",
      " post-up ip route add 198.51.100.0/24 via 203.0.113.1",
      "",
    ].join("\n");
    const aix = machineWith(text);
    await runBoot(aix);
    expect(networkOf(aix)).toEqual([
      "en0 up: 192.0.2.10/24 192.0.2.15/24",
      "inet0 route=net,-hopcount,0,,0,192.0.2.1",
      "default by 192.0.2.1 on en0",
    ]);
    const warnings = messagesAt(aix, "WARNING").filter((line) => line.includes("content/0000:"));
    const lines = warnings.map((line) => Number(/content\/0000:(\d+)/u.exec(line)?.[1]));
    expect([...new Set(lines)].sort((a, b) => a - b)).toEqual([4, 5, 7, 9, 11, 13, 16, 19, 20]);
    for (const line of commandLines(aix)) {
      expect(line).not.toMatch(/reboot|99999|-a -a|"|\/33|203\.0\.113/u);
    }
  });

  test("ten thousand interfaces are few problems, and the one that is there is configured", async () => {
    const text = Array.from(
      { length: 10_000 },
      (_, index) =>
        `iface eth${index} inet static\n address 10.${index >> 8}.${index & 255}.1/24\n`,
    ).join("");
    const aix = machineWith(text);
    const startMs = performance.now();
    await runBoot(aix);
    expect(performance.now() - startMs).toBeLessThan(10_000);
    expect(networkOf(aix)[0]).toBe("en0 up: 10.0.0.1/24");
    expect(resultOf(aix).errors.length).toBeLessThan(30);
  });
});
