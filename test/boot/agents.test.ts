// Agents of Puppet, Salt, MCollective and Ansible over a machine's first boot, later boots and a new
// deploy.
import { describe, expect, test } from "bun:test";
import { defaultConfigFiles } from "../../src/config/default-cloud-cfg.ts";
import { bootSimulatedLinux } from "../../src/simulator/linux/simulated-linux.ts";
import { exists, readText } from "../../src/system/files.ts";
import type { System } from "../../src/system/system.ts";
import { runBoot } from "../support/boot-scenario.ts";
import { machineChanges } from "../support/machine-state.ts";
import { planCommand } from "../support/plan-command.ts";
import {
  buildDrive,
  commandLines,
  createMachine,
  messagesAt,
  textAt,
} from "../support/sample-machine.ts";

const CLEAN = { "init-local": 0, init: 0, "modules-config": 0, "modules-final": 0 };
const KEY = "-----BEGIN RSA PRIVATE KEY-----\nMARKkey\n-----END RSA PRIVATE KEY-----\n";
const CONFIG = {
  puppet: {
    conf: { agent: { server: "puppet.example.com", certname: "%f" } },
    csr_attributes: { custom_attributes: { "1.2.3.4": "MARKcsr" } },
    exec: true,
  },
  salt_minion: {
    conf: { master: "salt.example.com" },
    public_key: "-----BEGIN PUBLIC KEY-----\nabc\n-----END PUBLIC KEY-----\n",
    private_key: KEY,
  },
  mcollective: { conf: { connector: "activemq", "private-cert": KEY } },
  ansible: {
    install_method: "distro",
    package_name: "ansible",
    pull: {
      url: "https://bot:MARKurl@git.example.com/machines.git",
      playbook_name: "aix.yml",
      extra_vars: { token: "MARKvars" },
    },
  },
};
const userData = (config: unknown = CONFIG): string => `#cloud-config\n${JSON.stringify(config)}\n`;

/** What agents are made of; the rest of a boot is others' to test. */
function own(lines: readonly string[]): readonly string[] {
  return lines
    .filter((line) => /puppet|salt|mcollective|ansible|\/dnf |apt-get|\bgit\b/u.test(line))
    .map((line) => line.replace(/ansible-[0-9a-f]{16}/gu, "ansible-RANDOM"));
}

describe("agents on AIX", () => {
  test("are set up at the first boot; a later boot changes nothing, a new deploy nothing but what runs anew", async () => {
    const aix = createMachine({ drive: buildDrive({ userData: userData() }) });
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(messagesAt(aix, "WARNING")).toEqual([
      expect.stringContaining('Cannot start salt_minion: SRC knows no subsystem "salt-minion"'),
    ]);
    expect(own(commandLines(aix)).filter((line) => !/lssrc|lsitab|rpm -q/u.test(line))).toEqual([
      "/opt/freeware/bin/dnf -y makecache",
      "/opt/freeware/bin/dnf -y install puppet-agent",
      "/opt/puppetlabs/bin/puppet agent --test",
      "/usr/bin/startsrc -s puppet",
      "/usr/sbin/mkitab puppet:2:once:/usr/bin/startsrc -s puppet > /dev/null 2>&1",
      "/opt/freeware/bin/dnf -y makecache",
      "/opt/freeware/bin/dnf -y install salt-minion",
      "/usr/bin/startsrc -s salt-minion",
      "/opt/freeware/bin/dnf -y makecache",
      "/opt/freeware/bin/dnf -y install mcollective",
      "/usr/bin/startsrc -s mcollective",
      "/usr/sbin/mkitab mcollective:2:once:/usr/bin/startsrc -s mcollective > /dev/null 2>&1",
      "/opt/freeware/bin/dnf -y makecache",
      "/opt/freeware/bin/dnf -y install ansible",
      "/opt/freeware/bin/dnf -y makecache",
      "/opt/freeware/bin/dnf -y install git",
      "/opt/freeware/bin/ansible-pull --url=https://git.example.com/machines.git --extra-vars=@/run/cloud-init/ansible-RANDOM/1 aix.yml",
    ]);
    expect(textAt(aix, "/etc/puppetlabs/puppet/puppet.conf")).toContain(
      "certname = vm1.example.com\n",
    );
    const log = textAt(aix, "/var/log/cloud-init.log");
    expect(`${log}${JSON.stringify(aix.commands)}${aix.output.stdout}`).not.toContain("MARK");

    const mark = aix.changes.length;
    aix.reboot();
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(own(machineChanges(aix, mark))).toEqual([]);

    const metaData = { uuid: "0a1b2c3d-0000-4000-8000-000000000002" };
    aix.media.set("cd0", buildDrive({ userData: userData(), metaData }));
    const deploy = aix.changes.length;
    aix.reboot();
    expect(await runBoot(aix)).toEqual(CLEAN);
    // The simulated boot ends where rc2.d begins: what inittab starts behind it is down.
    expect(own(machineChanges(aix, deploy)).filter((line) => line.startsWith("command"))).toEqual([
      "command /opt/puppetlabs/bin/puppet agent --test",
      "command /usr/bin/startsrc -s puppet",
      "command /usr/bin/startsrc -s salt-minion",
      "command /usr/bin/startsrc -s mcollective",
      "command /opt/freeware/bin/ansible-pull --url=https://git.example.com/machines.git --extra-vars=@/run/cloud-init/ansible-RANDOM/1 aix.yml",
    ]);
    expect(aix.gaps).toEqual([]);
  });

  test("one that cannot be had does not keep the others away", async () => {
    const config = {
      puppet: { package_name: "no-such-puppet" },
      salt_minion: { pkg_name: "no-such-minion", conf: { file_client: "local" } },
      ansible: { ...CONFIG.ansible, pull: { url: 5, playbook_name: ["x"] } },
      mcollective: CONFIG.mcollective,
    };
    const aix = createMachine({ drive: buildDrive({ userData: userData(config) }) });
    const codes = await runBoot(aix);
    expect(codes["modules-config"]).toBeGreaterThanOrEqual(3);
    const warnings = messagesAt(aix, "WARNING").join("\n");
    for (const word of ["no-such-puppet", "no-such-minion", "ansible.pull"]) {
      expect(warnings).toContain(word);
    }
    expect(own(commandLines(aix))).toContain("/usr/bin/startsrc -s mcollective");
    expect(aix.gaps).toEqual([]);
  });

  test("a plan shows what would be done, and no secret", async () => {
    const plan = await planCommand(["drive.iso", "--diff"], {
      files: { "/images/drive.iso": buildDrive({ userData: userData() }) },
    });
    const text = `${plan.stdout}${plan.stderr}`;
    for (const line of [
      "dnf -y install puppet-agent",
      "startsrc -s puppet",
      "startsrc -s mcollective",
      "script  /opt/freeware/bin/ansible-pull",
    ]) {
      expect(text).toContain(line);
    }
    expect(text).not.toContain("MARK");
  });
});

