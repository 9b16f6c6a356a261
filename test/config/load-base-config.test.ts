import { describe, expect, test } from "bun:test";
import { builtinConfig } from "../../src/config/builtin-config.ts";
import type { BaseConfig } from "../../src/config/load-base-config.ts";
import { CONFIG_FILE_SIZE_BYTES_MAX, loadBaseConfig } from "../../src/config/load-base-config.ts";
import { mergeWithInstance } from "../../src/config/merge-with-instance.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import { formatProblem } from "../../src/text/problem.ts";

const ETC = "/opt/freeware/etc/cloud";
const ROOTS = { configFile: `${ETC}/cloud.cfg`, runDir: "/run/cloud-init" };

async function load(
  files: Readonly<Record<string, string | Uint8Array>>,
  options: {
    readonly configFiles?: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
    readonly platform?: string;
  } = {},
): Promise<BaseConfig> {
  const { system, changes } = createScriptedSystem({
    files,
    platform: options.platform ?? "aix",
    env: options.env ?? {},
  });
  const loaded = await loadBaseConfig(system, {
    defaults: { from: "built-in", builtin: true },
    roots: ROOTS,
    configFiles: options.configFiles ?? [],
  });
  expect(changes).toEqual([]);
  return loaded;
}

function messages(loaded: { readonly problems: BaseConfig["problems"] }): readonly string[] {
  return loaded.problems.map(formatProblem);
}

describe("priority", () => {
  test("each level wins over those below it", async () => {
    const files = {
      "/a.yaml": "from: file-a",
      "/b.yaml": "from: file-b\nb: 1",
      "/env.yaml": "from: env\nenv: 1",
      "/run/cloud-init/cloud.cfg": "from: run\nrun: 1",
      [`${ETC}/cloud.cfg.d/20.cfg`]: "from: d20\nd20: 1",
      [`${ETC}/cloud.cfg.d/10.cfg`]: "from: d10\nd10: 1",
      [`${ETC}/cloud.cfg`]: "from: cfg\ncfg: 1",
      "/proc/cmdline": "ro cc: {from: cmdline, cmdline: 1} end_cc quiet",
    };
    const order: string[] = [];
    const remaining: Record<string, string> = { ...files };
    for (const path of [
      "/a.yaml",
      "/b.yaml",
      "/env.yaml",
      "/proc/cmdline",
      "/run/cloud-init/cloud.cfg",
      `${ETC}/cloud.cfg.d/20.cfg`,
      `${ETC}/cloud.cfg.d/10.cfg`,
      `${ETC}/cloud.cfg`,
    ]) {
      const { config, problems } = await load(remaining, {
        configFiles: ["/a.yaml", "/b.yaml"].filter((file) => file in remaining),
        env: "/env.yaml" in remaining ? { CLOUD_CFG: "/env.yaml" } : {},
        platform: "linux",
      });
      expect(problems).toEqual([]);
      order.push(String(config["from"]));
      delete remaining[path];
    }
    order.push(String((await load({})).config["from"]));
    expect(order).toEqual([
      "file-a",
      "file-b",
      "env",
      "cmdline",
      "run",
      "d20",
      "d10",
      "cfg",
      "built-in",
    ]);
    const all = await load(files, { platform: "linux", env: { CLOUD_CFG: "/env.yaml" } });
    expect(all.config).toEqual({
      from: "env",
      env: 1,
      cmdline: 1,
      run: 1,
      d20: 1,
      d10: 1,
      cfg: 1,
      builtin: true,
    });
  });

  test("datasource_list in cloud.cfg replaces the built-in list", async () => {
    const { system } = createScriptedSystem({
      files: { [`${ETC}/cloud.cfg`]: "datasource_list: ['None']\n" },
      platform: "aix",
    });
    const { config } = await loadBaseConfig(system, {
      defaults: builtinConfig("aix"),
      roots: ROOTS,
    });
    expect(config["datasource_list"]).toEqual(["None"]);
    expect(config["def_log_file"]).toBe("/var/log/cloud-init.log");
  });

  test("AIX has no kernel command line", async () => {
    const { config } = await load({ "/proc/cmdline": "cc: {from: cmdline}" });
    expect(config["from"]).toBe("built-in");
  });
});

describe("cloud.cfg.d", () => {
  test("only files ending in .cfg count, hidden ones too", async () => {
    const { config } = await load({
      [`${ETC}/cloud.cfg.d/.hidden.cfg`]: "hidden: 1",
      [`${ETC}/cloud.cfg.d/README`]: "readme: 1",
      [`${ETC}/cloud.cfg.d/x.cfg.bak`]: "bak: 1",
      [`${ETC}/cloud.cfg.d/sub.cfg/y.cfg`]: "sub: 1",
    });
    expect(config).toEqual({ from: "built-in", builtin: true, hidden: 1 });
  });

  test.each([
    ["conf_d: ' /etc/other '", { other: 1 }],
    ["conf_d: ''", {}],
    ["conf_d: false", {}],
    ["conf_d: ~", {}],
    ["conf_d: /etc/missing", {}],
  ])("%s", async (text, expected) => {
    const { config, problems } = await load({
      [`${ETC}/cloud.cfg`]: text,
      [`${ETC}/cloud.cfg.d/a.cfg`]: "usual: 1",
      "/etc/other/a.cfg": "other: 1",
    });
    const { conf_d: _, ...rest } = config;
    expect(rest).toEqual({ from: "built-in", builtin: true, ...expected });
    expect(problems).toEqual([]);
  });

  test("conf_d of another type is reported, and the usual directory read", async () => {
    const loaded = await load({
      [`${ETC}/cloud.cfg`]: "conf_d: [a]",
      [`${ETC}/cloud.cfg.d/a.cfg`]: "usual: 1",
    });
    expect(loaded.config["usual"]).toBe(1);
    expect(messages(loaded)).toEqual([
      `${ETC}/cloud.cfg: Cannot use conf_d, "${ETC}/cloud.cfg.d" is read: expected the path of a directory, found a list`,
    ]);
  });
});

