// The seed page (POWERVC - CLOUD INIT of the AIX blog) line by line, as compat core.md §9 lists it:
// what it shows is done here as it says, with the built binary in an AIX root. Where DECISIONS.md
// has since decided otherwise, or a module comes with a later issue, the test's name says so.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { canUseAixRoot, readAixMachine } from "../../scripts/aix-root.ts";
import {
  type AixScenario,
  changeDisc,
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
  FREQUENCY_EXAMPLE,
  PAGE_DATASOURCE_LIST,
  PAGE_OPENSTACK,
  DEFAULT_DATASOURCE_LIST,
  linkExitCodes,
  readResult,
  redeploy,
} from "../support/seed-page.ts";

const BUILD_TIMEOUT_MS = 120_000;

describe.skipIf(requireOrSkip(canUseAixRoot()))("what the seed page shows, lines 1 to 13", () => {
  let scenario: AixScenario;

  beforeAll(async () => {
    scenario = createAixScenario({ files: { "/dev/cd0": sampleDrive(USER_DATA) } });
    await scenario.deployed();
  }, BUILD_TIMEOUT_MS);

  afterAll(() => {
    scenario.removeAll();
  });

  test("1: rc2.d links S01cloud-init-local, S02cloud-init, S03cloud-config, S04cloud-final", async () => {
    const root = await scenario.image();
    const { stdout } = await root.sh("ls -l /etc/rc.d/rc2.d");
    const links = stdout
      .split("\n")
      .flatMap((line) => /^l\S+ +1 root +system .* (S0.*)$/u.exec(line)?.[1] ?? []);
    expect(links).toEqual([
      "S01cloud-init-local -> /etc/rc.d/init.d/cloud-init-local",
      "S02cloud-init -> /etc/rc.d/init.d/cloud-init",
      "S03cloud-config -> /etc/rc.d/init.d/cloud-config",
      "S04cloud-final -> /etc/rc.d/init.d/cloud-final",
    ]);
    expect(root.exists("/opt/freeware/bin/bash")).toBeFalse();
  });

  test("2: S01 init --local, S02 init, S03 modules --mode config, S04 modules --mode final", async () => {
    const root = await scenario.image();
    const { exitCode, stdout, stderr } = await root.boot();
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout.match(/^Starting [\w-]+: Cloud-init v\. \S+ running '[\w:-]+'/gmu)).toEqual([
      expect.stringMatching(/^Starting cloud-init-local: .* running 'init-local'$/u),
      expect.stringMatching(/^Starting cloud-init: .* running 'init'$/u),
      expect.stringMatching(/^Starting cloud-config: .* running 'modules:config'$/u),
      expect.stringMatching(/^Starting cloud-final: .* running 'modules:final'$/u),
    ]);
    expect(await linkExitCodes(await scenario.image())).toEqual([0, 0, 0, 0]);
  });

  test("3: /opt/freeware/etc/cloud/cloud.cfg with the three module lists, which an upgrade leaves as it is", async () => {
    const root = await scenario.image();
    const own = root.read(CLOUD_CFG);
    expect(own.match(/^\w+_modules:$/gmu)).toEqual([
      "cloud_init_modules:",
      "cloud_config_modules:",
      "cloud_final_modules:",
    ]);
    root.write(CLOUD_CFG, `${own}# changed by hand\n`);
    const { stdout } = await root.agent("install");
    expect(stdout).toContain(`kept ${CLOUD_CFG}\n`);
    expect(root.read(CLOUD_CFG)).toBe(`${own}# changed by hand\n`);
  });

  test("4: datasource_list: [ NoCloud, ConfigDrive, OpenNebula, Azure, AltCloud, OVF, MAAS, GCE, OpenStack, CloudSigma, Ec2, CloudStack, None ]", async () => {
    const root = await scenario.image();
    root.edit(CLOUD_CFG, DEFAULT_DATASOURCE_LIST, PAGE_DATASOURCE_LIST);
    await root.boot();
    expect(readResult(root)).toEqual({
      datasource: expect.stringMatching(/^DataSourceConfigDrive/u),
      errors: [],
    });
    expect(root.read(LOG)).not.toMatch(/\[WARNING\].*datasource/iu);
    const without = await scenario.image();
    without.edit(CLOUD_CFG, DEFAULT_DATASOURCE_LIST, PAGE_DATASOURCE_LIST);
    await without.boot({ detachDrive: true });
    expect(readResult(without)).toEqual({ datasource: "DataSourceNone", errors: [] });
  });

  test("5: datasource: {OpenStack: {metadata_urls: ['http://169.254.169.254:80'], dsmode: net}} (that address is asked, and the log says that nobody answers)", async () => {
    const root = await scenario.image();
    root.edit(
      CLOUD_CFG,
      DEFAULT_DATASOURCE_LIST,
      `datasource_list: ['OpenStack']\n${PAGE_OPENSTACK}`,
    );
    expect(await linkExitCodes(root)).toEqual([0, 1, 1, 1]);
    expect(root.read(LOG)).toContain(
      "DataSourceOpenStack has no instance: no metadata service (http://169.254.169.254:80/openstack: ",
    );
    const both = await scenario.image();
    both.edit(
      CLOUD_CFG,
      DEFAULT_DATASOURCE_LIST,
      `datasource_list: ['OpenStack', 'ConfigDrive']\n${PAGE_OPENSTACK}`,
    );
    expect(await linkExitCodes(both)).toEqual([0, 0, 0, 0]);
  });

  test("6: datasource_list: ['ConfigDrive'] with openstack/content/0000, openstack/latest/meta_data.json, openstack/latest/user_data", async () => {
    const root = await scenario.deployed();
    const machine = readAixMachine(root.path);
    expect(machine.hostname).toBe("aixdemo1");
    expect(
      machine.interfaces.flatMap(({ name, addresses }) =>
        addresses
          .filter(({ family }) => family === 4)
          .map(({ address, prefixLength }) => `${name} ${address}/${prefixLength}`),
      ),
    ).toEqual(["en0 192.0.2.20/24", "en1 198.51.100.20/25", "lo0 127.0.0.1/8"]);
    expect(machine.routes.map(({ destination, gateway }) => `${destination} ${gateway}`)).toEqual([
      "0.0.0.0 192.0.2.1",
    ]);
    expect(root.read("/etc/resolv.conf")).toContain(
      "nameserver 192.0.2.53\nnameserver 198.51.100.53\n",
    );
    expect(root.read("/etc/motd.site")).toBe("Deployed by PowerVC\n");
    const { stdout } = await root.sh(
      "ls -l /etc/orders/orders.conf; id deploy; cat /var/orders/node ~deploy/.ssh/authorized_keys",
    );
    expect(stdout).toMatch(
      /^-rw-r----- +1 root +system +\d+ .* \/etc\/orders\/orders\.conf\nuid=\d+\(deploy\) .*\(orders\)\naixdemo1\nssh-ed25519 \S+ deploy@example\.com\n$/u,
    );
    // The interfaces text alone does it too, as with a PowerVC that has no network_data.json.
    const older = await scenario.image();
    changeDisc(
      older,
      sampleDrive(USER_DATA, {
        "openstack/latest/network_data.json": "{}",
        "openstack/2018-08-27/network_data.json": "{}",
      }),
    );
    await older.boot();
    expect(readAixMachine(older.path).interfaces).toEqual(machine.interfaces);
  });

  test("7: user-data with cloud_init_modules: seed_random, [bootcmd, once], [write-files, instance], growpart, resizefs, set_hostname, update_hostname", async () => {
    const root = await scenario.image();
    changeDisc(root, sampleDrive(FREQUENCY_EXAMPLE));
    expect(await linkExitCodes(root)).toEqual([0, 0, 0, 0]);
    await root.boot();
    expect(root.read(LOG)).not.toContain("[WARNING]");
    expect(root.read(TRACE)).toBe("bootcmd\n");
    expect(root.read("/etc/example")).toBe("written\n");
    expect(root.list(`${CLOUD_DIR}/sem`)).toContain("config_bootcmd.once");
    const semaphores = root.list(`${INSTANCE}/sem`);
    expect(semaphores).toContain("config_write_files");
    expect(semaphores).not.toContain("config_update_hostname");
    // Its list replaces the image's: users_groups is not in it.
    expect(semaphores).not.toContain("config_users_groups");
  });

  test("8: cc_*.py in /opt/freeware/lib/python2.7/site-packages/cloudinit/config and its name in cloud.cfg (DECISIONS 15: Python is not run, the boot goes on and names it)", async () => {
    const root = await scenario.image();
    root.write(
      "/opt/freeware/lib/python2.7/site-packages/cloudinit/config/cc_my_module.py",
      "def handle(name, cfg, cloud, log, args):\n    pass\n",
    );
    root.edit(CLOUD_CFG, "cloud_final_modules:\n", "cloud_final_modules:\n  - my_module\n");
    // The exit code is the number of errors, and DECISIONS 15 makes it one.
    expect(await linkExitCodes(root)).toEqual([0, 0, 0, 1]);
    expect(root.read(LOG)).toMatch(/\[ERROR\].*\/cc_my_module\.py/u);
    expect(root.list(`${INSTANCE}/sem`)).toContain("config_scripts_user");
  });

  test("9: semaphores in /opt/freeware/var/lib/cloud/instance/sem, per-once in /opt/freeware/var/lib/cloud/sem", async () => {
    const root = await scenario.deployed();
    const semaphores = root.list(`${INSTANCES}/${SAMPLE_UUID}/sem`);
    expect(semaphores).toEqual(root.list(`${INSTANCE}/sem`));
    for (const name of ["write_files", "set_hostname", "users_groups", "runcmd", "scripts_user"]) {
      expect(semaphores).toContain(`config_${name}`);
    }
    expect(root.list(`${CLOUD_DIR}/sem`)).toEqual(["config_scripts_per_once.once"]);
    expect(root.read(`${INSTANCE}/sem/config_runcmd`)).toMatch(/^\d+: \d+(?:\.\d+)?\n$/u);
  });

  test("10: /opt/freeware/bin/cloud-init-per <frequency> <name> <cmd>", async () => {
    const root = await scenario.deployed();
    const per = (frequency: string): string =>
      `/opt/freeware/bin/cloud-init-per ${frequency} my-job ksh -c 'print ${frequency}; exit 3'`;
    const line = `${["once", "instance", "always"].map((frequency) => `${per(frequency)}; print $?`).join("\n")}`;
    const first = await root.sh(line);
    expect(first).toEqual({ exitCode: 0, stderr: "", stdout: "once\n3\ninstance\n3\nalways\n3\n" });
    expect((await root.sh(line)).stdout).toBe("0\n0\nalways\n3\n");
    expect(root.list(`${CLOUD_DIR}/sem`)).toEqual([
      "bootper.my_job.always",
      "bootper.my_job.once",
      "config_scripts_per_once.once",
    ]);
    expect(root.read(`${INSTANCE}/sem/bootper.my_job.instance`)).toMatch(/^3\t\d+\n$/u);
    await redeploy(root, "11111111-2222-3333-4444-555555555555");
    expect((await root.sh(line)).stdout).toBe("0\ninstance\n3\nalways\n3\n");
  });

  test("11: grep ^Cloud /var/log/cloud-init-output.log shows running times", async () => {
    const root = await scenario.image();
    // Without the sample's own final_message.
    changeDisc(root, sampleDrive("#!/usr/bin/ksh\nprint from the script\n"));
    await root.boot();
    const { stdout } = await root.sh(`grep ^Cloud ${OUTPUT_LOG}`);
    const at = "at \\w{3}, \\d\\d \\w{3} \\d{4} \\d\\d:\\d\\d:\\d\\d \\+0000";
    expect(stdout).toMatch(
      new RegExp(
        `^${["init-local", "init", "modules:config", "modules:final"]
          .map(
            (action) =>
              `Cloud-init v\\. \\S+ running '${action}' ${at}\\. Up \\d+\\.\\d\\d seconds\\.\n`,
          )
          .join(
            "",
          )}Cloud-init v\\. \\S+ finished ${at}\\. Datasource DataSourceConfigDriveNet \\[net,ver=2\\]\\[source=cd0\\]\\.  Up \\d+\\.\\d\\d seconds\n$`,
        "u",
      ),
    );
  });

  test("12: /opt/freeware/bin/cloud-init -v shows the version", async () => {
    const root = await scenario.image();
    expect(await root.agent("-v")).toEqual({
      exitCode: 0,
      stdout: expect.stringMatching(/^cloud-init \d+\.\d+\.\d+\n$/u),
      stderr: "",
    });
  });

  test("13: cloud-init --debug init, cloud-init --debug modules -m final", async () => {
    const root = await scenario.deployed();
    for (const [line, event] of [
      ["--debug init", "init-network"],
      ["--debug modules -m final", "modules-final"],
    ] as const) {
      // Both streams are in tee's hands, as 05_logging.cfg wants it.
      const { exitCode, stdout } = await root.agent(...line.split(" "));
      expect(exitCode).toBe(0);
      expect(stdout).toMatch(/^.*\[DEBUG\]: Cloud-init v\. \S+ running '/mu);
      expect(stdout).toMatch(new RegExp(`^.*\\[DEBUG\\]: finish: ${event}: SUCCESS`, "mu"));
    }
    root.write("/opt/freeware/etc/cloud/cloud.cfg.d/99_output.cfg", "output: {all: null}\n");
    const bare = await root.agent("--debug", "modules", "-m", "final");
    expect(bare.exitCode).toBe(0);
    expect(bare.stderr).toContain("[DEBUG]: finish: modules-final: SUCCESS");
  });
});
