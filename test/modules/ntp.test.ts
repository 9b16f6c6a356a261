import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createLinuxTime } from "../../src/distros/linux/time.ts";
import { createAix } from "../../src/distros/aix/aix.ts";
import { isSubsystemUp } from "../../src/distros/aix/services.ts";
import { editNtpConf } from "../../src/distros/posix/ntp-conf.ts";
import { ntp } from "../../src/modules/ntp.ts";
import { readNtpSettings } from "../../src/modules/ntp-settings.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import { bootSimulatedAix, type SimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import { readTextIfExists } from "../../src/system/files.ts";
import { createTestDistro, type ModuleRun, runModule } from "../support/module-context.ts";

const QUIET = { debug() {}, info() {}, warn() {}, error() {} };

function runOnAix(aix: SimulatedAix, config: unknown): Promise<ModuleRun> {
  const distro = createAix({ sys: aix.system, log: QUIET, systemInfo: {} });
  return runModule(ntp, { config: { ntp: config }, system: aix.system, distro });
}

const changing = (aix: SimulatedAix, mark = 0): readonly string[] =>
  aix.changes
    .slice(mark)
    .flatMap((change) => (change.kind === "command" ? [change.argv.join(" ")] : []));

describe("on AIX", () => {
  test("servers, pools and peers are in ntp.conf, the original beside it, and xntpd has read it", async () => {
    const aix = bootSimulatedAix();
    const before = readTextIfExists(aix.system.fs, "/etc/ntp.conf") ?? "";
    const done = await runOnAix(aix, {
      servers: ["192.0.2.123", "ntp.example.com"],
      pools: ["pool.example.com"],
      peers: ["2001:db8::1"],
    });
    expect(done.failures).toEqual([]);
    const text = readTextIfExists(aix.system.fs, "/etc/ntp.conf") ?? "";
    expect(text).toBe(
      "server pool.example.com\nserver 192.0.2.123\nserver ntp.example.com\npeer 2001:db8::1\ndriftfile /etc/ntp.drift\ntracefile /etc/ntp.trace\n",
    );
    expect(before).toContain("broadcastclient");
    expect(readTextIfExists(aix.system.fs, "/etc/ntp.conf.dist")).toBe(before);
    expect(await isSubsystemUp(aix.system, "xntpd")).toBe(true);
    expect(aix.gaps).toEqual([]);
  });

  test("a second run changes nothing", async () => {
    const aix = bootSimulatedAix();
    await runOnAix(aix, { servers: ["192.0.2.123"] });
    const mark = aix.changes.length;
    const done = await runOnAix(aix, { servers: ["192.0.2.123"] });
    expect(aix.changes.slice(mark)).toEqual([]);
    expect(done.failures).toEqual([]);
    expect(done.log.at(-1)).toBe("INFO Time client is xntpd with 192.0.2.123, as it was");
  });

  test("a daemon that is commented out is started, now and at boot", async () => {
    const aix = bootSimulatedAix();
    await aix.system.exec.run(["/usr/sbin/chrctcp", "-S", "-d", "xntpd"], { okExitCodes: "any" });
    const mark = aix.changes.length;
    await runOnAix(aix, { servers: ["192.0.2.123"] });
    expect(changing(aix, mark)).toEqual(["/usr/sbin/chrctcp -S -a xntpd"]);
    expect(readTextIfExists(aix.system.fs, "/etc/rc.tcpip")).toMatch(/^start \/usr\/sbin\/xntpd/mu);
  });

  test("a daemon that runs, but not at the next boot, also reads what has changed", async () => {
    const aix = bootSimulatedAix();
    await aix.system.exec.run(["/usr/sbin/chrctcp", "-d", "xntpd"]);
    const mark = aix.changes.length;
    const done = await runOnAix(aix, { servers: ["192.0.2.123"], allow: ["192.0.2.0/24"] });
    expect(changing(aix, mark)).toEqual([
      "/usr/sbin/chrctcp -S -a xntpd",
      "/usr/bin/stopsrc -s xntpd",
      "/usr/bin/startsrc -s xntpd",
    ]);
    expect(await isSubsystemUp(aix.system, "xntpd")).toBe(true);
    expect(done.log.join("\n")).toContain("allow has no effect on AIX");
    expect(done.failures).toEqual([]);
  });

  test("without servers the file stays as it is; enabled: false leaves all alone", async () => {
    const aix = bootSimulatedAix();
    const before = readTextIfExists(aix.system.fs, "/etc/ntp.conf");
    await runOnAix(aix, {});
    expect(readTextIfExists(aix.system.fs, "/etc/ntp.conf")).toBe(before ?? "");
    const mark = aix.changes.length;
    await runOnAix(aix, { enabled: false, servers: ["192.0.2.123"] });
    expect(aix.changes.slice(mark)).toEqual([]);
  });

  test("a template of one's own is the whole file", async () => {
    const aix = bootSimulatedAix();
    const template =
      "## template: jinja\n{% for s in servers %}server {{ s }} prefer\n{% endfor %}";
    const done = await runOnAix(aix, { servers: ["192.0.2.1"], config: { template } });
    expect(done.failures).toEqual([]);
    expect(readTextIfExists(aix.system.fs, "/etc/ntp.conf")).toContain("server 192.0.2.1 prefer");
    const broken = await runOnAix(aix, { config: { template: "## template: jinja\n{{ x" } });
    expect(broken.failures).toEqual([expect.stringContaining("Jinja template")]);
  });
});