const SEED = "/var/lib/cloud/seed/config_drive/openstack/latest";
const metaData = (uuid: string): string => JSON.stringify({ uuid, hostname: "vm1.example.com" });

function createLinux(distro: string, config: unknown) {
  const files = defaultConfigFiles("linux").map(({ name, content }) => [
    `/etc/cloud/${name}`,
    content,
  ]);
  const linux = bootSimulatedLinux({
    distro,
    files: {
      ...Object.fromEntries(files),
      [`${SEED}/meta_data.json`]: metaData("i-1"),
      [`${SEED}/user_data`]: userData(config),
    },
  });
  const commands: string[] = [];
  const { exec } = linux.system;
  const system: System = {
    ...linux.system,
    exec: {
      ...exec,
      run: (argv, options) => {
        commands.push(argv.join(" "));
        return exec.run(argv, options);
      },
    },
  };
  return { ...linux, system, commands, own: () => own(commands) };
}

describe("agents on Linux", () => {
  const LINUX = { ...CONFIG, ansible: { ...CONFIG.ansible, package_name: "ansible-core" } };

  test("Debian: packages start what they bring; it is restarted with its settings", async () => {
    const linux = createLinux("debian", LINUX);
    const { fs } = linux.system;
    expect(await runBoot(linux)).toEqual(CLEAN);
    expect(linux.own().filter((line) => !line.includes("apt-get"))).toEqual([
      "/usr/bin/puppet agent --test",
      "/usr/bin/systemctl --no-block restart puppet.service",
      "/usr/bin/ansible-pull --url=https://git.example.com/machines.git --extra-vars=@/run/cloud-init/ansible-RANDOM/1 aix.yml",
      "/usr/bin/systemctl --no-block restart mcollective.service",
      "/usr/bin/systemctl --no-block restart salt-minion.service",
    ]);
    expect(linux.own().filter((line) => line.includes(" install "))).toHaveLength(5);
    expect(readText(fs, "/etc/puppet/puppet.conf")).toContain("certname = vm1.example.com\n");
    expect(`${readText(fs, "/var/log/cloud-init.log")}${linux.output.stdout}`).not.toContain(
      "MARK",
    );
    for (const [uuid, expected] of [
      ["i-1", []],
      ["i-2", ["puppet agent", "ansible-pull"]],
    ] as const) {
      linux.commands.length = 0;
      fs.remove("/run/cloud-init");
      fs.write(`${SEED}/meta_data.json`, metaData(uuid));
      expect(await runBoot(linux)).toEqual(CLEAN);
      expect(linux.own().map((line) => /puppet agent|ansible-pull/u.exec(line)?.[0])).toEqual([
        ...expected,
      ]);
    }
    expect(linux.gaps).toEqual([]);
  });

  test("Red Hat: services are enabled and started; without a master Salt's is off", async () => {
    const config = { ...LINUX, salt_minion: { conf: { file_client: "local" } } };
    const linux = createLinux("rhel", config);
    expect(await runBoot(linux)).toEqual(CLEAN);
    expect(linux.own().filter((line) => !line.includes("/dnf "))).toEqual([
      "/opt/puppetlabs/bin/puppet agent --test",
      "/usr/bin/systemctl enable puppet.service",
      "/usr/bin/systemctl --no-block start puppet.service",
      "/usr/bin/ansible-pull --url=https://git.example.com/machines.git --extra-vars=@/run/cloud-init/ansible-RANDOM/1 aix.yml",
      "/usr/bin/systemctl enable mcollective.service",
      "/usr/bin/systemctl --no-block start mcollective.service",
      "/usr/bin/salt-call --local --retcode-passthrough state.apply",
    ]);
    expect(exists(linux.system.fs, "/etc/puppetlabs/puppet/puppet.conf")).toBe(true);
    expect(linux.gaps).toEqual([]);
  });
});
