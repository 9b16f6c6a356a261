// The seed page (POWERVC - CLOUD INIT of the AIX blog) line by line, as compat core.md §9 lists it:
// what it shows is done here as it says, with the built binary in an AIX root. Where DECISIONS.md
// has since decided otherwise, or a module comes with a later issue, the test's name says so.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fs from "node:fs";
import {
  canUseAixRoot,
  changeAixMachine,
  clearAixCalls,
  readAixCalls,
  readAixMachine,
} from "../../scripts/aix-root.ts";
import {
  type AixScenario,
  CLOUD_CFG,
  CLOUD_DIR,
  createAixScenario,
  OUTPUT_LOG,
  SAMPLE_UUID,
  sampleDrive,
} from "../support/aix-root-scenario.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";
import {
  INSTANCE,
  INSTANCES,
  LOG,
  TRACE,
  USER_DATA,
  DEFAULT_DATASOURCE_LIST,
  linkExitCodes,
  readResult,
  redeploy,
} from "../support/seed-page.ts";

const BUILD_TIMEOUT_MS = 120_000;

describe.skipIf(requireOrSkip(canUseAixRoot()))("what the seed page shows, lines 14 to 26", () => {
  let scenario: AixScenario;

  beforeAll(async () => {
    scenario = createAixScenario({ files: { "/dev/cd0": sampleDrive(USER_DATA) } });
    await scenario.deployed();
  }, BUILD_TIMEOUT_MS);

  afterAll(() => {
    scenario.removeAll();
  });

  test("14: cloud-init single -n set_hostname", async () => {
    const root = await scenario.deployed();
    await root.sh("chdev -l inet0 -a hostname=other");
    const byFrequency = await root.agent("single", "-n", "set_hostname");
    expect(byFrequency.exitCode).toBe(0);
    expect(readAixMachine(root.path).hostname).toBe("other");
    await root.sh(`rm ${INSTANCE}/sem/config_set_hostname`);
    expect((await root.agent("single", "-n", "set_hostname")).exitCode).toBe(0);
    expect(readAixMachine(root.path).hostname).toBe("aixdemo1");
    await root.sh("chdev -l inet0 -a hostname=other");
    const always = await root.agent("single", "-n", "cc_set_hostname", "--frequency", "always");
    expect(always.exitCode).toBe(0);
    expect(readAixMachine(root.path).hostname).toBe("aixdemo1");
    expect((await root.agent("single", "-n", "no_such_module")).exitCode).toBe(1);
  });

  test("15: cloud-init modules -mode <init,config,final>", async () => {
    const root = await scenario.deployed();
    await root.sh(`rm ${INSTANCE}/sem/config_scripts_user`);
    for (const mode of ["init", "config", "final"]) {
      const { exitCode, stdout, stderr } = await root.agent("modules", "-mode", mode);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
      expect(stdout).toContain(`running 'modules:${mode}'`);
    }
    expect(root.read(TRACE)).toBe("bootcmd\nruncmd\nbootcmd\nruncmd\n");
  });

  test("16: rm -rf /opt/freeware/var/lib/cloud/instance/sem, then reboot or run it again", async () => {
    const root = await scenario.deployed();
    const before = root.list(`${INSTANCE}/sem`);
    await root.sh("rm /etc/orders/orders.conf; chdev -l inet0 -a hostname=other");
    await root.sh(`rm -rf ${INSTANCE}/sem`);
    await root.boot();
    expect(root.list(`${INSTANCE}/sem`)).toEqual(before);
    expect(root.exists("/etc/orders/orders.conf")).toBeTrue();
    expect(readAixMachine(root.path).hostname).toBe("aixdemo1");
    expect(root.read(TRACE)).toBe("bootcmd\nruncmd\nbootcmd\nruncmd\n");
    await root.sh(`rm -rf ${INSTANCE}/sem`);
    for (const args of [["init"], ["modules", "--mode", "config"], ["modules", "-m", "final"]]) {
      expect((await root.agent(...args)).exitCode).toBe(0);
    }
    // Network and injected files are the business of init --local, at the next boot.
    const ofLocalStage = ["config_injected_files", "config_network"];
    expect([...root.list(`${INSTANCE}/sem`), ...ofLocalStage].sort()).toEqual([...before]);
    expect(root.read(TRACE)).toBe("bootcmd\nruncmd\n".repeat(3));
  });

  test("16, an hour later: without the drive the semaphores can be removed as well", async () => {
    const root = await scenario.deployed();
    await root.sh(`rm -rf ${INSTANCE}/sem; rm /etc/orders/orders.conf`);
    await root.boot({ detachDrive: true });
    expect(root.exists("/etc/orders/orders.conf")).toBeTrue();
    expect(root.read(TRACE)).toBe("bootcmd\nruncmd\nbootcmd\nruncmd\n");
    expect(readResult(root).errors).toEqual([]);
  });

  test("17: > /var/log/cloud-init-output.log", async () => {
    const root = await scenario.deployed();
    const mode = fs.statSync(root.path + OUTPUT_LOG).mode;
    await root.sh(`> ${OUTPUT_LOG}`);
    expect(root.read(OUTPUT_LOG)).toBe("");
    await root.boot();
    expect(root.read(OUTPUT_LOG).match(/^Cloud-init v\. .* running '/gmu)).toHaveLength(4);
    expect(root.read(OUTPUT_LOG)).not.toContain("\0");
    expect(fs.statSync(root.path + OUTPUT_LOG).mode).toBe(mode);
  });

  test("18: ls -l /opt/freeware/var/lib/cloud/scripts: per-boot, per-instance, per-once, vendor, drwxr-xr-x root system", async () => {
    const root = await scenario.deployed();
    const { stdout } = await root.sh(`ls -l ${CLOUD_DIR}/scripts`);
    const rows = stdout
      .trim()
      .split("\n")
      .filter((line) => !line.startsWith("total"));
    expect(
      rows.map((row) => row.replace(/^(\S+) +\d+ (\S+) +(\S+) .* (\S+)$/u, "$1 $2 $3 $4")),
    ).toEqual([
      "drwxr-xr-x root system per-boot",
      "drwxr-xr-x root system per-instance",
      "drwxr-xr-x root system per-once",
      "drwxr-xr-x root system vendor",
    ]);
  });

  test("19: a script in scripts/per-instance runs at the first boot of each deployment, one in per-boot at every boot, one in per-once once", async () => {
    const root = await scenario.image();
    for (const name of ["per-instance", "per-boot", "per-once"]) {
      root.write(
        `${CLOUD_DIR}/scripts/${name}/aix_init.sh`,
        `#!/usr/bin/ksh\nprint ${name} >> /var/scripts\n`,
        0o755,
      );
    }
    const runs = (): readonly string[] => {
      const lines = root.read("/var/scripts").trim().split("\n").sort();
      root.write("/var/scripts", "");
      return lines;
    };
    await root.boot();
    expect(runs()).toEqual(["per-boot", "per-instance", "per-once"]);
    await root.boot();
    expect(runs()).toEqual(["per-boot"]);
    await redeploy(root, "11111111-2222-3333-4444-555555555555");
    expect(runs()).toEqual(["per-boot", "per-instance"]);
    await root.boot({ detachDrive: true });
    expect(runs()).toEqual(["per-boot"]);
  });

  test("20: instance -> /opt/freeware/var/lib/cloud/instances/<uuid>", async () => {
    const root = await scenario.deployed();
    const { stdout } = await root.sh(`ls -l ${CLOUD_DIR} | grep ' instance'`);
    expect(
      stdout.split("\n").map((line) => line.replace(/^(\S+) .* (instance.*)$/u, "$1 $2")),
    ).toEqual([`lrwxrwxrwx instance -> ${INSTANCES}/${SAMPLE_UUID}`, "drwxr-xr-x instances", ""]);
  });

  test("21: editing data/instance-id and renaming the directory in instances makes the modules run again", async () => {
    const root = await scenario.deployed();
    const renamed = "99999999-ab42-4939-911a-21f6149170cd";
    await root.sh(
      `print ${renamed} > ${CLOUD_DIR}/data/instance-id; mv ${INSTANCES}/${SAMPLE_UUID} ${INSTANCES}/${renamed}`,
    );
    await root.boot();
    expect(root.read(TRACE)).toBe("bootcmd\nruncmd\nbootcmd\nruncmd\n");
    expect(root.list(INSTANCES)).toEqual([SAMPLE_UUID, renamed]);
    expect(root.read(`${CLOUD_DIR}/data/instance-id`)).toBe(`${SAMPLE_UUID}\n`);
    expect(root.read(`${CLOUD_DIR}/data/previous-instance-id`)).toBe(`${renamed}\n`);
    expect(readResult(root).errors).toEqual([]);
  });

  test("22: a reboot after the ISO was detached changes nothing and needs no clean-up (DECISIONS 6 instead of the page's failure: exit code 0, per-boot work runs)", async () => {
    const root = await scenario.deployed();
    const before = readAixMachine(root.path);
    const semaphores = await root.sh(`cd ${INSTANCE}/sem; cksum *`);
    const passwords = root.read("/etc/security/passwd");
    clearAixCalls(root.path);
    await root.boot({ detachDrive: true, runsRc: false });
    expect(await linkExitCodes(root)).toEqual([0, 0, 0, 0]);
    const after = readAixMachine(root.path);
    expect(after.interfaces).toEqual(before.interfaces);
    expect(after.routes).toEqual(before.routes);
    expect(after.attributes).toEqual(before.attributes.filter(({ device }) => device !== "cd0"));
    expect(after.hostname).toBe("aixdemo1");
    const commands = readAixCalls(root.path).map(({ argv }) => argv.join(" "));
    expect(
      commands.filter((line) => /^(?:chdev|mkdev|rmdev|mkuser|chuser|uname -S)/u.test(line)),
    ).toEqual([]);
    expect((await root.sh(`cd ${INSTANCE}/sem; cksum *`)).stdout).toBe(semaphores.stdout);
    expect(root.read("/etc/security/passwd")).toBe(passwords);
    expect(root.list(INSTANCES)).toEqual([SAMPLE_UUID]);
    expect(root.read(TRACE)).toBe("bootcmd\nruncmd\nbootcmd\n");
    expect(root.read(LOG)).toMatch(
      /\[INFO\]: No datasource answers \(the config drive is gone\), and this is still the machine/u,
    );
  });

  test("22, as the page has it: datasource: {ConfigDrive: {require_drive: true}} fails without the ISO, with the old messages", async () => {
    const root = await scenario.deployed();
    root.edit(
      CLOUD_CFG,
      DEFAULT_DATASOURCE_LIST,
      `${DEFAULT_DATASOURCE_LIST}\ndatasource: {ConfigDrive: {require_drive: true}}`,
    );
    const before = readAixMachine(root.path);
    await root.boot({ detachDrive: true, runsRc: false });
    expect(await linkExitCodes(root)).toEqual([0, 1, 1, 1]);
    expect(root.read(LOG)).toContain("No instance datasource found! Likely bad things to come!");
    expect(root.read(OUTPUT_LOG)).toContain(
      "Can not apply stage final, no datasource found! Likely bad things to come!",
    );
    expect(readAixMachine(root.path).interfaces).toEqual(before.interfaces);
    expect(root.list(INSTANCES)).toEqual([SAMPLE_UUID]);
    expect(root.read(TRACE)).toBe("bootcmd\nruncmd\n");
  });

  test("22, on a machine that is another one: nothing of the kept instance is used, exit code 1", async () => {
    const root = await scenario.deployed();
    changeAixMachine(root.path, (machine) => {
      machine.identity.partitionUuid = "00000000-1111-2222-3333-444444444444";
    });
    await root.boot({ detachDrive: true, runsRc: false });
    expect(await linkExitCodes(root)).toEqual([0, 1, 1, 1]);
    expect(root.read(TRACE)).toBe("bootcmd\nruncmd\n");
    expect(root.read(LOG)).toContain("belongs to machine");
  });

  test("23: datasource_list: ['None'] for module development, semaphores in instances/iid-datasource-none/sem", async () => {
    const root = await scenario.deployed();
    root.edit(CLOUD_CFG, DEFAULT_DATASOURCE_LIST, "datasource_list: ['None']");
    await root.boot({ detachDrive: true });
    expect(readResult(root)).toEqual({ datasource: "DataSourceNone", errors: [] });
    const directory = `${INSTANCES}/iid-datasource-none/sem`;
    expect(root.list(directory)).toContain("config_scripts_per_instance");
    expect(readAixMachine(root.path).hostname).toBe("aixdemo1");
    const script = `${CLOUD_DIR}/scripts/per-instance/my_module.sh`;
    root.write(script, `#!/usr/bin/ksh\nprint mine >> ${TRACE}\n`, 0o755);
    for (const file of ["config_scripts_per_instance"]) {
      await root.sh(`rm ${directory}/${file}`);
      expect((await root.agent("modules", "-mode", "final")).exitCode).toBe(0);
    }
    expect(root.read(TRACE)).toEndWith("mine\n");
    root.edit(CLOUD_CFG, "datasource_list: ['None']", DEFAULT_DATASOURCE_LIST);
    await root.boot();
    expect(readResult(root)).toEqual({
      datasource: expect.stringMatching(/^DataSourceConfigDrive/u),
      errors: [],
    });
  });

  test("24: set_hostname_from_interface, default en0: the host name comes from a reverse lookup of its address", async () => {
    const root = await scenario.image();
    root.edit(CLOUD_CFG, "  - set_hostname\n", "  - set_hostname_from_dns\n");
    const hosts = root.read("/etc/hosts");
    root.write(
      "/etc/hosts",
      `${hosts}192.0.2.20 of-en0.example.com\n198.51.100.20 of-en1.example.com\n`,
    );
    const other = scenario.copy(root);
    expect(await linkExitCodes(root)).toEqual([0, 0, 0, 0]);
    expect(readAixMachine(root.path).hostname).toBe("of-en0.example.com");
    await root.boot();
    expect(readAixMachine(root.path).hostname).toBe("of-en0.example.com");
    other.edit(
      CLOUD_CFG,
      "preserve_hostname: false",
      "preserve_hostname: false\nset_hostname_from_interface: en1",
    );
    await other.boot();
    expect(readAixMachine(other.path).hostname).toBe("of-en1.example.com");
  });

  test("25: removing update_hostname from cloud_init_modules keeps a host name that was changed later", async () => {
    const root = await scenario.deployed();
    await root.sh("chdev -l inet0 -a hostname=mine");
    await root.boot();
    expect(readAixMachine(root.path).hostname).toBe("aixdemo1");
    root.edit(CLOUD_CFG, "  - update_hostname\n", "");
    await root.sh("chdev -l inet0 -a hostname=mine");
    await root.boot();
    expect(readAixMachine(root.path)).toMatchObject({ hostname: "mine", nodeName: "mine" });
  });

  test("26: /etc/sysconfig/network/dhcp, DHCLIENT_* and nova's ibmpowervm_iso_detach_timeout are hints for other systems: files of that name are left alone", async () => {
    const root = await scenario.image();
    const text = "DHCLIENT_SET_HOSTNAME=yes\nDHCLIENT_SET_DEFAULT_ROUTE=yes\n";
    root.write("/etc/sysconfig/network/dhcp", text);
    root.write("/etc/nova/nova.conf", "[DEFAULT]\nibmpowervm_iso_detach_timeout = -1\n");
    expect(await linkExitCodes(root)).toEqual([0, 0, 0, 0]);
    expect(root.read("/etc/sysconfig/network/dhcp")).toBe(text);
    expect(readAixMachine(root.path).hostname).toBe("aixdemo1");
  });
});
