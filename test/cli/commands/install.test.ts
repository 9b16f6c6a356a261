import { describe, expect, test } from "bun:test";
import type { CliContext } from "../../../src/cli/cli-context.ts";
import { runCli } from "../../../src/cli/cli.ts";
import {
  createScriptedSystem,
  type ScriptedSystem,
  type ScriptedSystemOptions,
} from "../../../src/simulator/scripted-system.ts";
import { readText } from "../../../src/system/files.ts";

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

  test("without systemd there are no units", async () => {
    const scripted = machine({ platform: "linux" });
    await install(scripted);
    expect(scripted.system.fs.stat("/etc/systemd")).toBeUndefined();
  });
});

describe("refused", () => {
  test("a root that is no directory", async () => {
    const { exitCode, stderr } = await install(machine(), ["--root", "/missing"]);
    expect(exitCode).toBe(2);
    expect(stderr).toStartWith('error: argument --root: "/missing" is not a directory\n');
  });

  test("this machine, as an ordinary user", async () => {
    const scripted = machine({ uid: 1000 });
    const { exitCode, stderr } = await install(scripted);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("must be root");
    expect(scripted.changes).toEqual([]);
  });
});
