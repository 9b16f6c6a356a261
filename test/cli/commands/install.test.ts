import { describe, expect, test } from "bun:test";
import type { CliContext } from "../../../src/cli/cli-context.ts";
import { runCli } from "../../../src/cli/cli.ts";
import {
  createScriptedSystem,
  type ScriptedSystem,
  type ScriptedSystemOptions,
} from "../../../src/simulator/scripted-system.ts";
import { readText } from "../../../src/system/files.ts";
import { OLD_PACKAGE_FILES, OLD_PACKAGE_LINKS } from "../../support/old-package-files.ts";

const LSATTR = "/usr/sbin/lsattr -El sys0 -F attribute value";
const CLOUDDEV_OFF = { [LSATTR]: "ghostdev  0\nclouddev  0\n" };
const DONE = { "/usr/lib/boot/bootutil": "", "/usr/sbin/chdev": "sys0 changed\n" };
const CLOUD_CFG = "/opt/freeware/etc/cloud/cloud.cfg";

function machine(options: ScriptedSystemOptions = {}): ScriptedSystem {
  const files = { "/opt/freeware/bin/cloud-init": "program", ...options.files };
  return createScriptedSystem({
    platform: "aix",
    commands: { ...CLOUDDEV_OFF, ...DONE },
    ...options,
    files,
  });
}

async function install(scripted: ScriptedSystem, args: readonly string[] = []) {
  const output = { stdout: "", stderr: "" };
  const ctx: CliContext = {
    sys: scripted.system,
    stdout: (text) => void (output.stdout += text),
    stderr: (text) => void (output.stderr += text),
    exitCode: 0,
  };
  await runCli("cloud-init", ["install", ...args], ctx);
  return { exitCode: ctx.exitCode, lines: output.stdout.trim().split("\n"), stderr: output.stderr };
}

describe("on AIX", () => {
  test("the program, scripts and links have the paths, modes and targets of the old package", async () => {
    const scripted = machine();
    const { exitCode, stderr } = await install(scripted);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const { fs } = scripted.system;
    expect(fs.stat("/opt/freeware/bin/cloud-init")?.mode).toBe(0o755);
    expect(fs.readLink("/opt/freeware/bin/cloud-init-per")).toBe("cloud-init");
    const links = fs.list("/etc/rc.d/rc2.d");
    expect(links.map((name) => `${name} -> ${fs.readLink(`/etc/rc.d/rc2.d/${name}`)}`)).toEqual([
      "S01cloud-init-local -> /etc/rc.d/init.d/cloud-init-local",
      "S02cloud-init -> /etc/rc.d/init.d/cloud-init",
      "S03cloud-config -> /etc/rc.d/init.d/cloud-config",
      "S04cloud-final -> /etc/rc.d/init.d/cloud-final",
    ]);
    for (const name of fs.list("/etc/rc.d/init.d")) {
      expect(fs.stat(`/etc/rc.d/init.d/${name}`)).toMatchObject({ kind: "file", mode: 0o755 });
      expect(readText(fs, `/etc/rc.d/init.d/${name}`)).toStartWith("#!/usr/bin/ksh\n");
    }
  });

  test("the configuration is there, with its directories", async () => {
    const scripted = machine();
    await install(scripted);
    const { fs } = scripted.system;
    expect(readText(fs, CLOUD_CFG)).toContain("datasource_list");
    for (const path of [CLOUD_CFG, `${CLOUD_CFG}.d/05_logging.cfg`, `${CLOUD_CFG}.d/README`]) {
      expect(fs.stat(path)).toMatchObject({ kind: "file", mode: 0o644 });
    }
    for (const path of ["/opt/freeware/etc/cloud/templates", "/opt/freeware/var/lib/cloud"]) {
      expect(fs.stat(path)).toMatchObject({ kind: "directory", mode: 0o755 });
    }
  });

  test("the templates are there to be edited, and an edited one stays", async () => {
    const directory = "/opt/freeware/etc/cloud/templates";
    const scripted = machine({ files: { [`${directory}/hosts.aix.tmpl`]: "mine\n" } });
    await install(scripted);
    const { fs } = scripted.system;
    expect(fs.list(directory)).toEqual(["hosts.aix.tmpl", "resolv.conf.tmpl"]);
    expect(readText(fs, `${directory}/hosts.aix.tmpl`)).toBe("mine\n");
    expect(fs.stat(`${directory}/resolv.conf.tmpl`)?.mode).toBe(0o644);
  });

  test("a user's configuration is never written over", async () => {
    const scripted = machine({ files: { [CLOUD_CFG]: "mine: true\n" } });
    const { lines } = await install(scripted);
    expect(lines).toContain(`kept ${CLOUD_CFG}`);
    expect(readText(scripted.system.fs, CLOUD_CFG)).toBe("mine: true\n");
  });

  test("a second run writes nothing and says so", async () => {
    const scripted = machine();
    const first = await install(scripted);
    expect(first.lines.some((line) => line.startsWith("wrote "))).toBeTrue();
    const again = machine({ commands: { [LSATTR]: "clouddev 1\n" } });
    await install(again);
    again.changes.length = 0;
    const { lines } = await install(again);
    expect(lines.filter((line) => !line.startsWith("kept "))).toEqual([]);
    expect(again.changes).toEqual([]);
  });
});

