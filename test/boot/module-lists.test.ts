import { describe, expect, test } from "bun:test";
import { runBoot } from "../support/boot-scenario.ts";
import { bootMachine, CLEAN, stage } from "../support/run-by-hand.ts";
import {
  buildDrive,
  CLOUD_DIR,
  commandLines,
  CONFIG_DIR,
  createMachine,
  DRIVE_ID,
  messagesAt,
  resultOf,
  SAMPLE_ID,
  semaphoresOf,
  textAt,
} from "../support/sample-machine.ts";

describe("scripts of the image's owner", () => {
  test("run per boot, per instance and once ever, in byte order", async () => {
    const names = ["per-once/c", "per-boot/b", "per-boot/a", "per-instance/d"];
    const files = Object.fromEntries(
      names.map((name) => [`${CLOUD_DIR}/scripts/${name}`, "#!/usr/bin/ksh\n"]),
    );
    const aix = createMachine({ drive: buildDrive(), files });
    for (const name of names) {
      aix.system.fs.setAttributes(`${CLOUD_DIR}/scripts/${name}`, { mode: 0o755 });
    }
    const scripts = (mark: number): readonly string[] =>
      commandLines(aix, mark)
        .filter((line) => line.startsWith(`${CLOUD_DIR}/scripts/`))
        .map((line) => line.slice(`${CLOUD_DIR}/scripts/`.length));
    await runBoot(aix);
    expect(scripts(0)).toEqual(["per-once/c", "per-boot/a", "per-boot/b", "per-instance/d"]);
    aix.reboot();
    const second = aix.commands.length;
    await runBoot(aix);
    expect(scripts(second)).toEqual(["per-boot/a", "per-boot/b"]);
    aix.media.set("cd0", buildDrive({ metaData: { uuid: "another" } }));
    aix.reboot();
    const third = aix.commands.length;
    await runBoot(aix);
    expect(scripts(third)).toEqual(["per-boot/a", "per-boot/b", "per-instance/d"]);
  });

  test("a failing one is an error, and the next one runs", async () => {
    const files = Object.fromEntries(
      ["a", "b"].map((name) => [`${CLOUD_DIR}/scripts/per-boot/${name}`, "#!/usr/bin/ksh\n"]),
    );
    const aix = createMachine({
      drive: buildDrive(),
      files,
      userCode: (argv) => ({ exitCode: argv[0]?.endsWith("/a") === true ? 4 : 0 }),
    });
    for (const path of Object.keys(files)) {
      aix.system.fs.setAttributes(path, { mode: 0o755 });
    }
    expect(await runBoot(aix)).toEqual({ ...CLEAN, "modules-final": 1 });
    expect(commandLines(aix)).toContain(`${CLOUD_DIR}/scripts/per-boot/b`);
    expect(resultOf(aix).errors.join()).toContain("scripts_per_boot");
  });
});

describe("module lists", () => {
  test("the seed page's example in user-data replaces the list of init, frequencies and all", async () => {
    const userData = `#cloud-config
cloud_init_modules:
  - seed_random
  - [bootcmd, once]
  - [write-files, instance]
  - growpart
  - resizefs
  - set_hostname
  - update_hostname
bootcmd: [ls]
write_files: [{path: /etc/a, content: a}]
users: [{name: never}]
`;
    const aix = createMachine({ drive: buildDrive({ userData }) });
    expect(await runBoot(aix)).toEqual(CLEAN);
    // users_groups is not in the list, so that nobody made the user.
    expect(messagesAt(aix, "WARNING")).toEqual([
      "Cannot show the keys of user never: there is no such user",
    ]);
    expect(aix.system.fs.list(`${CLOUD_DIR}/sem`)).toContain("config_bootcmd.once");
    expect(semaphoresOf(aix, DRIVE_ID)).toContain("config_write_files");
    expect(aix.machine.hostname).toBe("vm1");
    expect(textAt(aix, "/etc/passwd")).not.toContain("never");
    aix.reboot();
    const commands = aix.commands.length;
    await runBoot(aix);
    expect(commandLines(aix, commands)).not.toContain("/bin/sh /run/cloud-init/bootcmd.sh");
  });

  test("a module of once per instance can run at each boot", async () => {
    const config = "cloud_config_modules: [[runcmd, always]]\n";
    const aix = await bootMachine({ config });
    expect(semaphoresOf(aix, SAMPLE_ID)).not.toContain("config_runcmd");
  });

  test("a frequency that nobody knows is a warning, and the module's own counts", async () => {
    const aix = await bootMachine({ config: "cloud_config_modules: [[runcmd, hourly]]\n" });
    expect(messagesAt(aix, "WARNING")).toContainEqual(
      expect.stringContaining("runcmd has an unknown frequency hourly"),
    );
    expect(semaphoresOf(aix, SAMPLE_ID)).toContain("config_runcmd");
  });

  test("an unknown module is a warning and no error", async () => {
    const aix = await bootMachine({ config: "cloud_config_modules: [cc_own_module, runcmd]\n" });
    expect(messagesAt(aix, "WARNING")).toContain("Could not find module named cc_own_module");
    expect(semaphoresOf(aix, SAMPLE_ID)).toContain("config_runcmd");
  });

  test("an empty section is said and is no error", async () => {
    const aix = await bootMachine({ config: "cloud_config_modules: []\n" });
    expect(aix.output.stderr).toContain(
      "No 'config' modules to run under section 'cloud_config_modules'\n",
    );
  });
});

describe("vendor-data", () => {
  const vendorData = JSON.stringify({
    "cloud-init":
      "#cloud-config\nwrite_files: [{path: /etc/vendor, content: v}]\nfinal_message: vendor's\n",
  });

  test("is weaker than user-data, key by key", async () => {
    const userData = "#cloud-config\nfinal_message: user's\n";
    const aix = createMachine({ drive: buildDrive({ vendorData, userData }) });
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(textAt(aix, "/etc/vendor")).toBe("v");
    expect(textAt(aix, "/var/log/cloud-init-output.log")).toContain("user's\n");
  });

  test("is not used where the user opts out", async () => {
    const userData = "#cloud-config\nvendor_data: {enabled: false}\n";
    const aix = createMachine({ drive: buildDrive({ vendorData, userData }) });
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(aix.system.fs.stat("/etc/vendor")).toBeUndefined();
    expect(textAt(aix, "/var/log/cloud-init-output.log")).not.toContain("vendor's\n");
  });

  test("switched off later, what was taken in before is not used by any stage", async () => {
    const aix = createMachine({ drive: buildDrive({ vendorData }) });
    await runBoot(aix);
    aix.system.fs.write(`${CONFIG_DIR}/60.cfg`, "vendor_data: {enabled: false}\n");
    aix.reboot();
    await runBoot(aix);
    // By hand, without the cache of the boot.
    aix.system.fs.remove("/run/cloud-init/config-cache.json");
    const size = textAt(aix, "/var/log/cloud-init-output.log").length;
    await stage(aix, "modules-final");
    expect(textAt(aix, "/var/log/cloud-init-output.log").slice(size)).not.toContain("vendor's");
  });

  test("allow_userdata: false leaves user-data out", async () => {
    const aix = createMachine({
      drive: buildDrive({ userData: "#cloud-config\nwrite_files: [{path: /etc/a, content: a}]\n" }),
      config: "allow_userdata: false\n",
    });
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(aix.system.fs.stat("/etc/a")).toBeUndefined();
  });
});
