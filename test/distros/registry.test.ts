import { describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { distroDefaults, findDistroName, loadDistro } from "../../src/distros/registry.ts";
import { bootSimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import { createTestLogger } from "../support/module-context.ts";

function nameOn(files: Record<string, string>, platform = "linux"): string {
  return findDistroName(createScriptedSystem({ files, platform }).system);
}

describe("findDistroName", () => {
  test("is aix by platform, whatever files there are", () => {
    expect(nameOn({ "/etc/os-release": "ID=debian\n" }, "aix")).toBe("aix");
  });

  test.each([
    ['PRETTY_NAME="Debian"\nID=debian\nVERSION_ID="13"\n', "debian"],
    ['ID="rhel"\nID_LIKE="fedora"\n', "rhel"],
    ["VERSION_ID=15.6\nID='sles'\n", "sles"],
    ['ID="opensuse-leap"\n', "opensuse"],
    ['ID="amzn"\n', "amazon"],
    ["ID=plan9\n", "plan9"],
    ["ID_LIKE=debian\n", "linux"],
    ["ID=constructor\n", "constructor"],
    ["", "linux"],
  ])("os-release %j is %s", (text, name) => {
    expect(nameOn({ "/etc/os-release": text })).toBe(name);
  });

  test("the second place of os-release counts where the first is not there", () => {
    expect(nameOn({ "/usr/lib/os-release": "ID=fedora\n" })).toBe("fedora");
    expect(nameOn({})).toBe("linux");
  });
});

describe("distroDefaults", () => {
  test.each(["aix", "linux"])("of %s load nothing that changes a machine", (platform) => {
    const registry = join(import.meta.dir, "../../src/distros/registry.ts");
    const script = `
      const { distroDefaults } = await import(${JSON.stringify(registry)});
      const fs = { readBytesIfExists: () => undefined };
      const { name } = await distroDefaults({ process: { platform: "${platform}" }, fs });
      const loaded = Object.keys(require.cache).filter((path) => path.includes("/src/distros/"));
      console.log(JSON.stringify([name, loaded.map((path) => path.split("/distros/")[1]).sort()]));
    `;
    // On Node.js too: it is the source's imports that are looked at.
    const bun = join(import.meta.dir, "../../node_modules/.bin/bun");
    const { stdout, stderr } = spawnSync(bun, ["-e", script], { encoding: "utf8" });
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toEqual([
      platform,
      [`${platform}/defaults.ts`, "base-config.ts", "registry.ts"].sort(),
    ]);
  });
});

describe("loadDistro", () => {
  test("AIX has the port's paths, owner and default user", async () => {
    const { defaults } = await loadDistro("aix");
    expect(defaults).toMatchObject({
      name: "aix",
      family: "aix",
      rootOwner: "root:system",
      paths: {
        cloudDir: "/opt/freeware/var/lib/cloud",
        runDir: "/run/cloud-init",
        templatesDir: "/opt/freeware/etc/cloud/templates",
        configFile: "/opt/freeware/etc/cloud/cloud.cfg",
        logDir: "/var/log",
      },
      systemInfo: { distro: "aix", default_user: { name: "root", lock_passwd: false } },
      config: { datasource_list: ["ConfigDrive"], system_info: { distro: "aix" } },
    });
  });

  test("a default user is never below cloud.cfg, where its rules would be merged into another's", async () => {
    for (const name of ["aix", "debian"]) {
      const { config } = (await loadDistro(name)).defaults;
      expect(config["system_info"]).not.toHaveProperty("default_user");
      expect(config["system_info"]).toHaveProperty("paths");
    }
  });

  test.each([
    ["debian", "debian", "debian"],
    ["ubuntu", "debian", "ubuntu"],
    ["rhel", "redhat", "cloud-user"],
    ["sles", "suse", "sles"],
    ["plan9", "linux", "cloud-user"],
    ["constructor", "linux", "cloud-user"],
  ])("%s is of family %s with default user %s", async (name, family, user) => {
    const { defaults, create } = await loadDistro(name);
    const { system, commands } = createScriptedSystem();
    const distro = create({ sys: system, log: createTestLogger([]), systemInfo: {} });
    expect([defaults.name, defaults.family, distro.name, distro.family]).toEqual([
      name,
      family,
      name,
      family,
    ]);
    expect(distro.defaultUser?.["name"]).toBe(user);
    expect(defaults.rootOwner).toBe("root:root");
    expect(defaults.paths.cloudDir).toBe("/var/lib/cloud");
    expect(commands).toEqual([]);
  });

  test("nothing is asked of an AIX machine before it is needed", async () => {
    const { system, commands, changes } = bootSimulatedAix();
    const { create } = await loadDistro("aix");
    const distro = create({ sys: system, log: createTestLogger([]), systemInfo: {} });
    expect(commands).toEqual([]);
    expect(changes).toEqual([]);
    expect(await distro.readMachineId()).toBe("7f94d9b8-0a1c-4d5e-9f10-2a3b4c5d6e7f");
    expect(await distro.readUptimeSeconds()).toBeGreaterThan(0);
  });

  test("the defaults of the system that runs, or of the one named", async () => {
    const { system } = createScriptedSystem({ files: { "/etc/os-release": "ID=debian\n" } });
    expect((await distroDefaults(system)).name).toBe("debian");
    expect((await distroDefaults(system, "aix")).name).toBe("aix");
  });
});
