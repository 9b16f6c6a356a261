import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createAixLogForwarding } from "../../src/distros/aix/syslog.ts";
import { rsyslog } from "../../src/modules/rsyslog.ts";
import { readForwardingRules, readRsyslogSettings } from "../../src/modules/rsyslog-settings.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import { bootSimulatedAix, type SimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import { readTextIfExists } from "../../src/system/files.ts";
import { createTestDistro, type ModuleRun, runModule } from "../support/module-context.ts";

const QUIET = { debug() {}, info() {}, warn() {}, error() {} };
const CONF = "/etc/syslog.conf";

function runOnAix(
  aix: SimulatedAix,
  config: Readonly<Record<string, unknown>>,
): Promise<ModuleRun> {
  const base = createTestDistro(aix.system);
  const logForwarding = createAixLogForwarding({ sys: aix.system, log: QUIET, systemInfo: {} });
  return runModule(rsyslog, { config, system: aix.system, distro: { ...base, logForwarding } });
}

describe("on AIX without rsyslogd", () => {
  const config = {
    rsyslog: {
      remotes: { central: "192.0.2.50", audit: "auth.* @logs.example.com:514", off: null },
      configs: ["kern.debug @[2001:db8::50]"],
    },
  };

  test("plain lines go into a marked part of syslog.conf, and syslogd reads it", async () => {
    const aix = bootSimulatedAix();
    const before = readTextIfExists(aix.system.fs, CONF) ?? "";
    const done = await runOnAix(aix, config);
    expect(done.failures).toEqual([]);
    expect(readTextIfExists(aix.system.fs, CONF)).toBe(
      `${before}# Log hosts of cloud-init: begin\nkern.debug\t@2001:db8::50\n*.debug\t@192.0.2.50\nauth.debug\t@logs.example.com\n# Log hosts of cloud-init: end\n`,
    );
    const commands = aix.changes.flatMap((change) =>
      change.kind === "command" ? [change.argv.join(" ")] : [],
    );
    expect(commands).toEqual(["/usr/bin/refresh -s syslogd"]);
    expect(aix.gaps).toEqual([]);
    const mark = aix.changes.length;
    await runOnAix(aix, config);
    expect(aix.changes.slice(mark)).toEqual([]);
  });

  test("what syslogd cannot do is told, and the rest is done", async () => {
    const aix = bootSimulatedAix();
    const done = await runOnAix(aix, {
      rsyslog: {
        configs: [
          "*.* @@192.0.2.1",
          ':msg, contains, "x" @192.0.2.2',
          "local0.* /var/log/x",
          "*.* @192.0.2.3:6514",
          "$ModLoad imudp",
          "mail.=info @192.0.2.5",
          "mail.!err @192.0.2.6",
          "*.* @192.0.2.4",
        ],
      },
    });
    const warnings = done.log.filter((line) => line.startsWith("WARNING"));
    expect(warnings).toHaveLength(7);
    expect(warnings[0]).toContain("not TCP (@@)");
    expect(readTextIfExists(aix.system.fs, CONF)).toContain("*.debug\t@192.0.2.4\n");
    expect(done.failures).toEqual([]);
  });
});

