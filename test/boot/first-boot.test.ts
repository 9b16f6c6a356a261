import { beforeAll, describe, expect, test } from "bun:test";
import type { SimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import { VERSION } from "../../src/version.ts";
import { runBoot } from "../support/boot-scenario.ts";
import { machineChanges } from "../support/machine-state.ts";
import {
  buildDrive,
  CLOUD_DIR,
  commandLines,
  createMachine,
  detachDrive,
  DRIVE_ID,
  ledgerOf,
  logLines,
  messagesAt,
  modeAt,
  resultOf,
  SAMPLE_ID,
  sampleDrive,
  semaphoresOf,
  statusOf,
  textAt,
} from "../support/sample-machine.ts";

const DATASOURCE = "DataSourceConfigDriveNet [net,ver=2][source=cd0]";
const OWN = `${CLOUD_DIR}/instances/${SAMPLE_ID}`;

describe("the first boot of the sample drive", () => {
  let aix: SimulatedAix;
  let codes: unknown;

  beforeAll(async () => {
    aix = createMachine({
      drive: sampleDrive(),
      userCode: (argv) => ({ stdout: `output of ${argv.at(-1)}\n` }),
    });
    codes = await runBoot(aix);
  });

  test("every stage ends with exit code 0", () => {
    expect(codes).toEqual({ "init-local": 0, init: 0, "modules-config": 0, "modules-final": 0 });
  });

  test("calls no command that nobody simulates", () => {
    expect(aix.gaps).toEqual([]);
  });

  test("makes these changes to the machine, and no others", () => {
    expect(machineChanges(aix)).toMatchSnapshot();
  });

  test("asks and tells AIX this", () => {
    expect(commandLines(aix)).toMatchSnapshot();
  });

  test("the link leads to the instance by its absolute path", () => {
    expect(aix.system.fs.readLink(`${CLOUD_DIR}/instance`)).toBe(OWN);
    expect(textAt(aix, `${CLOUD_DIR}/data/instance-id`)).toBe(`${SAMPLE_ID}\n`);
    expect(textAt(aix, `${CLOUD_DIR}/data/previous-instance-id`)).toBe("NO_PREVIOUS_INSTANCE_ID\n");
    expect(textAt(aix, "/run/cloud-init/.instance-id")).toBe(`${SAMPLE_ID}\n`);
    expect(textAt(aix, `${OWN}/datasource`)).toBe(`DataSourceConfigDriveNet: ${DATASOURCE}\n`);
  });

  test.each([
    ["obj.pkl", "0400"],
    ["user-data.txt", "0600"],
    ["user-data.txt.i", "0600"],
    ["vendor-data.txt", "0600"],
    ["vendor-data.txt.i", "0600"],
    ["cloud-config.txt", "0600"],
    ["vendor-cloud-config.txt", "0600"],
    ["network-config.json", "0600"],
    ["machine-id", "0600"],
    ["ledger.jsonl", "0600"],
    ["datasource", "0644"],
    ["boot-finished", "0644"],
    ["scripts/runcmd", "0700"],
    ["sem/config_write_files", "0644"],
    ["sem", "0755"],
    ["scripts", "0755"],
    ["handlers", "0755"],
  ])("instances/ID/%s has mode %s", (name, mode) => {
    expect(modeAt(aix, `${OWN}/${name}`)).toBe(mode);
  });

  test.each(["per-boot", "per-instance", "per-once", "vendor"])(
    "scripts/%s is there for the admin",
    (name) => {
      expect(modeAt(aix, `${CLOUD_DIR}/scripts/${name}`)).toBe("0755");
    },
  );

  test("user-data is kept as it came", () => {
    expect(textAt(aix, `${OWN}/user-data.txt`)).toStartWith(
      "#cloud-config\n# What an AIX team might give",
    );
  });

  test("work of once per instance has left its semaphore, work of each boot none", () => {
    const semaphores = semaphoresOf(aix, SAMPLE_ID);
    for (const name of [
      "config_injected_files",
      "config_network",
      "config_runcmd",
      "config_scripts_user",
      "config_set_hostname",
      "config_users_groups",
      "config_write_files",
      "consume_data",
    ]) {
      expect(semaphores).toContain(name);
    }
    expect(semaphores).not.toContain("config_bootcmd");
    expect(semaphores).not.toContain("config_update_hostname");
    expect(semaphores).not.toContain("config_final_message");
    expect(textAt(aix, `${OWN}/sem/config_write_files`)).toMatch(/^\d+: \d+(?:\.\d+)?\n$/u);
    expect(aix.system.fs.list(`${CLOUD_DIR}/sem`)).toEqual(["config_scripts_per_once.once"]);
  });

  test("the journal is gone when nothing is left undone", () => {
    expect(aix.system.fs.stat(`${CLOUD_DIR}/data/journal.json`)).toBeUndefined();
  });

  test("status.json tells of four stages that ended without errors", () => {
    const status = statusOf(aix);
    expect(status.datasource).toBe(DATASOURCE);
    expect(status.stage).toBeNull();
    for (const name of ["init-local", "init", "modules-config", "modules-final"]) {
      const stage = status[name];
      expect(stage?.errors).toEqual([]);
      expect(stage?.finished ?? 0).toBeGreaterThanOrEqual(stage?.start ?? Infinity);
    }
    expect(modeAt(aix, `${CLOUD_DIR}/data/status.json`)).toBe("0644");
    expect(textAt(aix, "/run/cloud-init/status.json")).toBe(
      textAt(aix, `${CLOUD_DIR}/data/status.json`),
    );
  });

  test("result.json is the sign that all is done, in both places", () => {
    expect(resultOf(aix)).toEqual({ datasource: DATASOURCE, errors: [] });
    expect(textAt(aix, "/run/cloud-init/result.json")).toBe(
      textAt(aix, `${CLOUD_DIR}/data/result.json`),
    );
  });

  test("grep ^Cloud in the output log lists the running times of the stages", () => {
    const lines = textAt(aix, "/var/log/cloud-init-output.log").split("\n");
    const times = lines.filter((line) => line.startsWith("Cloud"));
    expect(times.map((line) => line.replace(/ at .*$/u, ""))).toEqual([
      `Cloud-init v. ${VERSION} running 'init-local'`,
      `Cloud-init v. ${VERSION} running 'init'`,
      `Cloud-init v. ${VERSION} running 'modules:config'`,
      `Cloud-init v. ${VERSION} running 'modules:final'`,
    ]);
    for (const line of times) {
      expect(line).toMatch(/ at Fri, 02 Jan 2026 03:04:\d\d \+0000\. Up \d+\.\d\d seconds\.$/u);
    }
  });

  test("the output log has the network tables, the output of user code and the last message", () => {
    const output = textAt(aix, "/var/log/cloud-init-output.log");
    expect(output).toContain("ci-info: |  en0   | True |   192.0.2.20  |  255.255.255.0  |");
    expect(output).toContain("output of /run/cloud-init/bootcmd.sh\n");
    expect(output).toContain(`output of ${OWN}/scripts/runcmd\n`);
    expect(output).toMatch(/^aixdemo1 is up after \d+\.\d\d seconds$/mu);
    expect(modeAt(aix, "/var/log/cloud-init-output.log")).toBe("0640");
  });

  test("the log has the lines that analyze reads, and warns of nothing but sudo", () => {
    const lines = logLines(aix);
    expect(lines).toContain(
      "stages.ts[DEBUG]: start: init-local/search: searching for datasources",
    );
    expect(
      lines.some((line) => /finish: init-network\/config-write_files: SUCCESS/u.test(line)),
    ).toBe(true);
    expect(messagesAt(aix, "ERROR")).toEqual([]);
    for (const message of messagesAt(aix, "WARNING")) {
      expect(message).toContain("sudo is not installed");
    }
    expect(modeAt(aix, "/var/log/cloud-init.log")).toBe("0640");
  });

  test("the ledger has a line for each step, with the line of user-data where it is known", () => {
    const ledger = ledgerOf(aix, SAMPLE_ID);
    expect(ledger.filter(({ outcome }) => outcome === "failed")).toEqual([]);
    expect(ledger).toContainEqual(
      expect.objectContaining({ kind: "datasource", what: DATASOURCE, outcome: "ok" }),
    );
    expect(ledger).toContainEqual(
      expect.objectContaining({
        stage: "init",
        module: "write_files",
        kind: "file",
        what: "/etc/orders/orders.conf",
        source: "user-data",
        line: 20,
      }),
    );
    expect(ledger).toContainEqual(
      expect.objectContaining({ kind: "script", what: `${OWN}/scripts/runcmd`, exitCode: 0 }),
    );
  });

  test("the network is up in the kernel and kept in the device database", () => {
    const { interfaces, routes, attributes } = aix.machine;
    const addresses = interfaces.flatMap((iface) =>
      iface.addresses.map(
        ({ address, prefixLength }) =>
          `${iface.name} ${iface.isUp ? "up" : "down"} ${address}/${prefixLength}`,
      ),
    );
    expect(addresses).toContain("en0 up 192.0.2.20/24");
    expect(addresses).toContain("en1 up 198.51.100.20/25");
    expect(routes.map((route) => `${route.destination} ${route.gateway}`)).toEqual([
      "0.0.0.0 192.0.2.1",
    ]);
    expect(attributes).toContainEqual({
      device: "inet0",
      attribute: "route",
      value: "net,-hopcount,0,,0,192.0.2.1",
    });
    expect(textAt(aix, "/etc/resolv.conf")).toContain("nameserver 192.0.2.53\n");
  });

  test("the host name is the drive's, running and kept", () => {
    expect(aix.machine.hostname).toBe("aixdemo1");
    expect(aix.machine.nodeName).toBe("aixdemo1");
    expect(aix.machine.attributes).toContainEqual({
      device: "inet0",
      attribute: "hostname",
      value: "aixdemo1",
    });
  });

  test("the user is there, and keys are where sshd looks for them", () => {
    expect(textAt(aix, "/etc/passwd")).toMatch(/^deploy:!?\*?:\d+:1:Deployment:\/home\/deploy:/mu);
    expect(textAt(aix, "/etc/group")).toMatch(/^orders:!:\d+:.*deploy/mu);
    expect(textAt(aix, "/home/deploy/.ssh/authorized_keys")).toContain("deploy@example.com");
    expect(modeAt(aix, "/home/deploy/.ssh/authorized_keys")).toBe("0600");
    expect(modeAt(aix, "/home/deploy/.ssh")).toBe("0700");
    expect(textAt(aix, "/.ssh/authorized_keys")).toContain("admin@example.com");
    expect(modeAt(aix, "/etc/sudoers.d/90-cloud-init-users")).toBe("0440");
  });

  test("files of user-data and of the cloud are there with their modes", () => {
    expect(textAt(aix, "/etc/orders/orders.conf")).toBe("environment=production\nregion=lab\n");
    expect(modeAt(aix, "/etc/orders/orders.conf")).toBe("0640");
    expect(modeAt(aix, "/opt/orders/bin/hello")).toBe("0755");
    expect(textAt(aix, "/etc/motd.site")).toBe("Deployed by PowerVC\n");
    expect(modeAt(aix, "/etc/motd.site")).toBe("0660");
  });

  test("nothing is left mounted or lying about", () => {
    expect(aix.machine.mounts.filter(({ vfs }) => vfs === "cdrfs")).toEqual([]);
    expect(aix.system.fs.stat("/run/cloud-init/bootcmd.sh")).toBeUndefined();
    expect(aix.system.fs.list("/tmp")).toEqual([]);
  });
});

describe("a plain static deploy", () => {
  test("takes at most 25 AIX commands in all four stages", async () => {
    const aix = createMachine({ drive: buildDrive({}), adapters: [ADAPTER] });
    expect(Object.values(await runBoot(aix))).toEqual([0, 0, 0, 0]);
    expect(aix.gaps).toEqual([]);
    expect(aix.machine.hostname).toBe("vm1");
    expect(textAt(aix, `${CLOUD_DIR}/data/instance-id`)).toBe(`${DRIVE_ID}\n`);
    expect(aix.commands.length).toBeLessThanOrEqual(25);
  });

  test.each([
    ["takes them", "*.info\t/var/log/messages\n", 1],
    ["takes others only", "aso.notice\t/var/log/aso/aso.log\n", 0],
  ])("syslog gets the fingerprints of host keys where a rule %s", async (_, rules, count) => {
    const aix = createMachine({ drive: buildDrive({}), files: { "/etc/syslog.conf": rules } });
    expect(Object.values(await runBoot(aix))).toEqual([0, 0, 0, 0]);
    expect(commandLines(aix).filter((line) => line.includes("/logger"))).toHaveLength(count);
  });

  test("the next boots ask at most 7 things, and 9 without the drive", async () => {
    const aix = createMachine({ drive: buildDrive({}), adapters: [ADAPTER] });
    await runBoot(aix);
    for (const [isDetached, bound] of [
      [false, 7],
      [true, 9],
    ] as const) {
      if (isDetached) {
        detachDrive(aix);
      }
      aix.reboot();
      const mark = aix.commands.length;
      expect(Object.values(await runBoot(aix))).toEqual([0, 0, 0, 0]);
      expect(aix.commands.length - mark).toBeLessThanOrEqual(bound);
    }
  });

  test("a user, files and commands add only what they need", async () => {
    const plain = createMachine({ drive: buildDrive({}), adapters: [ADAPTER] });
    await runBoot(plain);
    const userData = `#cloud-config
users:
  - default
  - {name: deploy, ssh_authorized_keys: [ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKp0 a@example.com]}
write_files: [{path: /etc/a, content: a}]
runcmd: [ls]
`;
    const aix = createMachine({ drive: buildDrive({ userData }), adapters: [ADAPTER] });
    expect(Object.values(await runBoot(aix))).toEqual([0, 0, 0, 0]);
    // lsuser, mkuser, the script of runcmd.
    expect(aix.commands.length - plain.commands.length).toBeLessThanOrEqual(4);
  });

  test("nothing sleeps: simulated time passes in commands only", async () => {
    const aix = createMachine({ drive: buildDrive({}), adapters: [ADAPTER] });
    const before = aix.system.clock.monotonicMs();
    await runBoot(aix);
    expect(aix.system.clock.monotonicMs() - before).toBeLessThanOrEqual(aix.commands.length * 20);
  });
});

const ADAPTER = { name: "ent0", mac: "fa:16:3e:5c:1a:01" };