describe("sys0 of AIX", () => {
  const changesOf = (scripted: ScriptedSystem): string[] =>
    scripted.commands.map((argv) => argv.join(" ")).filter((line) => line !== LSATTR);

  test("clouddev where this level has it, as the old package did", async () => {
    const scripted = machine();
    const { lines } = await install(scripted);
    expect(changesOf(scripted)).toEqual([
      "/usr/lib/boot/bootutil -c",
      "/usr/sbin/chdev -l sys0 -a clouddev=1",
    ]);
    expect(lines.at(-1)).toBe("set sys0 clouddev=1");
  });

  test("ghostdev where it has not", async () => {
    const scripted = machine({ commands: { [LSATTR]: "ghostdev  0\n", ...DONE } });
    await install(scripted);
    expect(changesOf(scripted)).toEqual(["/usr/sbin/chdev -l sys0 -a ghostdev=1"]);
  });

  test("what is set already is left alone", async () => {
    const scripted = machine({ commands: { [LSATTR]: "clouddev 1\n" } });
    const { lines } = await install(scripted);
    expect(changesOf(scripted)).toEqual([]);
    expect(lines.at(-1)).toBe("kept sys0 clouddev=1");
  });

  test("a failure is said and stops nothing", async () => {
    const scripted = machine({
      commands: {
        ...CLOUDDEV_OFF,
        "/usr/lib/boot/bootutil": { exitCode: 127 },
        "/usr/sbin/chdev": { exitCode: 1 },
      },
    });
    const { exitCode, lines } = await install(scripted);
    expect(exitCode).toBe(0);
    expect(lines.at(-1)).toStartWith("could not set sys0 clouddev=1");
  });

  test("an image's sys0 is not this machine's", async () => {
    const scripted = machine();
    scripted.system.fs.makeDirectory("/image");
    const { lines } = await install(scripted, ["--root", "image"]);
    expect(scripted.commands).toEqual([]);
    expect(lines).toContain("wrote /image/opt/freeware/bin/cloud-init");
  });
});

