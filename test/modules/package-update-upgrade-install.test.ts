import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createAixPackages } from "../../src/distros/aix/packages.ts";
import { createLinuxPackages } from "../../src/distros/linux/packages.ts";
import { readPackageList } from "../../src/modules/package-list.ts";
import { packageUpdateUpgradeInstall } from "../../src/modules/package-update-upgrade-install.ts";
import {
  createScriptedSystem,
  type ScriptedSystemOptions,
} from "../../src/simulator/scripted-system.ts";
import {
  createTestDistro,
  INSTANCE_DIR,
  type ModuleRun,
  runModule,
} from "../support/module-context.ts";

const DNF = "/opt/freeware/bin/dnf";
const APT = "/usr/bin/apt-get";

interface Given extends ScriptedSystemOptions {
  readonly platform?: "aix" | "linux";
}

/** Short command lines of what changed something, options of apt left out. */
interface Run extends ModuleRun {
  readonly ran: readonly string[];
}

async function run(config: Readonly<Record<string, unknown>>, given: Given = {}): Promise<Run> {
  const platform = given.platform ?? "aix";
  const scripted = createScriptedSystem({ platform, ...given });
  const { system } = scripted;
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const ctx = { sys: system, log, systemInfo: {} };
  const packages = platform === "aix" ? createAixPackages(ctx) : createLinuxPackages(ctx);
  const distro = { ...createTestDistro(system), packages };
  const done = await runModule(packageUpdateUpgradeInstall, { config, system, distro });
  const ran = scripted.changes.flatMap((change) =>
    change.kind === "command"
      ? [change.argv.filter((word) => !/^--(?:option|assume|quiet)/u.test(word)).join(" ")]
      : [],
  );
  return { ...done, commands: scripted.commands, ran };
}

const nothingInstalled = { exitCode: 1, stdout: "package x is not installed\n" };

describe("on AIX", () => {
  const files = { [DNF]: "" };

  test("dnf fetches, upgrades and installs what is missing", async () => {
    const { ran, failures } = await run(
      { package_update: true, package_upgrade: true, packages: ["rsync", ["sudo", "1.9"], "bash"] },
      {
        files,
        commands: {
          [DNF]: "",
          "/usr/bin/rpm -q bash": "bash-5\n",
          "/usr/bin/rpm": nothingInstalled,
        },
      },
    );
    expect(ran).toEqual([
      `${DNF} -y makecache`,
      `${DNF} -y upgrade`,
      `${DNF} -y install rsync sudo-1.9`,
    ]);
    expect(failures).toEqual([]);
  });

  test("what is there already is not touched: not even the lists are fetched", async () => {
    const { ran, failures } = await run(
      { packages: ["bash", "bash"] },
      { files, commands: { "/usr/bin/rpm": "bash-5\n" } },
    );
    expect(ran).toEqual([]);
    expect(failures).toEqual([]);
  });

  test("one package that cannot be had does not keep the others away", async () => {
    const { ran, failures } = await run(
      { packages: ["good", "unknown", "fine"] },
      {
        files,
        commands: {
          [DNF]: (argv) =>
            argv.includes("unknown")
              ? { exitCode: 1, stderr: "No match for argument: unknown" }
              : "",
          "/usr/bin/rpm": nothingInstalled,
        },
      },
    );
    expect(ran.slice(1)).toEqual([
      `${DNF} -y install good unknown fine`,
      `${DNF} -y install good`,
      `${DNF} -y install unknown`,
      `${DNF} -y install fine`,
    ]);
    expect(failures).toHaveLength(1);
    expect(failures[0]).toContain('Failed to install packages: ["unknown"]');
  });

  test("filesets come by installp, and lslpp tells whether they are there", async () => {
    let isThere = false;
    const packages = [
      { installp: { source: "/mnt/f", filesets: ["bos.net.nfs.server", ["bos.x", "7.3.0.1"]] } },
    ];
    const commands = {
      "/usr/bin/lslpp": (argv: readonly string[]) =>
        isThere
          ? `bos:${argv[2] ?? ""}:7.3.0.1: : :C: :d\n`
          : { exitCode: 1, stderr: "not installed" },
      "/usr/sbin/installp": () => {
        isThere = true;
        return { exitCode: 1 };
      },
    };
    const { ran, failures } = await run({ packages }, { commands });
    expect(ran).toEqual([
      "/usr/sbin/installp -acgXY -d /mnt/f bos.net.nfs.server",
      "/usr/sbin/installp -acgXY -d /mnt/f bos.x 7.3.0.1",
    ]);
    expect(failures).toEqual([]);
    expect((await run({ packages }, { commands })).ran).toEqual([]);
  });

  test("a fileset that installp did not install, with exit code 0, is a failure", async () => {
    const packages = [{ installp: { source: "/mnt/f", filesets: ["bos.x"] } }];
    const { failures } = await run(
      { packages },
      { commands: { "/usr/bin/lslpp": { exitCode: 1 }, "/usr/sbin/installp": "" } },
    );
    expect(failures).toEqual([
      expect.stringContaining('fileset "bos.x" is not installed after it'),
    ]);
  });

  test("a .bff file comes by geninstall", async () => {
    const { ran } = await run(
      { packages: ["/var/tmp/own.bff"] },
      {
        files: { ...files, "/var/tmp/own.bff": "x" },
        commands: { [DNF]: "", "/usr/sbin/geninstall": "" },
      },
    );
    expect(ran.at(-1)).toBe("/usr/sbin/geninstall -I acgXY -d /var/tmp own.bff");
  });

  test("a manager that hung for hours is not asked for each package again", async () => {
    const { ran, failures } = await run(
      { packages: ["a", "b"] },
      {
        files,
        commands: {
          [DNF]: (argv) => (argv.includes("install") ? { exitCode: 124, timedOut: true } : ""),
          "/usr/bin/rpm": nothingInstalled,
        },
      },
    );
    expect(ran.filter((line) => line.includes(" install "))).toHaveLength(1);
    expect(failures).toHaveLength(1);
  });

  test("a restart that nothing tells of is said, with the way out", async () => {
    const { log, ran } = await run(
      { package_upgrade: true, package_reboot_if_required: true },
      { files, commands: { [DNF]: "" } },
    );
    expect(ran).toEqual([`${DNF} -y makecache`, `${DNF} -y upgrade`]);
    expect(log.join("\n")).toContain("power_state: {mode: reboot}");
  });

  test("an address with a password in it is refused and not shown", async () => {
    const { failures, ran } = await run(
      { packages: ["https://me:Secret-1@example.com/a.rpm"] },
      { files, commands: { [DNF]: "" } },
    );
    expect(ran).toEqual([]);
    expect(failures).toHaveLength(1);
    expect(failures[0]).not.toContain("Secret");
  });

  test("without a manager it is said what was looked for, once for each step", async () => {
    const { failures } = await run(
      { packages: ["rsync"] },
      { commands: { "/usr/bin/rpm": nothingInstalled } },
    );
    expect(failures).toHaveLength(2);
    expect(failures.join("\n")).toContain(
      "looked for /opt/freeware/bin/dnf, /opt/freeware/bin/yum",
    );
  });
});