describe("files that cannot be used", () => {
  test("one that is no YAML counts as empty, the others are used", async () => {
    const loaded = await load({
      [`${ETC}/cloud.cfg`]: "cfg: 1",
      [`${ETC}/cloud.cfg.d/a.cfg`]: "x: 1\ny: 'secret",
      [`${ETC}/cloud.cfg.d/b.cfg`]: "- a list",
      [`${ETC}/cloud.cfg.d/c.cfg`]: "# nothing\n",
      [`${ETC}/cloud.cfg.d/d.cfg`]: "",
    });
    expect(loaded.config).toEqual({ from: "built-in", builtin: true, cfg: 1 });
    expect(messages(loaded)).toEqual([
      expect.stringMatching(
        /a\.cfg:2:\d+: Failed loading yaml blob, the file counts as empty: Cannot read YAML: /u,
      ),
      expect.stringContaining(
        "b.cfg:1: Failed loading yaml blob, the file counts as empty: a mapping is expected at its top, found a list",
      ),
    ]);
    expect(messages(loaded).join()).not.toContain("secret");
  });

  test("a missing file is a problem only where it was asked for by name", async () => {
    expect((await load({})).problems).toEqual([]);
    const loaded = await load({}, { configFiles: ["/no.yaml"], env: { CLOUD_CFG: "/none.yaml" } });
    expect(messages(loaded)).toEqual([
      "/no.yaml: Cannot read configuration: there is no such file",
      "/none.yaml: Cannot read configuration: there is no such file",
    ]);
  });

  test("a directory in the place of a file is a problem", async () => {
    const loaded = await load({ [`${ETC}/cloud.cfg/x`]: "" });
    expect(messages(loaded)[0]).toContain("Cannot read configuration, it is left out");
  });

  test("a file beyond the limit is refused", async () => {
    const loaded = await load({
      [`${ETC}/cloud.cfg`]: new Uint8Array(CONFIG_FILE_SIZE_BYTES_MAX + 1),
    });
    expect(messages(loaded)[0]).toContain("the limit is 67108864");
  });

  test("keys that stand twice are noted, not counted", async () => {
    const loaded = await load({ [`${ETC}/cloud.cfg`]: "a: 1\na: 2" });
    expect(loaded.config["a"]).toBe(2);
    expect(loaded.problems).toEqual([]);
    expect(loaded.notes.map(formatProblem)[0]).toContain("cloud.cfg:2:1: This key stands twice");
  });
});

test("every file and directory that was looked for is among the inputs", async () => {
  const loaded = await load(
    { [`${ETC}/cloud.cfg.d/a.cfg`]: "a: 1" },
    { configFiles: ["/no.yaml"] },
  );
  expect(loaded.inputs.map((input) => (input.kind === "path" ? input.path : input.name))).toEqual([
    "/no.yaml",
    "/run/cloud-init/cloud.cfg",
    `${ETC}/cloud.cfg`,
    `${ETC}/cloud.cfg.d`,
    `${ETC}/cloud.cfg.d/a.cfg`,
  ]);
});

describe("with an instance", () => {
  test("user-data stands between --file and cloud.cfg, vendor-data below it", async () => {
    const base = await load(
      {
        "/f.yaml": "a: file",
        [`${ETC}/cloud.cfg`]: "a: cfg\nb: cfg\nc: cfg\nd: cfg\ne: cfg\nf: cfg",
      },
      { configFiles: ["/f.yaml"] },
    );
    const { config, problems } = await mergeWithInstance(base, {
      userData: { a: "user", b: "user" },
      vendorData2: "a: vendor2\nb: vendor2\nc: vendor2",
      vendorData: new TextEncoder().encode("c: vendor\nd: vendor"),
      datasource: { d: "datasource", e: "datasource" },
    });
    expect(problems).toEqual([]);
    expect(config).toMatchObject({
      a: "file",
      b: "user",
      c: "vendor2",
      d: "vendor",
      e: "datasource",
      f: "cfg",
      builtin: true,
    });
  });

  test("a list in user-data replaces the module list of cloud.cfg", async () => {
    const base = await load({ [`${ETC}/cloud.cfg`]: "cloud_init_modules: [migrator, ssh]" });
    const { config } = await mergeWithInstance(base, {
      userData: { cloud_init_modules: ["bootcmd"] },
    });
    expect(config["cloud_init_modules"]).toEqual(["bootcmd"]);
  });

  test("a kept text that is no YAML counts as empty", async () => {
    const base = await load({});
    const merged = await mergeWithInstance(base, { userData: "a: b: c", vendorData: "v: 1" });
    expect(merged.config).toMatchObject({ v: 1, builtin: true });
    expect(messages(merged)[0]).toContain("user-data:1");
  });

  test("without anything it is the base configuration", async () => {
    const base = await load({ [`${ETC}/cloud.cfg`]: "a: 1" }, { configFiles: [] });
    expect((await mergeWithInstance(base, {})).config).toEqual(base.config);
  });
});