describe("on Linux", () => {
  test("units are written and enabled where systemd is", async () => {
    const scripted = machine({ platform: "linux", files: { "/lib/systemd/system/x.service": "" } });
    const { exitCode } = await install(scripted);
    expect(exitCode).toBe(0);
    const { fs } = scripted.system;
    expect(fs.readLink("/usr/bin/cloud-init-per")).toBe("cloud-init");
    const dir = "/etc/systemd/system";
    const names = [
      "cloud-config.service",
      "cloud-final.service",
      "cloud-init-local.service",
      "cloud-init.service",
    ];
    expect(fs.list(`${dir}/cloud-init.target.wants`)).toEqual(names);
    expect(fs.readLink(`${dir}/multi-user.target.wants/cloud-init.target`)).toBe(
      `${dir}/cloud-init.target`,
    );
    for (const name of names) {
      expect(fs.readLink(`${dir}/cloud-init.target.wants/${name}`)).toBe(`${dir}/${name}`);
      expect(readText(fs, `${dir}/${name}`)).toContain("ExecStart=/usr/bin/cloud-init ");
    }
    expect(fs.stat("/etc/cloud/cloud.cfg")?.mode).toBe(0o644);
    expect(fs.stat("/var/lib/cloud")?.kind).toBe("directory");
  });

  test("units of the distribution's own cloud-init that ours do not replace are masked", async () => {
    const scripted = machine({
      platform: "linux",
      files: {
        "/usr/lib/systemd/system/cloud-init-main.service": "[Service]\n",
        "/usr/lib/systemd/system/cloud-init-network.service": "[Service]\n",
      },
    });
    await install(scripted);
    const { fs } = scripted.system;
    const dir = "/etc/systemd/system";
    expect(fs.readLink(`${dir}/cloud-init-main.service`)).toBe("/dev/null");
    expect(fs.readLink(`${dir}/cloud-init-network.service`)).toBe("/dev/null");
    expect(fs.stat(`${dir}/cloud-init-hotplugd.socket`)).toBeUndefined();
  });

  test("without systemd and sysvinit there are no boot scripts, and that is said", async () => {
    for (const files of [{}, { "/etc/init.d/x": "", "/etc/runlevels/default/x": "" }]) {
      const scripted = machine({ platform: "linux", files });
      const { exitCode, stderr } = await install(scripted);
      expect(exitCode).toBe(0);
      expect(stderr).toStartWith("Nothing runs at boot: there is neither systemd nor ");
      expect(scripted.system.fs.stat("/etc/systemd")).toBeUndefined();
      expect(scripted.system.fs.stat("/etc/rc3.d")).toBeUndefined();
    }
  });

  test("with sysvinit in Debian's layout the first stages are around the network", async () => {
    const scripted = machine({
      platform: "linux",
      files: {
        "/etc/inittab": "",
        "/etc/init.d/networking": "",
        "/etc/rcS.d/S12networking": "",
        "/lib/systemd/system/left-by-packages.service": "",
      },
    });
    const { exitCode, stderr } = await install(scripted);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const { fs } = scripted.system;
    expect(fs.list("/etc/rcS.d")).toEqual([
      "S12cloud-init-local",
      "S12networking",
      "S13cloud-init",
    ]);
    expect(fs.readLink("/etc/rcS.d/S13cloud-init")).toBe("../init.d/cloud-init");
    for (const level of [2, 3, 4, 5]) {
      expect(fs.list(`/etc/rc${level}.d`)).toEqual(["S98cloud-config", "S99cloud-final"]);
    }
    const script = readText(fs, "/etc/init.d/cloud-init-local");
    expect(script).toStartWith("#!/bin/sh\n### BEGIN INIT INFO\n# Provides: cloud-init-local\n");
    expect(script).toContain("# Default-Start: S\n");
    expect(script).not.toContain("ODMDIR");
    expect(fs.stat("/etc/systemd")).toBeUndefined();
  });

  test("links of the distribution's own cloud-init do not run the scripts a second time", async () => {
    const scripted = machine({
      platform: "linux",
      files: { "/etc/inittab": "", "/etc/init.d/cloud-init": "old\n", "/etc/rcS.d/S02x": "" },
    });
    const { fs } = scripted.system;
    fs.symlink("../init.d/cloud-init", "/etc/rc2.d/S01cloud-init");
    const { lines } = await install(scripted);
    expect(lines).toContain("removed /etc/rc2.d/S01cloud-init: the links above take its place");
    expect(fs.list("/etc/rc2.d")).toEqual(["S98cloud-config", "S99cloud-final"]);
    const output: string[] = [];
    const ctx: CliContext = {
      sys: scripted.system,
      stdout: (text) => void output.push(text),
      stderr: () => {},
      exitCode: 0,
    };
    await runCli("cloud-init", ["install"], ctx);
    expect(
      output
        .join("")
        .split("\n")
        .every((line) => /^(?:kept .*)?$/u.test(line)),
    ).toBeTrue();
    await runCli("cloud-init", ["uninstall"], ctx);
    expect(fs.readLink("/etc/rc2.d/S01cloud-init")).toBe("../init.d/cloud-init");
    expect(readText(fs, "/etc/init.d/cloud-init")).toBe("old\n");
    expect(fs.list("/etc/rc2.d")).toEqual(["S01cloud-init"]);
  });

  test("with sysvinit in Red Hat's layout all stages are in each level", async () => {
    const scripted = machine({
      platform: "linux",
      files: { "/etc/rc.d/init.d/network": "", "/etc/rc.d/rc3.d/S10network": "" },
    });
    await install(scripted);
    const { fs } = scripted.system;
    expect(fs.list("/etc/rc.d/rc5.d")).toEqual([
      "S10cloud-init-local",
      "S11cloud-init",
      "S98cloud-config",
      "S99cloud-final",
    ]);
    expect(fs.readLink("/etc/rc.d/rc3.d/S11cloud-init")).toBe("../init.d/cloud-init");
    expect(fs.stat("/etc/rc.d/init.d/cloud-init")?.mode).toBe(0o755);
  });
});

