import { describe, expect, test } from "bun:test";
import type { SimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import { readTextIfExists } from "../../src/system/files.ts";
import { runBoot } from "../support/boot-scenario.ts";
import { machineChanges, machineState } from "../support/machine-state.ts";
import {
  buildDrive,
  CLOUD_DIR,
  createMachine,
  detachDrive,
  type MachineOptions,
  messagesAt,
  textAt,
} from "../support/sample-machine.ts";
import {
  createScriptedLinux,
  type ScriptedLinux,
  type ScriptedLinuxOptions,
} from "../support/scripted-linux.ts";

const CLEAN = { "init-local": 0, init: 0, "modules-config": 0, "modules-final": 0 };

/** The shipped list of init modules without some of them. */
function listWithout(...names: readonly string[]): string {
  const list = ["migrator", "write-files", "set_hostname", "update_hostname", "update_etc_hosts"];
  return `cloud_init_modules: [${list.filter((name) => !names.includes(name)).join(", ")}]\n`;
}

const PREVIOUS = `${CLOUD_DIR}/data/previous-hostname`;

/** As `smitty hostname` does. */
async function rename(aix: SimulatedAix, name: string): Promise<void> {
  await aix.system.exec.run(["/usr/sbin/chdev", "-l", "inet0", "-a", `hostname=${name}`]);
}

function storedName(aix: SimulatedAix): string | undefined {
  return aix.machine.attributes.find(
    ({ device, attribute }) => device === "inet0" && attribute === "hostname",
  )?.value;
}

/** A machine that is deployed as vm1.example.com. */
async function deploy(options: MachineOptions = {}): Promise<SimulatedAix> {
  const aix = createMachine({ drive: buildDrive(), ...options });
  expect(await runBoot(aix)).toEqual(CLEAN);
  return aix;
}

async function bootAgain(aix: SimulatedAix): Promise<void> {
  aix.reboot();
  expect(await runBoot(aix)).toEqual(CLEAN);
  expect(aix.gaps).toEqual([]);
}

describe("the host name on AIX", () => {
  test("is set for good, now and for uname, at the first boot, and once", async () => {
    const aix = await deploy();
    expect([storedName(aix), aix.machine.hostname, aix.machine.nodeName]).toEqual([
      "vm1",
      "vm1",
      "vm1",
    ]);
    expect(textAt(aix, PREVIOUS)).toBe("vm1\n");
    const mark = aix.changes.length;
    await bootAgain(aix);
    expect(machineChanges(aix, mark)).toEqual([]);
  });

  test("an administrator's name is put back at each boot while update_hostname is listed", async () => {
    const aix = await deploy();
    for (const name of ["mine", "mine.example.com"]) {
      await rename(aix, name);
      detachDrive(aix);
      await bootAgain(aix);
      expect([storedName(aix), aix.machine.hostname, aix.machine.nodeName]).toEqual([
        "vm1",
        "vm1",
        "vm1",
      ]);
    }
    expect(textAt(aix, PREVIOUS)).toBe("vm1\n");
  });

  test("an administrator's name stays where update_hostname is taken off the list", async () => {
    const aix = await deploy({ config: listWithout("update_hostname") });
    await rename(aix, "mine");
    await bootAgain(aix);
    expect([storedName(aix), aix.machine.hostname]).toEqual(["mine", "mine"]);
    expect(readTextIfExists(aix.system.fs, PREVIOUS)).toBeUndefined();
  });

  test("an administrator's name stays with preserve_hostname, which may come later", async () => {
    const aix = await deploy();
    await rename(aix, "mine");
    aix.system.fs.write(
      "/opt/freeware/etc/cloud/cloud.cfg.d/60_mine.cfg",
      "preserve_hostname: true\n",
    );
    await bootAgain(aix);
    expect([storedName(aix), aix.machine.hostname]).toEqual(["mine", "mine"]);
    expect(textAt(aix, PREVIOUS)).toBe("vm1\n");
  });

  test("a new deploy of the disk gives the new name, whatever it was called before", async () => {
    const aix = await deploy();
    await rename(aix, "mine");
    aix.media.set(
      "cd0",
      buildDrive({ metaData: { uuid: "0a1b2c3d-0000-4000-8000-000000000002", hostname: "vm2" } }),
    );
    await bootAgain(aix);
    expect([storedName(aix), aix.machine.hostname]).toEqual(["vm2", "vm2"]);
    expect(textAt(aix, PREVIOUS)).toBe("vm2\n");
  });
});

describe("/etc/hosts and the name from DNS on AIX", () => {
  test("manage_etc_hosts gives the deployed address its name; later boots change nothing", async () => {
    const aix = await deploy({ config: "manage_etc_hosts: true\n" });
    expect(textAt(aix, "/etc/hosts")).toEndWith(
      "127.0.0.1 loopback localhost\n::1 loopback localhost\n192.0.2.20 vm1.example.com vm1\n",
    );
    expect(textAt(aix, "/etc/hosts.cloud-init.orig")).toContain("golden.old.example.com");
    const before = machineState(aix);
    const mark = aix.changes.length;
    await bootAgain(aix);
    expect(machineChanges(aix, mark)).toEqual([]);
    expect(machineState(aix)).toEqual(before);
  });

  test("an address that an administrator gave the machine later is in the file from then on", async () => {
    const aix = await deploy({ config: "manage_etc_hosts: true\n" });
    await aix.system.exec.run(["/usr/sbin/chdev", "-l", "en0", "-a", "netaddr=192.0.2.99"]);
    await bootAgain(aix);
    expect(textAt(aix, "/etc/hosts")).toEndWith("\n192.0.2.99 vm1.example.com vm1\n");
  });

  test("manage_etc_hosts: localhost keeps what is there", async () => {
    const aix = await deploy({ config: "manage_etc_hosts: localhost\n" });
    await bootAgain(aix);
    const text = textAt(aix, "/etc/hosts");
    expect(text).toContain("loopback localhost vm1.example.com vm1\t# loopback (lo0)");
    expect(text).toContain("golden.old.example.com");
  });

  test("set_hostname_from_dns takes the name of the address, and update_hostname keeps it", async () => {
    const aix = await deploy({
      config:
        "cloud_init_modules: [set_hostname_from_dns, update_hostname]\nset_dns_shortname: true\n",
      files: { "/etc/hosts": "192.0.2.20 dns1.example.com dns1\n" },
    });
    expect(storedName(aix)).toBe("dns1");
    await rename(aix, "mine");
    await bootAgain(aix);
    expect([storedName(aix), aix.machine.hostname]).toEqual(["dns1", "dns1"]);
  });

  test("set_hostname_from_dns falls back to the deployed name", async () => {
    const aix = await deploy({
      config: "cloud_init_modules: [set_hostname_from_dns, update_hostname]\n",
    });
    expect(aix.gaps).toEqual([]);
    expect(storedName(aix)).toBe("vm1");
    expect(messagesAt(aix, "WARNING")).toContain("No hostname found for IP address 192.0.2.20");
    expect(messagesAt(aix, "INFO")).toContain(
      "Fall back to setting hostname on VM as vm1.example.com",
    );
  });
});

describe("the host name on Linux", () => {
  const LIST = "cloud_init_modules: [set_hostname, update_hostname, update_etc_hosts]\n";
  const OTHERS = "cloud_config_modules: []\ncloud_final_modules: []\n";

  async function deployLinux(options: ScriptedLinuxOptions = {}): Promise<ScriptedLinux> {
    const linux = createScriptedLinux({ config: LIST + OTHERS, ...options });
    expect(await runBoot(linux)).toEqual(CLEAN);
    return linux;
  }

  async function bootLinuxAgain(linux: ScriptedLinux): Promise<void> {
    linux.reboot();
    expect(await runBoot(linux)).toEqual(CLEAN);
  }

  function previousOf(linux: ScriptedLinux): string | undefined {
    return readTextIfExists(linux.system.fs, "/var/lib/cloud/data/previous-hostname");
  }

  test("is set at the first boot and remembered", async () => {
    const linux = await deployLinux();
    expect([linux.hostname(), previousOf(linux)]).toEqual(["vm1", "vm1\n"]);
    await bootLinuxAgain(linux);
    expect(linux.hostname()).toBe("vm1");
    expect(linux.commands.filter(([program]) => program === "/usr/bin/hostname")).toHaveLength(1);
  });

  test("an administrator's name stays, with update_hostname listed and without", async () => {
    for (const config of [LIST, "cloud_init_modules: [set_hostname]\n"]) {
      const linux = await deployLinux({ config: config + OTHERS });
      linux.rename("mine");
      await bootLinuxAgain(linux);
      await bootLinuxAgain(linux);
      expect(linux.hostname()).toBe("mine");
    }
  });

  test("a name that changes in the configuration follows, unless an administrator's is there", async () => {
    const linux = await deployLinux();
    linux.system.fs.write("/etc/cloud/cloud.cfg.d/60_name.cfg", "hostname: vm2\n");
    await bootLinuxAgain(linux);
    expect([linux.hostname(), previousOf(linux)]).toEqual(["vm2", "vm2\n"]);
    linux.rename("mine");
    linux.system.fs.write("/etc/cloud/cloud.cfg.d/60_name.cfg", "hostname: vm3\n");
    await bootLinuxAgain(linux);
    expect([linux.hostname(), previousOf(linux)]).toEqual(["mine", "vm2\n"]);
  });
});