describe("on Linux", () => {
  const status =
    "Package: bash\nStatus: install ok installed\nVersion: 5.2-1\n\nPackage: gone\nStatus: deinstall ok config-files\nVersion: 1\n";
  const apt = { [APT]: "", "/var/lib/dpkg/status": status };

  test("apt installs what dpkg does not have", async () => {
    const { ran, failures } = await run(
      { packages: ["bash", ["bash", "5.2-1"], ["bash", "6"], "gone", { apt: ["own"] }] },
      { platform: "linux", files: apt, commands: { [APT]: "" } },
    );
    expect(ran).toEqual([`${APT} update`, `${APT} install bash=6 gone own`]);
    expect(failures).toEqual([]);
  });

  test("a restart that the packages want comes at once, one time for an instance", async () => {
    const config = { package_upgrade: true, package_reboot_if_required: true };
    const given: Given = {
      platform: "linux",
      files: { ...apt, "/var/run/reboot-required": "" },
      commands: { [APT]: "", "/sbin/shutdown": "" },
    };
    const { ran, failures } = await run(config, given);
    expect(ran).toEqual([`${APT} update`, `${APT} dist-upgrade`, "/sbin/shutdown -r now"]);
    expect(failures).toEqual([expect.stringContaining("did not restart within 600 seconds")]);
    const mark = { [`${INSTANCE_DIR}/restarted-for-packages`]: "" };
    const again = await run(config, { ...given, files: { ...given.files, ...mark } });
    expect(again.ran).not.toContain("/sbin/shutdown -r now");
    expect(again.log.join("\n")).toContain("still want a restart");
  });

  test("dnf's tool has to say the words, since a broken repository ends with 1, too", async () => {
    const config = { package_upgrade: true, package_reboot_if_required: true };
    const restarts = async (stdout: string): Promise<boolean> => {
      const { ran } = await run(config, {
        platform: "linux",
        files: { "/usr/bin/dnf": "", "/usr/bin/needs-restarting": "" },
        commands: {
          "/usr/bin/dnf": "",
          "/usr/bin/needs-restarting -r": { exitCode: 1, stdout },
          "/sbin/shutdown": "",
        },
      });
      return ran.includes("/sbin/shutdown -r now");
    };
    expect(
      await restarts("Core libraries\nReboot is required to fully utilize these updates.\n"),
    ).toBe(true);
    expect(await restarts("Error: Failed to download metadata\n")).toBe(false);
  });

  test("a list that cannot be fetched does not stop the rest", async () => {
    const { ran, failures } = await run(
      { packages: ["own"] },
      {
        platform: "linux",
        files: apt,
        commands: { [APT]: (argv) => (argv.includes("update") ? { exitCode: 100 } : "") },
      },
    );
    expect(ran).toHaveLength(2);
    expect(failures).toEqual([expect.stringContaining("Package update failed")]);
  });
});

describe("the list", () => {
  test("takes names, versions and managers, each once", () => {
    const { packages, problems } = readPackageList(["a", ["b", 2], { dnf: ["a", "c"] }], "dnf");
    expect(packages).toEqual([{ name: "a" }, { name: "b", version: "2" }, { name: "c" }]);
    expect(problems).toEqual([]);
  });

  test("a manager that is not here is left out with a warning", () => {
    const { packages, problems } = readPackageList([{ snap: ["x"] }], "dnf");
    expect(packages).toEqual([]);
    expect(problems).toMatchObject([{ severity: "warning", path: ["packages", 0, "snap"] }]);
  });

  test("what could be an option, two words or nothing is refused, each on its own", () => {
    const wrong = ["--erase", "a b", "", 5, null, ["a", "1", "2"], ["a", "-x"], ["a\nb"]];
    const { packages, problems } = readPackageList([...wrong, "good"], "dnf");
    expect(packages).toEqual([{ name: "good" }]);
    expect(problems).toHaveLength(wrong.length);
  });

  test("whatever is written is read", () => {
    fc.assert(
      fc.property(fc.anything(), (written) =>
        readPackageList(written, "dnf").packages.every(({ name }) => !name.startsWith("-")),
      ),
    );
  });
});