describe("over IBM's package", () => {
  const RPM = "/usr/bin/rpm -q cloud-init";
  function oldMachine(rpm: string | { exitCode: number }): ScriptedSystem {
    const scripted = machine({
      files: { ...OLD_PACKAGE_FILES, "/tmp/cloud-init": "the program" },
      commands: { [LSATTR]: "clouddev 1\n", [RPM]: rpm },
    });
    for (const [path, target] of Object.entries(OLD_PACKAGE_LINKS)) {
      scripted.system.fs.symlink(target, path);
    }
    const { system } = scripted;
    const executablePath = "/tmp/cloud-init";
    return { ...scripted, system: { ...system, process: { ...system.process, executablePath } } };
  }
  const PYTHON = "/opt/freeware/lib/python2.7/site-packages/cloudinit";

  test("its links and configuration are kept, its Python is left alone, the rest is said", async () => {
    const scripted = oldMachine({ exitCode: 1 });
    const { exitCode, lines, stderr } = await install(scripted, ["--from-ibm"]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const { fs } = scripted.system;
    for (const [path, target] of Object.entries(OLD_PACKAGE_LINKS)) {
      expect(lines).toContain(`kept ${path} -> ${target}`);
    }
    for (const [path, content] of Object.entries(OLD_PACKAGE_FILES)) {
      const isReplaced = path.startsWith("/etc/rc.d/") || path.startsWith("/opt/freeware/bin/");
      expect({ path, isReplaced: readText(fs, path) !== content }).toEqual({ path, isReplaced });
    }
    expect(lines).toContain(`left alone ${PYTHON}`);
    const losses = lines.filter((line) => line.startsWith("  "));
    expect(losses.map((line) => line.replace(/[:,] .*$/u, "").trim())).toEqual([
      `${PYTHON}/config/cc_mine.py`,
      `${PYTHON}/handlers/ours.py`,
      "/opt/freeware/etc/cloud/templates/odd.tmpl",
      'module "never_heard_of" in cloud_init_modules',
      'module "mine" in cloud_config_modules',
    ]);
    expect(losses.join("\n")).toContain("odd.tmpl, line 2: this template cannot be rendered");
    expect(lines).toContain("taken over; 5 things do not run any more:");
  });

  test("an external module that takes a Python module's place is no loss in the lists", async () => {
    const scripted = oldMachine({ exitCode: 1 });
    const path = "/opt/freeware/lib/cloud-init/modules/mine";
    scripted.system.fs.write(path, "#!/bin/sh\n# cloud-init-module: 1\n", { mode: 0o755 });
    const { lines } = await install(scripted);
    expect(lines.join("\n")).not.toContain('module "mine"');
  });

  test("a package that RPM still knows of is said, with the way out", async () => {
    const { lines } = await install(oldMachine("cloud-init-0.7.5-4.1.ppc\n"));
    const note = lines.find((line) => line.startsWith("note: "));
    expect(note).toContain('still has "cloud-init-0.7.5-4.1.ppc"');
    expect(note).toEndWith("/usr/bin/rpm -e --justdb --noscripts cloud-init");
  });

  test("--from-ibm where it is not does nothing", async () => {
    const scripted = machine();
    const { exitCode, stderr } = await install(scripted, ["--from-ibm"]);
    expect(exitCode).toBe(1);
    expect(stderr).toStartWith("Cannot take over from IBM's package: there is no ");
    expect(scripted.changes).toEqual([]);
  });
});

describe("--keep-config", () => {
  test("no configuration is written, and the machine without one is told of", async () => {
    const scripted = machine();
    const { exitCode, stderr } = await install(scripted, ["--keep-config"]);
    expect(exitCode).toBe(0);
    expect(stderr).toStartWith(`There is no "${CLOUD_CFG}": the boot scripts do not start`);
    const { fs } = scripted.system;
    expect(fs.stat("/opt/freeware/etc/cloud/cloud.cfg.d")).toBeUndefined();
    expect(fs.list("/opt/freeware/etc/cloud/templates")).toEqual([]);
    expect(fs.readLink("/etc/rc.d/rc2.d/S02cloud-init")).toBe("/etc/rc.d/init.d/cloud-init");
  });

  test("beside a configuration nothing is added", async () => {
    const scripted = machine({ files: { [CLOUD_CFG]: "mine: true\n" } });
    const { stderr } = await install(scripted, ["--keep-config"]);
    expect(stderr).toBe("");
    expect(scripted.system.fs.list("/opt/freeware/etc/cloud")).toEqual(["cloud.cfg", "templates"]);
  });
});

test("the directory of external modules is root's, and nobody else writes there", async () => {
  const scripted = machine();
  await install(scripted);
  expect(scripted.system.fs.stat("/opt/freeware/lib/cloud-init/modules")).toMatchObject({
    kind: "directory",
    mode: 0o755,
    uid: 0,
    gid: 0,
  });
});

describe("whose layout an image has", () => {
  const cases: readonly [file: string, content: string, agent: string][] = [
    ["/image/etc/os-release", 'ID="rhel"\n', "/image/usr/bin/cloud-init"],
    ["/image/usr/lib/os-release", "ID=debian\n", "/image/usr/bin/cloud-init"],
    ["/image/etc/objrepos/CuAt", "", "/image/opt/freeware/bin/cloud-init"],
  ];
  for (const [file, content, agent] of cases) {
    for (const platform of ["aix", "linux"]) {
      test(`${file} on ${platform}`, async () => {
        const scripted = machine({ platform, files: { [file]: content } });
        await install(scripted, ["--root", "/image"]);
        expect(scripted.system.fs.stat(agent)?.kind).toBe("file");
      });
    }
  }
});

describe("refused", () => {
  test("a root that is no directory", async () => {
    const { exitCode, stderr } = await install(machine(), ["--root", "/missing"]);
    expect(exitCode).toBe(2);
    expect(stderr).toStartWith('error: argument --root: "/missing" is not a directory\n');
  });

  test("an image with a directory that leads out of it, before anything is written", async () => {
    const links: readonly [path: string, target: string][] = [
      ["/image/etc", "/etc"],
      ["/image/opt/freeware/lib", "../../../elsewhere"],
      ["/image/opt", "inner"],
    ];
    for (const [path, target] of links) {
      const scripted = machine({ files: { "/elsewhere/x": "", "/image/y": "" } });
      const { fs } = scripted.system;
      fs.symlink("/elsewhere", "/image/inner");
      fs.symlink(target, path);
      scripted.changes.length = 0;
      const { exitCode, stderr } = await install(scripted, ["--root", "/image"]);
      expect(exitCode).toBe(1);
      expect(stderr).toContain("which leads out of it; run the install inside the image");
      expect(scripted.changes).toEqual([]);
    }
  });

  test("where a directory stands in a file's place", async () => {
    const scripted = machine({ files: { "/etc/rc.d/init.d/cloud-init/x": "" } });
    const { exitCode, stderr } = await install(scripted);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      'Cannot install "/etc/rc.d/init.d/cloud-init": there is a directory of that name',
    );
  });

  test("this machine, as an ordinary user", async () => {
    const scripted = machine({ uid: 1000 });
    const { exitCode, stderr } = await install(scripted);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("must be root");
    expect(scripted.changes).toEqual([]);
  });
});

