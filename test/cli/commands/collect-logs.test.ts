import { spawnSync } from "node:child_process";
import { describe, expect, test } from "bun:test";
import { runCli } from "../../../src/cli/cli.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";
import type { SimulatedAix } from "../../../src/simulator/aix/simulated-aix.ts";
import { FileError } from "../../../src/system/file-error.ts";
import type { System } from "../../../src/system/system.ts";
import { runBoot } from "../../support/boot-scenario.ts";
import { failDisk } from "../../support/failing-disk.ts";
import { bootMachine, CLEAN } from "../../support/run-by-hand.ts";
import { buildDrive, CLOUD_DIR, createMachine, DRIVE_ID } from "../../support/sample-machine.ts";

const FILE = "/tmp/logs.tar.gz";
const LOG = "/var/log/cloud-init.log";
const PASSWORD = 'Geheim"4711';

async function collect(system: System, ...args: readonly string[]) {
  const out = { stdout: "", stderr: "" };
  const ctx = {
    sys: system,
    cwd: "/tmp",
    stdout: (text: string) => (out.stdout += text),
    stderr: (text: string) => (out.stderr += text),
    exitCode: 0,
  };
  await runCli("cloud-init", ["collect-logs", ...args], ctx);
  return { ...out, exitCode: ctx.exitCode };
}

/** Text by name below the top directory, as GNU tar reads it. */
function unpack(bytes: Uint8Array): Readonly<Record<string, string>> {
  const tar = (...args: readonly string[]): string => {
    const result = spawnSync("tar", args, { input: bytes, encoding: "utf8", maxBuffer: 2 ** 30 });
    expect([result.status, result.stderr]).toEqual([0, ""]);
    return result.stdout;
  };
  const names = tar("-tzf", "-")
    .split("\n")
    .filter((name) => /[^/]$/u.test(name));
  return Object.fromEntries(
    names.map((name) => [name.slice(name.indexOf("/") + 1), tar("-xOzf", "-", name)]),
  );
}

/** An AIX that user-data with secrets has deployed. */
async function deployed(): Promise<SimulatedAix> {
  const userData = `#cloud-config
users: [{name: ops, plain_text_passwd: '${PASSWORD}', lock_passwd: false}]
runcmd: [[echo, marked-command]]
`;
  const aix = createMachine({
    drive: buildDrive({ userData, metaData: { admin_pass: "Admin-4712" } }),
  });
  expect(await runBoot(aix)).toEqual(CLEAN);
  const { fs } = aix.system;
  fs.makeDirectory("/tmp");
  fs.append(LOG, `a script said ${PASSWORD}, and Admin-4712\n`);
  fs.write(`${CLOUD_DIR}/instances/${DRIVE_ID}/ssh-host-keys.json`, '{"rsa": "marked-host-key"}');
  return aix;
}