describe("on Linux", () => {
  const SHOW = "LoadState=loaded\nActiveState=inactive\nUnitFileState=disabled\n";
  async function run(config: unknown, files: Readonly<Record<string, string>>, shown = SHOW) {
    const scripted = createScriptedSystem({
      files: { "/run/systemd/system/x": "", ...files },
      commands: { "/usr/bin/systemctl": (argv) => (argv.includes("show") ? shown : "") },
    });
    const time = createLinuxTime({ sys: scripted.system, log: QUIET, systemInfo: {} }, "debian");
    const distro = { ...createTestDistro(scripted.system), time };
    const done = await runModule(ntp, { config: { ntp: config }, system: scripted.system, distro });
    const ran = scripted.changes.flatMap((change) =>
      change.kind === "command" ? [change.argv.slice(1).join(" ")] : [],
    );
    const read = (path: string): string => readTextIfExists(scripted.system.fs, path) ?? "";
    return { ...done, ran, read };
  }

  test("chrony keeps its other lines", async () => {
    const files = {
      "/usr/sbin/chronyd": "",
      "/etc/chrony/chrony.conf": "# Debian\npool 2.example.com iburst\nrtcsync\n",
    };
    const done = await run({ pools: ["pool.example.com"], allow: ["192.0.2.0/24"] }, files);
    expect(done.read("/etc/chrony/chrony.conf")).toBe(
      "# Debian\npool pool.example.com iburst\nallow 192.0.2.0/24\nrtcsync\n",
    );
    expect(done.ran).toEqual(["enable chrony.service", "--no-block restart chrony.service"]);
    expect(done.failures).toEqual([]);
    const active = "LoadState=loaded\nActiveState=active\nUnitFileState=enabled\n";
    const again = await run(
      { pools: ["pool.example.com"], allow: ["192.0.2.0/24"] },
      {
        ...files,
        "/etc/chrony/chrony.conf": done.read("/etc/chrony/chrony.conf"),
      },
      active,
    );
    expect(again.ran).toEqual([]);
  });

  test("ntpd and timesyncd by what is installed or named", async () => {
    const ntpd = await run(
      { servers: ["a.example.com"] },
      { "/usr/sbin/ntpd": "", "/etc/ntp.conf": "" },
    );
    expect(ntpd.read("/etc/ntp.conf")).toBe("server a.example.com iburst\n");
    const timesyncd = await run(
      { ntp_client: "systemd-timesyncd", servers: ["a.example.com"] },
      { "/lib/systemd/systemd-timesyncd": "", "/usr/sbin/chronyd": "" },
    );
    expect(timesyncd.read("/etc/systemd/timesyncd.conf.d/cloud-init.conf")).toContain(
      "[Time]\nNTP=a.example.com\n",
    );
  });

  test("a template of templates_dir is the whole file, the distribution's own before the plain one", async () => {
    const directory = "/etc/cloud/templates";
    const template =
      "## template: jinja\n{% for name in pools %}pool {{ name }} prefer\n{% endfor %}";
    const files = {
      "/usr/sbin/chronyd": "",
      [`${directory}/chrony.conf.tmpl`]: "plain\n",
      [`${directory}/chrony.conf.debian.tmpl`]: template,
    };
    const done = await run({ pools: ["pool.example.com"] }, files);
    expect(done.failures).toEqual([]);
    expect(done.read("/etc/chrony/chrony.conf")).toContain("pool pool.example.com prefer\n");
    expect((await run({}, files)).read("/etc/chrony/chrony.conf")).toBe("");
  });

  test("a client of one's own is what config says, and its program may be a bare name", async () => {
    const config = {
      confpath: "/etc/own.conf",
      check_exe: "ownd",
      service_name: "own",
      template: "## template: jinja\n{{ servers | join(' ') }}",
    };
    const files = { "/usr/sbin/ownd": "" };
    const done = await run({ ntp_client: "own", servers: ["192.0.2.1"], config }, files);
    expect(done.failures).toEqual([]);
    expect(done.read("/etc/own.conf")).toContain("192.0.2.1");
    expect(done.ran).toEqual(["enable own.service", "--no-block restart own.service"]);
    const absent = await run(
      { ntp_client: "own", config: { ...config, packages: ["own-time"] } },
      {},
    );
    expect(absent.failures).toEqual([expect.stringContaining('put "own-time" into packages')]);
  });

  test("what a client cannot do is told", async () => {
    const files = { "/lib/systemd/systemd-timesyncd": "" };
    const done = await run({ servers: ["a"], peers: ["b"], allow: ["192.0.2.0/24"] }, files);
    expect(done.failures).toEqual([]);
    expect(done.log.filter((line) => line.startsWith("WARNING"))).toHaveLength(2);
  });

  test("a client that is not installed, or unknown, is said with the way out", async () => {
    expect((await run({ servers: ["a"] }, {})).failures).toEqual([
      expect.stringContaining('put "chrony" into packages'),
    ]);
    expect((await run({ ntp_client: "sundial" }, {})).failures).toEqual([
      expect.stringContaining('there is no time client "sundial"'),
    ]);
  });
});