test("a program of Linux is not put into an image of AIX", async () => {
  const elf = new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  const scripted = machine({
    platform: "linux",
    files: { "/usr/bin/cloud-init": elf, "/image/etc/motd": "" },
  });
  const sys = { ...scripted.system };
  Object.assign(sys.process, { executablePath: "/usr/bin/cloud-init" });
  const { exitCode, stderr } = await install({ ...scripted, system: sys }, [
    "--root",
    "/image",
    "--distro",
    "aix",
  ]);
  expect(exitCode).toBe(1);
  expect(stderr).toStartWith(
    'Cannot install "/usr/bin/cloud-init" for AIX: it is a program of Linux',
  );
  expect(scripted.system.fs.stat("/image/opt")).toBeUndefined();
});

test("IBM's activation engine is told, with the command that takes it away", async () => {
  const scripted = machine({
    files: { "/usr/bin/rpm": "" },
    commands: {
      [LSATTR]: "clouddev 1\n",
      "/usr/bin/rpm -q cloud-init": { exitCode: 1 },
      "/usr/bin/rpm -qa":
        "bash-5.2.15-1.ppc\nactivation-engine-common-2.2-1.ppc\nvmc.vsae-2.4-1.ppc\n",
    },
  });
  const { lines, exitCode } = await install(scripted);
  expect(exitCode).toBe(0);
  expect(lines.find((line) => line.includes("activation engine"))).toEndWith(
    ": rpm -e activation-engine-common-2.2-1.ppc vmc.vsae-2.4-1.ppc",
  );
});
