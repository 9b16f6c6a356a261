// The interface of a guest of Power Virtual Server for its metadata service (DECISIONS 9; compat
// datasources-clouds.md §13): an adapter of its own with 169.254.169.253, without a gateway.
import { describe, expect, test } from "bun:test";
import { defaultConfigFiles } from "../../../src/config/default-cloud-cfg.ts";
import { bootSimulatedLinux } from "../../../src/simulator/linux/simulated-linux.ts";
import type { SimulatedAix } from "../../../src/simulator/aix/simulated-aix.ts";
import { runBoot } from "../../support/boot-scenario.ts";
import { CLEAN } from "../../support/run-by-hand.ts";
import { describeNetwork } from "../../support/describe-network.ts";
import { machineChanges } from "../../support/machine-state.ts";
import { ipv4On, linkOf, MAC, networkDrive } from "../../support/network-scenarios.ts";
import { commandLines, createMachine, resultOf, textAt } from "../../support/sample-machine.ts";

const ADDRESS = "169.254.169.253";
const ADAPTERS = [
  { name: "ent0", mac: MAC.first },
  { name: "ent1", mac: MAC.second },
];
const FIRST = {
  links: [linkOf("tap0", MAC.first)],
  networks: [ipv4On("tap0", "192.0.2.10", "192.0.2.1")],
};
const CONFIG = "manage_etc_hosts: true\n";

function networkOf(aix: SimulatedAix): readonly string[] {
  return describeNetwork(aix.machine, aix.system.clock.now().getTime());
}

describe("the interface for the metadata service", () => {
  test("that the drive does not describe is left alone, at a deploy, a boot and a new deploy", async () => {
    const aix = createMachine({ adapters: ADAPTERS, drive: networkDrive(FIRST), config: CONFIG });
    // As IBM's page has it done by hand.
    const settings = ["-a", `netaddr=${ADDRESS}`, "-a", "netmask=255.255.0.0", "-a", "state=up"];
    await aix.system.exec.run(["/usr/sbin/chdev", "-l", "en1", ...settings]);
    const before = structuredClone(aix.machine.interfaces.find(({ name }) => name === "en1"));
    expect(networkOf(aix)).toContain(`en1 up: ${ADDRESS}/16`);
    const mark = aix.changes.length;
    const drives = [undefined, undefined, networkDrive(FIRST, { uuid: "another-instance" })];
    for (const drive of drives) {
      if (drive !== undefined) {
        aix.media.set("cd0", drive);
      }
      expect(await runBoot(aix)).toEqual(CLEAN);
      expect(networkOf(aix)).toContain(`en1 up: ${ADDRESS}/16`);
      aix.reboot();
    }
    expect(machineChanges(aix, mark).filter((line) => /\ben1\b|169\.254/u.test(line))).toEqual([]);
    const after = aix.machine.interfaces.find(({ name }) => name === "en1");
    expect(after?.addresses).toEqual(before?.addresses ?? []);
    expect(textAt(aix, "/etc/hosts")).not.toContain("169.254");
    expect(commandLines(aix).filter((line) => /mktcpip|rmdev.*en[t]?1/u.test(line))).toEqual([]);
    expect(aix.gaps).toEqual([]);
  });

  test("that the drive describes gets its address and mask, and is no way out", async () => {
    const service = {
      ...ipv4On("tap1", ADDRESS),
      netmask: "255.255.255.252",
    };
    const network = {
      // First, where a careless reader would take it for the primary one.
      links: [linkOf("tap1", MAC.second), ...FIRST.links],
      networks: [service, ...FIRST.networks],
    };
    const aix = createMachine({ adapters: ADAPTERS, drive: networkDrive(network), config: CONFIG });
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(resultOf(aix).errors).toEqual([]);
    const expected = [
      "en0 up: 192.0.2.10/24",
      `en1 up: ${ADDRESS}/30`,
      "inet0 route=net,-hopcount,0,,0,192.0.2.1",
      "default by 192.0.2.1 on en0",
    ];
    expect(networkOf(aix)).toEqual(expected);
    expect(textAt(aix, "/etc/hosts")).not.toContain("169.254");
    const asked = commandLines(aix).filter((line) => line.includes(ADDRESS));
    expect(asked.filter((line) => !line.startsWith("/usr/sbin/chdev -l en1 "))).toEqual([]);
    aix.reboot();
    const mark = aix.changes.length;
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(networkOf(aix)).toEqual(expected);
    expect(machineChanges(aix, mark).filter((line) => /chdev|ifconfig|route/u.test(line))).toEqual(
      [],
    );
  });
});

describe("the interface for the metadata service, on Linux", () => {
  /** What is set up for it, of a drive that describes it or not. */
  async function deploy(
    network: object,
  ): Promise<{ readonly units: string; readonly hosts: string }> {
    const shipped = defaultConfigFiles("linux").map(({ name, content }) => [
      `/etc/cloud/${name}`,
      content,
    ]);
    const linux = bootSimulatedLinux({
      disc: networkDrive(network as typeof FIRST),
      adapters: [
        { name: "eth0", macAddress: MAC.first },
        { name: "eth1", macAddress: MAC.second },
      ],
      files: { ...Object.fromEntries(shipped), "/etc/cloud/cloud.cfg.d/50.cfg": CONFIG },
    });
    const { fs } = linux.system;
    const text = (path: string): string => Buffer.from(fs.readBytes(path)).toString();
    expect(await runBoot(linux)).toEqual(CLEAN);
    const directory = "/etc/systemd/network";
    const names = fs.list(directory);
    const units = names.map((name) => `# ${name}\n${text(`${directory}/${name}`)}`).join("\n");
    return { units, hosts: text("/etc/hosts") };
  }

  test("is left alone where the drive does not describe it", async () => {
    const { units, hosts } = await deploy(FIRST);
    expect(units).toContain("Address=192.0.2.10/24");
    expect(units).not.toMatch(/eth1|169[.]254/u);
    expect(units).not.toContain(MAC.second);
    expect(hosts).not.toContain("169.254");
  });

  test("gets its address and no route where it does", async () => {
    const service = { ...ipv4On("tap1", ADDRESS), netmask: "255.255.255.252" };
    const { units, hosts } = await deploy({
      links: [linkOf("tap1", MAC.second), ...FIRST.links],
      networks: [service, ...FIRST.networks],
    });
    expect(units).toContain(`Address=${ADDRESS}/30`);
    expect(units.match(/Gateway=.*/gu)).toEqual(["Gateway=192.0.2.1"]);
    expect(hosts).not.toContain("169.254");
  });
});
