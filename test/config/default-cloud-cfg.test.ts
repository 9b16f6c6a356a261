import { describe, expect, test } from "bun:test";
import { builtinConfig, moduleLists } from "../../src/config/builtin-config.ts";
import type { CloudConfig } from "../../src/config/cloud-config.ts";
import { defaultConfigFiles } from "../../src/config/default-cloud-cfg.ts";
import { parseModuleList } from "../../src/stages/module-list.ts";
import { parseYaml } from "../../src/text/yaml.ts";

function read(platform: "aix" | "linux", name: string): CloudConfig {
  const content = defaultConfigFiles(platform).find((file) => file.name === name)?.content ?? "";
  const parsed = parseYaml(content, name);
  expect(parsed).toMatchObject({ ok: true, warnings: [] });
  return (parsed.ok ? parsed.value : {}) as CloudConfig;
}

describe.each(["aix", "linux"] as const)("on %s", (platform) => {
  const cloudCfg = read(platform, "cloud.cfg");

  test("cloud.cfg says what is built in, and more", () => {
    const { datasource_list: datasources, system_info: systemInfo } = builtinConfig(platform);
    expect(cloudCfg["datasource_list"]).toEqual(datasources);
    expect(cloudCfg).toMatchObject(moduleLists(platform));
    expect(cloudCfg).toMatchObject({
      users: ["default"],
      preserve_hostname: false,
      ssh_deletekeys: true,
      system_info: {
        paths: {
          templates_dir: (systemInfo as { paths: { templates_dir: string } }).paths.templates_dir,
        },
      },
    });
  });

  test("its module lists are read without a complaint", () => {
    for (const section of ["cloud_init_modules", "cloud_config_modules", "cloud_final_modules"]) {
      const { entries, problems } = parseModuleList(cloudCfg[section], section);
      expect(problems).toEqual([]);
      expect(entries.length).toBeGreaterThan(5);
    }
  });

  test("deferred files are written before any script of the last stage runs", () => {
    const { entries } = parseModuleList(cloudCfg["cloud_final_modules"], "cloud_final_modules");
    const names = entries.map(({ name }) => name);
    const firstScripts = names.findIndex((name) => name.startsWith("scripts_"));
    expect(names.indexOf("write_files_deferred")).toBeGreaterThanOrEqual(0);
    expect(names.indexOf("write_files_deferred")).toBeLessThan(firstScripts);
  });

  test("05_logging.cfg logs to the file first, warnings to the console, output through tee", () => {
    const logging = read(platform, "cloud.cfg.d/05_logging.cfg");
    const [first] = logging["log_cfgs"] as readonly (readonly string[])[];
    const ini = first?.join("\n") ?? "";
    expect(ini).toContain("class=FileHandler");
    expect(ini).toContain("/var/log/cloud-init.log");
    expect(ini).toMatch(/\[handler_consoleHandler\][^[]*level=WARNING/u);
    expect(logging["output"]).toEqual({ all: "| tee -a /var/log/cloud-init-output.log" });
  });
});

test("the AIX file keeps what PowerVC images rely on", () => {
  expect(read("aix", "cloud.cfg")).toMatchObject({
    disable_root: false,
    ssh_pwauth: true,
    datasource_list: ["ConfigDrive"],
    system_info: {
      distro: "aix",
      default_user: { name: "root", lock_passwd: false },
      paths: { cloud_dir: "/opt/freeware/var/lib/cloud/" },
    },
  });
});
