// Language, time zone and random seed of a machine over its first boot, later boots and a new deploy.
import { describe, expect, test } from "bun:test";
import { readText, readTextIfExists } from "../../src/system/files.ts";
import { bootSimulatedLinux } from "../../src/simulator/linux/simulated-linux.ts";
import { defaultConfigFiles } from "../../src/config/default-cloud-cfg.ts";
import { runBoot } from "../support/boot-scenario.ts";
import { machineChanges, machineState } from "../support/machine-state.ts";
import {
  buildDrive,
  CLOUD_DIR,
  createMachine,
  logLines,
  messagesAt,
  textAt,
} from "../support/sample-machine.ts";

const CLEAN = { "init-local": 0, init: 0, "modules-config": 0, "modules-final": 0 };
const ENVIRONMENT = "/etc/environment";
const CLOUD_SEED = "U0VFRC1PRi1USEUtQ0xPVUQ=";
const USER_DATA = `#cloud-config
locale: de_DE.UTF-8
timezone: Europe/Berlin
keyboard: {layout: de}
random_seed:
  file: /var/adm/seed
  data: U0VFRC1PRi1USEUtVVNFUg==
  encoding: b64
`;

/** Changes that are not those of other modules: host keys, names, network. */
function settings(changes: readonly string[]): readonly string[] {
  return changes.filter((change) => /environment|chtz|chlang|seed/u.test(change));
}

describe("language, time zone and seed on AIX", () => {
  test("are set at the first boot, and once; a new deploy finds what it wants", async () => {
    const drive = buildDrive({ userData: USER_DATA, metaData: { random_seed: CLOUD_SEED } });
    const aix = createMachine({ drive });
    const before = textAt(aix, ENVIRONMENT);
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(settings(machineChanges(aix)).map((line) => line.replace(/ \d+ bytes$/u, ""))).toEqual([
      "append /var/adm/seed 0600",
      "write /etc/environment 0664 0:0",
      "command /usr/bin/chtz Europe/Berlin",
    ]);
    expect(textAt(aix, ENVIRONMENT)).toBe(
      `${before.replace("LANG=en_US", "LANG=DE_DE.UTF-8").replace("TZ=UTC\n", "")}TZ=Europe/Berlin\n`,
    );
    expect(textAt(aix, "/var/adm/seed")).toBe("SEED-OF-THE-USERSEED-OF-THE-CLOUD");

    const state = machineState(aix);
    let mark = aix.changes.length;
    aix.reboot();
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(machineChanges(aix, mark)).toEqual([]);
    expect(machineState(aix)).toEqual(state);

    const metaData = { uuid: "0a1b2c3d-0000-4000-8000-000000000002" };
    aix.media.set("cd0", buildDrive({ userData: USER_DATA, metaData }));
    mark = aix.changes.length;
    aix.reboot();
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(settings(machineChanges(aix, mark)).join("\n")).toMatch(/^append \/var\/adm\/seed.*$/u);
    expect(aix.gaps).toEqual([]);
  });

  test("stay as they are where the user sets nothing", async () => {
    const aix = createMachine({ drive: buildDrive() });
    const before = textAt(aix, ENVIRONMENT);
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(textAt(aix, ENVIRONMENT)).toBe(before);
    expect(settings(machineChanges(aix))).toEqual([]);
  });

  test("the seed is in no log and in no status", async () => {
    const aix = createMachine({
      drive: buildDrive({ userData: USER_DATA, metaData: { random_seed: CLOUD_SEED } }),
    });
    await runBoot(aix);
    const texts = [
      ...logLines(aix),
      textAt(aix, "/var/log/cloud-init-output.log"),
      textAt(aix, `${CLOUD_DIR}/data/status.json`),
      aix.output.console,
    ].join("\n");
    expect(texts).toContain("bytes of random seed entropy to /var/adm/seed");
    expect(texts).not.toMatch(/SEED-OF|U0VFRC1PRi1USEUt/u);
  });

  test("a locale that is not installed is a warning, a zone that there is not an error; both change nothing", async () => {
    const userData = "#cloud-config\nlocale: fr_FR.UTF-8\ntimezone: Europe/Nowhere\n";
    const aix = createMachine({ drive: buildDrive({ userData }) });
    const before = textAt(aix, ENVIRONMENT);
    expect(await runBoot(aix)).toEqual({ ...CLEAN, "modules-config": 1 });
    expect(textAt(aix, ENVIRONMENT)).toBe(before);
    const warnings = messagesAt(aix, "WARNING").join("\n");
    expect(warnings).toContain("install the fileset bos.loc.utf.FR_FR");
    expect(warnings).toContain('Cannot set the time zone "Europe/Nowhere"');
    expect(warnings).toContain(":3: ");
  });
});

describe("language, time zone and keyboard on Linux", () => {
  const seed = "/var/lib/cloud/seed/config_drive/openstack/latest";
  const deploy = (distro: string) =>
    bootSimulatedLinux({
      distro,
      files: {
        ...Object.fromEntries(
          defaultConfigFiles("linux").map(({ name, content }) => [`/etc/cloud/${name}`, content]),
        ),
        [`${seed}/meta_data.json`]: JSON.stringify({ uuid: "i-1", hostname: "vm1.example.com" }),
        [`${seed}/user_data`]: USER_DATA,
      },
    });

  for (const [distro, file] of [
    ["debian", "/etc/default/locale"],
    ["rhel", "/etc/locale.conf"],
  ] as const) {
    test(`are set on ${distro} at the first boot, and a second boot writes nothing of it`, async () => {
      const linux = deploy(distro);
      const { fs } = linux.system;
      expect(await runBoot(linux)).toEqual(CLEAN);
      expect(readText(fs, file)).toEndWith("LANG=de_DE.UTF-8\n");
      expect(fs.readLink("/etc/localtime")).toBe("/usr/share/zoneinfo/Europe/Berlin");
      const keyboard = distro === "debian" ? "/etc/default/keyboard" : "/etc/vconsole.conf";
      expect(readText(fs, keyboard)).toContain('XKBLAYOUT="de"\n');
      expect(readTextIfExists(fs, "/var/adm/seed")).toBe("SEED-OF-THE-USER");
      const times = [file, keyboard, "/var/adm/seed"].map((path) => fs.stat(path)?.modifiedMs);
      fs.remove("/run/cloud-init");
      expect(await runBoot(linux)).toEqual(CLEAN);
      expect([file, keyboard, "/var/adm/seed"].map((path) => fs.stat(path)?.modifiedMs)).toEqual(
        times,
      );
      expect(linux.gaps).toEqual([]);

      // A new deploy finds language and keyboard as it wants them.
      fs.write(
        `${seed}/meta_data.json`,
        JSON.stringify({ uuid: "i-2", hostname: "vm1.example.com" }),
      );
      fs.remove("/run/cloud-init");
      expect(await runBoot(linux)).toEqual(CLEAN);
      expect([file, keyboard].map((path) => fs.stat(path)?.modifiedMs)).toEqual(times.slice(0, 2));
      expect(readTextIfExists(fs, "/var/adm/seed")).toBe("SEED-OF-THE-USER".repeat(2));
    });
  }
});
