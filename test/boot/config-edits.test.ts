import { describe, expect, test } from "bun:test";
import { runBoot } from "../support/boot-scenario.ts";
import { bootMachine, stage } from "../support/run-by-hand.ts";
import {
  CLOUD_CFG,
  CLOUD_DIR,
  CONFIG_DIR,
  createMachine,
  logMark,
  messagesAt,
  SAMPLE_ID,
  sampleDrive,
  semaphoresOf,
  statusOf,
  textAt,
} from "../support/sample-machine.ts";

describe("cloud.cfg edited", () => {
  test("takes effect on the next command, although the configuration is kept as JSON", async () => {
    const aix = await bootMachine();
    const text = textAt(aix, CLOUD_CFG);
    aix.system.fs.write(CLOUD_CFG, `${text}\nfinal_message: "unused"\n`);
    aix.system.fs.write(CLOUD_CFG, text.replace("  - runcmd\n", ""));
    aix.system.fs.remove(`${CLOUD_DIR}/instances/${SAMPLE_ID}/sem/config_runcmd`);
    expect(await stage(aix, "modules-config")).toBe(0);
    expect(semaphoresOf(aix, SAMPLE_ID)).not.toContain("config_runcmd");
    aix.system.fs.write(CLOUD_CFG, text);
    expect(await stage(aix, "modules-config")).toBe(0);
    expect(semaphoresOf(aix, SAMPLE_ID)).toContain("config_runcmd");
  });

  test("a new file of cloud.cfg.d is noticed too, and one that is gone", async () => {
    const aix = await bootMachine();
    const path = `${CONFIG_DIR}/99_new.cfg`;
    aix.system.fs.write(path, "cloud_final_modules: []\n");
    await stage(aix, "modules-final");
    expect(aix.output.stderr).toContain("No 'final' modules to run");
    aix.system.fs.remove(path);
    const shown = aix.output.stderr.length;
    await stage(aix, "modules-final");
    expect(aix.output.stderr.slice(shown)).not.toContain("No 'final' modules to run");
  });

  test("datasource_list takes effect at once", async () => {
    const aix = await bootMachine();
    aix.system.fs.write(CLOUD_CFG, textAt(aix, CLOUD_CFG).replace("['ConfigDrive']", "['None']"));
    expect(await stage(aix, "init")).toBe(0);
    expect(statusOf(aix).datasource).toBe("DataSourceNone");
  });

  test("cloud-config.txt edited takes effect on the next command", async () => {
    const aix = await bootMachine();
    const path = `${CLOUD_DIR}/instances/${SAMPLE_ID}/cloud-config.txt`;
    aix.system.fs.write(path, "#cloud-config\nfinal_message: edited\n", { mode: 0o600 });
    await stage(aix, "modules-final");
    expect(textAt(aix, "/var/log/cloud-init-output.log")).toContain("edited\n");
  });

  test("broken YAML is one warning that names file and line, and the defaults go on", async () => {
    const aix = createMachine({ drive: sampleDrive() });
    aix.system.fs.write(CLOUD_CFG, "datasource_list: [ConfigDrive]\nusers:\n  - a\n - b: [\n");
    const mark = logMark(aix);
    const codes = await runBoot(aix);
    expect(codes["init-local"]).toBe(0);
    expect(codes["modules-final"]).toBe(0);
    expect(aix.machine.hostname).toBe("aixdemo1");
    const warnings = messagesAt(aix, "WARNING", mark).filter((line) => line.includes(CLOUD_CFG));
    expect(new Set(warnings).size).toBe(1);
    expect(warnings[0]).toMatch(/cloud\.cfg:\d+:/u);
  });

  test("a directory in its place is no reason to fail", async () => {
    const aix = createMachine({ drive: sampleDrive() });
    aix.system.fs.remove(CLOUD_CFG);
    aix.system.fs.makeDirectory(CLOUD_CFG);
    await runBoot(aix);
    expect(aix.machine.hostname).toBe("aixdemo1");
  });

  test.each([
    ["system_info: 5\n"],
    ["system_info: {distro: 7, paths: [a], default_user: no}\n"],
    ["system_info: {distro: nosuch}\n"],
    ["datasource: 3\nlog_cfgs: 4\nlogcfg: [1]\noutput: 9\ndef_log_file: 3\n"],
    ["syslog_fix_perms: {a: 1}\nvendor_data: 3\nunverified_modules: 3\nnetwork: 7\n"],
    ["conf_d: 7\n"],
    ["manual_cache_clean: maybe\nallow_userdata: perhaps\n"],
  ])("a wrong value there stops no stage: %j", async (config) => {
    const aix = createMachine({ drive: sampleDrive(), config });
    for (const code of Object.values(await runBoot(aix))) {
      expect(code).toBeLessThanOrEqual(1);
    }
    expect(textAt(aix, `${CLOUD_DIR}/data/instance-id`)).toBe(`${SAMPLE_ID}\n`);
    expect(textAt(aix, "/etc/orders/orders.conf")).toContain("environment=production");
  });
});