describe("what is written", () => {
  test("hosts that would begin another line or word are left out, each on its own", () => {
    const wrong = ["a b", "a\nserver evil", "", 5, null, "-x", "#", "a;b", "x".repeat(300)];
    const { settings, problems } = readNtpSettings({ servers: [...wrong, "good.example.com"] });
    expect(settings.servers).toEqual(["good.example.com"]);
    expect(problems).toHaveLength(wrong.length);
  });

  test("wrong types are told with their place", () => {
    const cases: readonly unknown[] = [
      "x",
      [],
      { enabled: "perhaps" },
      { servers: "192.0.2.1" },
      { pools: { a: 1 } },
      { peers: 5 },
      { allow: ["not a network"] },
      { ntp_client: ["chrony"] },
      { config: "x" },
      { config: { confpath: "relative" } },
      { config: { confpath: "/etc/a\nb" } },
      { config: { check_exe: "../x" } },
      { config: { service_name: "a b" } },
      { config: { packages: ["-y"] } },
      { config: { template: 5 } },
    ];
    for (const written of cases) {
      const { problems } = readNtpSettings(written);
      expect(problems.map(({ path }) => path?.[0])).toEqual(["ntp"]);
    }
    expect(readNtpSettings({ enabled: "no" }).settings.isEnabled).toBe(false);
  });

  test("whatever it is, it is read and no word of it begins a line", () => {
    fc.assert(
      fc.property(fc.anything(), fc.array(fc.string()), (anything, servers) => {
        readNtpSettings(anything);
        const { settings } = readNtpSettings({ servers, pools: anything, config: anything });
        const text = editNtpConf("# x\nrestrict default\n", settings, "pool");
        expect(text.split("\n").length).toBe(3 + settings.servers.length + settings.pools.length);
      }),
    );
  });
});