describe("collect-logs on AIX", () => {
  test("packs version, facts, logs, configuration and state under one directory", async () => {
    const aix = await deployed();
    const done = await collect(aix.system, "-t", "logs.tar.gz");
    expect(done.exitCode).toBe(0);
    expect(done.stdout).toBe("");
    expect(done.stderr).toMatch(
      /^Wrote logs\.tar\.gz\nWARNING: Known secrets and what looks like one are masked [^\n]*\n$/u,
    );
    expect(aix.system.fs.stat(FILE)?.mode).toBe(0o600);
    const bytes = aix.system.fs.readBytes(FILE);
    const day = aix.system.clock.now().toISOString().slice(0, 10);
    const listing = spawnSync("tar", ["-tzf", "-"], { input: bytes, encoding: "utf8" }).stdout;
    expect(
      new Set(
        listing
          .trim()
          .split("\n")
          .map((name) => name.split("/")[0]),
      ),
    ).toEqual(new Set([`cloud-init-logs-${day}`]));
    const files = unpack(bytes);
    expect(Object.keys(files)).toEqual(
      expect.arrayContaining([
        "version",
        "manifest.txt",
        "cloud-init.log",
        "cloud-init-output.log",
        "oslevel-s.txt",
        "lsattr-en0.txt",
        "opt/freeware/etc/cloud/cloud.cfg",
        "opt/freeware/var/lib/cloud/data/status.json",
        `opt/freeware/var/lib/cloud/instances/${DRIVE_ID}/ledger.jsonl`,
        "run/cloud-init/instance-data.json",
        "etc/hosts",
      ]),
    );
    expect(files["version"]).toMatch(/^\d+\.\d+\.\d+\n$/u);
    expect(files["lsattr-inet0.txt"]).toContain("hostname");
    expect(files["netstat-rn.txt"]).toContain("192.0.2.1");
    expect(files["cloud-init.log"]).toContain("finish: modules-final: SUCCESS");
    expect(JSON.parse(files["opt/freeware/var/lib/cloud/data/status.json"] ?? "")).toHaveProperty(
      "v1.stage",
      null,
    );
  });

  test("holds no secret and no user-data, and says what it left out", async () => {
    const aix = await deployed();
    await collect(aix.system, "-t", FILE);
    const files = unpack(aix.system.fs.readBytes(FILE));
    const all = Object.values(files).join("\n");
    expect(all).not.toContain("Geheim");
    expect(all).not.toContain("Admin-4712");
    expect(all).not.toContain("marked-host-key");
    expect(files["cloud-init.log"]).toContain("a script said ***, and ***\n");
    const instance = `${CLOUD_DIR}/instances/${DRIVE_ID}`;
    for (const path of [
      `${instance}/user-data.txt`,
      `${instance}/cloud-config.txt`,
      `${instance}/obj.pkl`,
      "/run/cloud-init/instance-data-sensitive.json",
      "/run/cloud-init/combined-cloud-config.json",
    ]) {
      expect(Object.keys(files)).not.toContain(path.slice(1));
      expect(files["manifest.txt"]).toContain(
        `${path}: it holds user-data; --include-userdata collects it\n`,
      );
    }
    expect(files["manifest.txt"]).toContain(
      `${instance}/ssh-host-keys.json: the machine's private keys\n`,
    );
    expect(Object.keys(files).filter((name) => /\/(?:sem|scripts)\//u.test(name))).toEqual([]);
  });

  test("masks what another file overrides, and what a seed holds", async () => {
    const aix = await deployed();
    const { fs } = aix.system;
    const configs = "/opt/freeware/etc/cloud/cloud.cfg.d";
    fs.write(`${configs}/50_a.cfg`, "password: Erste-4713\n");
    fs.write(`${configs}/60_b.cfg`, "password: Zweite-4714\n");
    const seed = `${CLOUD_DIR}/seed/config_drive/openstack/latest`;
    fs.write(`${seed}/meta_data.json`, '{"uuid": "x", "admin_pass": "Dritte-4715"}');
    fs.write(`${seed}/user_data`, "Vierte-4716");
    await collect(aix.system, "-t", FILE);
    const files = unpack(fs.readBytes(FILE));
    expect(files[`${configs.slice(1)}/50_a.cfg`]).toBe("password: ***\n");
    expect(files[`${configs.slice(1)}/60_b.cfg`]).toBe("password: ***\n");
    expect(files[`${seed.slice(1)}/meta_data.json`]).toBe('{"uuid": "x", "admin_pass": "***"}');
    expect(Object.values(files).join("\n")).not.toMatch(/-471\d/u);
  });

  test("holds no secret of copies of the configuration, of seeds, and of what is known by its form", async () => {
    const aix = await deployed();
    const { fs } = aix.system;
    const config = "/opt/freeware/etc/cloud";
    const seed = `${CLOUD_DIR}/seed`;
    const secretFiles: Readonly<Record<string, string>> = {
      [`${config}/cloud.cfg.rpmsave`]: "users: [{name: a, plain_text_passwd: Leak-4720}]\n",
      [`${config}/cloud.cfg.d/99.cfg.bak`]: "chpasswd:\n  list: |\n    root:Leak-4721\n",
      [`${seed}/config_drive/openstack/content/0001`]: "Leak-4722\n",
      [`${seed}/ovf/ovf-env.xml`]: '<Property oe:key="password" oe:value="Leak-4723"/>',
      [`${seed}/opennebula/context.sh`]: "ROOT_PASSWORD='Leak-4724'\n",
      [`${seed}/nocloud/user-data`]: "#cloud-config\npassword: Leak-4725\n",
      [`${seed}/nocloud/meta-data`]: "admin-pass: Leak-4726\n",
    };
    for (const [path, content] of Object.entries(secretFiles)) {
      fs.write(path, content, { mode: 0o600 });
    }
    fs.append(LOG, "Leak-4720 Leak-4721 Leak-4723 Leak-4725\ndb_password=Leak-4727\n");
    for (const options of [[], ["-r"]]) {
      await collect(aix.system, "-t", FILE, ...options);
      const files = unpack(fs.readBytes(FILE));
      expect(Object.values(files).join("\n")).not.toMatch(/Leak-47\d\d/u);
      expect(files["cloud-init.log"]).toContain("*** *** *** ***\ndb_password=***\n");
      expect(files["manifest.txt"]).toContain("/openstack/content/0001: it holds user-data;");
    }
  });

  test("-u takes user-data and masks nothing, but host keys stay", async () => {
    const aix = await deployed();
    const done = await collect(aix.system, "-u", "-t", FILE);
    expect(done.stderr).toContain("WARNING: It holds user-data");
    const files = unpack(aix.system.fs.readBytes(FILE));
    const instance = `${CLOUD_DIR}/instances/${DRIVE_ID}`.slice(1);
    expect(files[`${instance}/user-data.txt`]).toContain(PASSWORD);
    expect(Object.keys(files)).toContain(`${instance}/obj.pkl`);
    expect(files["cloud-init.log"]).toContain(PASSWORD);
    expect(Object.values(files).join("\n")).not.toContain("marked-host-key");
  });

  test("-r takes only what all may read, and the logs", async () => {
    const aix = await deployed();
    const done = await collect(aix.system, "-r", "-t", FILE);
    expect(done.stderr).toMatch(/^Wrote \/tmp\/logs\.tar\.gz\nWARNING: [^\n]*hand it on\.\n$/u);
    const files = unpack(aix.system.fs.readBytes(FILE));
    const instance = `${CLOUD_DIR}/instances/${DRIVE_ID}`.slice(1);
    expect(Object.keys(files)).toContain("cloud-init.log");
    expect(Object.keys(files)).toContain("run/cloud-init/instance-data.json");
    expect(Object.keys(files)).not.toContain(`${instance}/ledger.jsonl`);
    expect(Object.values(files).join("\n")).not.toContain("Geheim");
  });

  test("-r and -u exclude each other", async () => {
    const done = await collect((await deployed()).system, "-r", "-u");
    expect(done.exitCode).toBe(2);
    expect(done.stderr).toContain("not allowed with argument --include-userdata/-u");
  });

  test("a command that is not there is a line in its file", async () => {
    const aix = await bootMachine();
    await collect(aix.system, "-t", FILE.replace("/tmp", "/"));
    const files = unpack(aix.system.fs.readBytes(FILE.replace("/tmp", "/")));
    expect(files["errpt.txt"]).toBe('Cannot run "/usr/bin/errpt": it is not on this machine\n');
  });

  test("of a log that is too long the end is kept, and that is said", async () => {
    const aix = await deployed();
    const line = `${"x".repeat(99)}\n`;
    aix.system.fs.write(LOG, `first\n${line.repeat(180_000)}last ${PASSWORD}\n`);
    const done = await collect(aix.system, "-t", FILE);
    expect(done.stderr).toContain(`Not whole: ${LOG}: only the last 16 MiB of 17 MiB\n`);
    const log = unpack(aix.system.fs.readBytes(FILE))["cloud-init.log"] ?? "";
    expect(log.length).toBeLessThanOrEqual(16 * 1024 * 1024);
    expect(log.startsWith(line)).toBe(true);
    expect(log.endsWith("last ***\n")).toBe(true);
  }, 20_000);

  test("rotated logs are unpacked and masked; what is no text stays out", async () => {
    const aix = await deployed();
    const { fs } = aix.system;
    fs.write(`${LOG}.1.gz`, Bun.gzipSync(new TextEncoder().encode(`old ${PASSWORD}\n`)));
    fs.write(`${LOG}.2.gz`, Bun.gzipSync(new TextEncoder().encode("cut")).slice(0, 15));
    fs.write(`${CLOUD_DIR}/data/blob`, new Uint8Array([1, 0, 2]));
    await collect(aix.system, "-v", "-t", FILE);
    const files = unpack(fs.readBytes(FILE));
    expect(files["cloud-init.log.1"]).toBe("old ***\n");
    expect(files["manifest.txt"]).toContain(`${LOG}.2.gz: the gzip data is cut short\n`);
    expect(files["manifest.txt"]).toContain(
      `${CLOUD_DIR}/data/blob: it is no text, in which secrets could be masked\n`,
    );
  });

  test("-v may be repeated and names what is collected", async () => {
    const aix = await deployed();
    for (const args of [["-vv"], ["-v", "-v"], ["--verbose"]]) {
      const done = await collect(aix.system, ...args);
      expect(done.stderr).toContain("Collected cloud-init.log\n");
      expect(done.stderr).toContain("Wrote cloud-init.tar.gz\n");
    }
  });

  test("a directory that cannot be read costs only itself", async () => {
    const aix = await deployed();
    const { fs } = aix.system;
    const failing = {
      ...fs,
      list(path: string): readonly string[] {
        if (path === "/run/cloud-init") {
          throw new FileError("list", path, "EIO");
        }
        return fs.list(path);
      },
    };
    expect((await collect({ ...aix.system, fs: failing }, "-t", FILE)).exitCode).toBe(0);
    const files = unpack(fs.readBytes(FILE));
    expect(files["manifest.txt"]).toContain(
      '/run/cloud-init: Cannot list "/run/cloud-init": input/output error (EIO)\n',
    );
    expect(Object.keys(files)).toContain("cloud-init.log");
  });

  test("works where cloud-init has never run", async () => {
    const aix = createMachine();
    aix.system.fs.makeDirectory("/tmp");
    expect((await collect(aix.system, "-t", FILE)).exitCode).toBe(0);
    expect(Object.keys(unpack(aix.system.fs.readBytes(FILE)))).toContain("lsdev-C.txt");
  });

  test("works with state of the Python agent and files that are cut short", async () => {
    const aix = await deployed();
    const { fs } = aix.system;
    const instance = `${CLOUD_DIR}/instances/${DRIVE_ID}`;
    fs.write(`${instance}/obj.pkl`, new Uint8Array([0x80, 2, 0x63, 0]));
    fs.write("/run/cloud-init/combined-cloud-config.json", '{"a": ');
    fs.write("/run/cloud-init/instance-data-sensitive.json", "");
    expect((await collect(aix.system, "-t", FILE)).exitCode).toBe(0);
    const all = Object.values(unpack(fs.readBytes(FILE))).join("\n");
    expect(all).not.toContain("Geheim");
  });
});

describe("what cannot be is said, and nothing is left", () => {
  test("only root may", async () => {
    const { system } = createScriptedSystem({ uid: 1000, files: { "/tmp/x": "" } });
    expect(await collect(system)).toEqual({
      stdout: "",
      stderr: "This command must be run as root.\n",
      exitCode: 1,
    });
    expect(system.fs.list("/tmp")).toEqual(["x"]);
  });

  test("a place that is taken is left alone", async () => {
    const aix = await deployed();
    const { fs } = aix.system;
    fs.makeDirectory("/tmp/dir");
    fs.symlink("/etc/passwd", "/tmp/link");
    const before = fs.readBytes("/etc/passwd");
    for (const [name, what] of [
      ["dir", "a directory"],
      ["link", "a symbolic link"],
    ]) {
      expect(await collect(aix.system, "-t", `/tmp/${name}`)).toEqual({
        stdout: "",
        stderr: `Cannot write "/tmp/${name}": ${what} is there, which is left alone; name another file with --tarfile\n`,
        exitCode: 1,
      });
    }
    expect(fs.readBytes("/etc/passwd")).toEqual(before);
    fs.write("/tmp/theirs", "", { mode: 0o666, owner: "1000:1000" });
    expect((await collect(aix.system, "-t", "/tmp/theirs")).stderr).toBe(
      'Cannot write "/tmp/theirs": a file of another user (uid 1000) is there, who could read the archive; remove it or name another file with --tarfile\n',
    );
    expect(fs.readBytes("/tmp/theirs")).toHaveLength(0);
    const nowhere = await collect(aix.system, "-t", "/tmp/none/x.tar.gz");
    expect(nowhere.stderr).toBe(
      'Cannot write "/tmp/none/x.tar.gz": there is no directory "/tmp/none"\n',
    );
  });

  test("a file that comes there while it collects does not get the archive; an own one becomes root's", async () => {
    const aix = await deployed();
    const { fs, exec } = aix.system;
    const racing: System = {
      ...aix.system,
      exec: {
        ...exec,
        query(argv, options) {
          if (fs.stat(FILE) === undefined) {
            fs.write(FILE, "", { mode: 0o666, owner: "1000:1000" });
          }
          return exec.query(argv, options);
        },
      },
    };
    const done = await collect(racing, "-t", FILE);
    expect(done.exitCode).toBe(1);
    expect(done.stderr).toContain("EEXIST");
    expect(fs.readBytes(FILE)).toHaveLength(0);
    fs.write(FILE, "older", { mode: 0o644, owner: "0:1000" });
    expect((await collect(aix.system, "-t", FILE)).exitCode).toBe(0);
    expect(fs.stat(FILE)).toMatchObject({ uid: 0, gid: 0, mode: 0o600 });
  });

  test("a full disc leaves an older archive as it was", async () => {
    const aix = await deployed();
    aix.system.fs.write(FILE, "older");
    const { system } = failDisk(aix.system, { code: "ENOSPC", fails: () => true });
    const done = await collect(system, "-t", FILE);
    expect(done.exitCode).toBe(1);
    expect(done.stderr).toMatch(
      /^Cannot write "\/tmp\/logs\.tar\.gz": no space is left on the device \(ENOSPC\) \(it would have [^\n]+\)\n$/u,
    );
    expect(new TextDecoder().decode(aix.system.fs.readBytes(FILE))).toBe("older");
  });
});