describe("with rsyslogd", () => {
  async function run(
    config: Readonly<Record<string, unknown>>,
    files: Readonly<Record<string, string>> = {},
  ) {
    const restarts: string[] = [];
    const scripted = createScriptedSystem({
      files: { "/usr/sbin/rsyslogd": "", ...files },
      commands: { "own-reload": "" },
    });
    const base = createTestDistro(scripted.system);
    const services = {
      ...base.services,
      restart: async (service: string) => {
        restarts.push(service);
      },
    };
    const done = await runModule(rsyslog, {
      config,
      system: scripted.system,
      distro: { ...base, services },
    });
    const read = (path: string): string | undefined => readTextIfExists(scripted.system.fs, path);
    return { ...done, restarts, read, ran: scripted.commands };
  }

  test("files are written and the service restarts, only if one has changed", async () => {
    const config = {
      rsyslog: {
        configs: ["one", { content: "two\n", filename: "30-own.conf" }, "three"],
        remotes: { r: "*.* @@logs.example.com:6514 # why" },
      },
    };
    const done = await run(config);
    expect(done.read("/etc/rsyslog.d/20-cloud-config.conf")).toBe(
      "one\nthree\n# begin remotes\n*.* @@logs.example.com:6514 # r\n# end remotes\n",
    );
    expect(done.read("/etc/rsyslog.d/30-own.conf")).toBe("two\n");
    expect(done.restarts).toEqual(["syslog"]);
    const again = await run(config, {
      "/etc/rsyslog.d/20-cloud-config.conf": done.read("/etc/rsyslog.d/20-cloud-config.conf") ?? "",
      "/etc/rsyslog.d/30-own.conf": "two\n",
    });
    expect(again.restarts).toEqual([]);
  });

  test("the list of old, with its directory and file name", async () => {
    const done = await run({
      rsyslog: ["*.* @192.0.2.1"],
      rsyslog_dir: "/etc/own.d/",
      rsyslog_filename: "x.conf",
    });
    expect(done.read("/etc/own.d/x.conf")).toBe("*.* @192.0.2.1\n");
  });

  test("remotes go into the file that config_filename names", async () => {
    const done = await run({ rsyslog: { config_filename: "x.conf", remotes: { a: "192.0.2.1" } } });
    expect(done.read("/etc/rsyslog.d/x.conf")).toContain("*.* @192.0.2.1 # a\n");
    expect(done.read("/etc/rsyslog.d/20-cloud-config.conf")).toBeUndefined();
  });

  test("a command of one's own reloads", async () => {
    const done = await run({
      rsyslog: { configs: ["x"], service_reload_command: ["own-reload", "now"] },
    });
    expect(done.ran).toEqual([["own-reload", "now"]]);
    expect(done.restarts).toEqual([]);
  });

  test("a reload that failed is made up for by the next run, once", async () => {
    let exitCode = 1;
    const { system, commands } = createScriptedSystem({
      files: { "/usr/sbin/rsyslogd": "" },
      commands: { "own-reload": () => ({ exitCode, stderr: "no such bus\n" }) },
    });
    const config = { rsyslog: { configs: ["x"], service_reload_command: ["own-reload"] } };
    const again = () => runModule(rsyslog, { config, system, distro: createTestDistro(system) });
    expect((await again()).log.join("\n")).toContain("Failed to reload-or-restart syslog");
    expect((await again()).log.join("\n")).toContain("Failed to reload-or-restart syslog");
    exitCode = 0;
    expect((await again()).log.join("\n")).not.toContain("Failed");
    await again();
    expect(commands).toHaveLength(3);
    expect(readTextIfExists(system.fs, "/etc/rsyslog.d/20-cloud-config.conf")).toBe("x\n");
  });

  test("a run that is cut off between its files and the reload is made up for by the next, once", async () => {
    const { system, commands } = createScriptedSystem({
      files: { "/usr/sbin/rsyslogd": "" },
      commands: { "own-reload": "" },
    });
    const config = { rsyslog: { configs: ["x"], service_reload_command: ["own-reload"] } };
    const exec = { ...system.exec, run: () => new Promise<never>(() => {}) };
    const distro = createTestDistro(system);
    void runModule(rsyslog, { config, system: { ...system, exec }, distro });
    const path = "/etc/rsyslog.d/20-cloud-config.conf";
    while (readTextIfExists(system.fs, path) === undefined) {
      await Bun.sleep(1);
    }
    await runModule(rsyslog, { config, system, distro });
    await runModule(rsyslog, { config, system, distro });
    expect(commands).toEqual([["own-reload"]]);
  });

  test("install_rsyslog without rsyslogd says what to do", async () => {
    const settings = { configs: ["x"], install_rsyslog: true, check_exe: "/usr/sbin/nowhere" };
    const done = await run({ rsyslog: settings });
    expect(done.failures).toEqual([expect.stringContaining('put "rsyslog" into packages')]);
  });
});

describe("what is wrong is said, and the rest is done", () => {
  const cases: readonly [string, unknown, number][] = [
    ["text", "x", 1],
    ["configs is text", { configs: "x" }, 1],
    ["an entry is a number", { configs: [5, "good"] }, 1],
    ["a file name with a path", { configs: [{ content: "x", filename: "../../etc/passwd" }] }, 1],
    ["a file name that is hidden", { config_filename: ".x", configs: ["good"] }, 1],
    ["a relative directory", { config_dir: "x", configs: ["good"] }, 1],
    ["remotes is a list", { remotes: ["x"] }, 1],
    ["a host with a line end", { remotes: { a: "x\n*.* @evil", b: "good" } }, 1],
    ["a port beyond all", { remotes: { a: "x:99999" } }, 1],
    ["a filter that is none", { remotes: { a: "if(1) @x" } }, 1],
    ["a program with a blank", { check_exe: "a b" }, 1],
    ["install that is neither", { install_rsyslog: "some" }, 1],
    ["a host with a blank", { remotes: { a: "*.* @a b" } }, 1],
    ["a reload command that is text", { service_reload_command: "reload it" }, 1],
  ];
  for (const [title, written, count] of cases) {
    test(title, () => {
      const { problems, settings } = readRsyslogSettings({ rsyslog: written });
      expect(problems).toHaveLength(count);
      expect(settings.directory).toBe("/etc/rsyslog.d");
      expect(settings.files.every(({ name }) => !/[/]|^\./u.test(name))).toBe(true);
    });
  }

  test("whatever is written, files stay in the directory and rules have one line", () => {
    fc.assert(
      fc.property(fc.anything(), fc.dictionary(fc.string(), fc.string()), (written, remotes) => {
        readRsyslogSettings({ rsyslog: written });
        const { settings } = readRsyslogSettings({ rsyslog: { remotes, configs: [written] } });
        for (const { selector, host } of readForwardingRules(settings.files).rules) {
          expect(`${selector}${host}`).not.toMatch(/[\s\p{Cc}]/u);
        }
        return settings.files.every(({ name }) => !name.includes("/"));
      }),
    );
  });
});
