import { describe, expect, test } from "bun:test";
import type { CliContext } from "../../../src/cli/cli-context.ts";
import { runCli } from "../../../src/cli/cli.ts";
import {
  createScriptedSystem,
  type ScriptedSystem,
  type ScriptedSystemOptions,
} from "../../../src/simulator/scripted-system.ts";
import { readText } from "../../../src/system/files.ts";
import type { System } from "../../../src/system/system.ts";
import { failDisk } from "../../support/failing-disk.ts";
import { snapshotFiles } from "../../support/memory-snapshot.ts";
import { OLD_PACKAGE_FILES, OLD_PACKAGE_LINKS } from "../../support/old-package-files.ts";

const LSATTR = "/usr/sbin/lsattr -El sys0 -F attribute value";
/** The new program, run from where somebody unpacked it. */
const PROGRAM = "/tmp/cloud-init";
const AGENT = "/opt/freeware/bin/cloud-init";
const CLOUD_CFG = "/opt/freeware/etc/cloud/cloud.cfg";
const UNDO = "/opt/freeware/lib/cloud-init/install";

function machine(options: ScriptedSystemOptions = {}): ScriptedSystem {
  const scripted = createScriptedSystem({
    platform: "aix",
    commands: {
      [LSATTR]: "clouddev 1\n",
      "/usr/bin/rpm -q cloud-init": {
        exitCode: 1,
        stdout: "package cloud-init is not installed\n",
      },
    },
    ...options,
    files: { [PROGRAM]: "the new program", ...options.files },
  });
  return {
    ...scripted,
    system: {
      ...scripted.system,
      process: { ...scripted.system.process, executablePath: PROGRAM },
    },
  };
}

function oldMachine(options: ScriptedSystemOptions = {}): ScriptedSystem {
  const scripted = machine({ ...options, files: { ...OLD_PACKAGE_FILES, ...options.files } });
  const { fs } = scripted.system;
  for (const [path, target] of Object.entries(OLD_PACKAGE_LINKS)) {
    fs.symlink(target, path);
  }
  for (const name of Object.keys(OLD_PACKAGE_FILES).filter((path) => /bin\/|init\.d/u.test(path))) {
    fs.setAttributes(name, { mode: 0o755 });
  }
  return scripted;
}

async function run(system: System, args: readonly string[]) {
  const output = { stdout: "", stderr: "" };
  const ctx: CliContext = {
    sys: system,
    stdout: (text) => void (output.stdout += text),
    stderr: (text) => void (output.stderr += text),
    exitCode: 0,
  };
  await runCli("cloud-init", args, ctx);
  return { exitCode: ctx.exitCode, lines: output.stdout.trim().split("\n"), stderr: output.stderr };
}

/** It also says which directories were there before: after an install that was cut off, one more. */
function withoutRecord(snapshot: Readonly<Record<string, string>>) {
  const { [`${UNDO}/manifest.json`]: record, ...rest } = snapshot;
  expect(record).toStartWith("file 600 0:0 ");
  return rest;
}

describe("what was there before comes back byte for byte", () => {
  test("on a machine without any cloud-init nothing is left", async () => {
    const { system } = machine();
    const before = snapshotFiles(system.fs);
    expect(await run(system, ["install"])).toMatchObject({ exitCode: 0, stderr: "" });
    expect(readText(system.fs, AGENT)).toBe("the new program");
    expect(await run(system, ["uninstall"])).toMatchObject({ exitCode: 0, stderr: "" });
    expect(snapshotFiles(system.fs)).toEqual(before);
  });

  test("over IBM's package, also after two installs", async () => {
    const { system } = oldMachine();
    const before = snapshotFiles(system.fs);
    await run(system, ["install"]);
    expect(readText(system.fs, "/etc/rc.d/init.d/cloud-init")).toContain("/usr/bin/ksh");
    expect(system.fs.readLink(`${AGENT}-per`)).toBe("cloud-init");
    await run(system, ["install"]);
    const { lines } = await run(system, ["uninstall"]);
    expect(lines).toContain(`restored ${AGENT}`);
    expect(lines).toContain("restored /etc/rc.d/init.d/cloud-init-local");
    expect(lines).toContain(
      "kept /etc/rc.d/rc2.d/S01cloud-init-local: it was there before the install",
    );
    expect(lines).toContain("the state of the deployments stays in /opt/freeware/var/lib/cloud");
    expect(snapshotFiles(system.fs)).toEqual(before);
  });

  test("after an upgrade of the program too", async () => {
    const { system } = oldMachine();
    const before = snapshotFiles(system.fs);
    await run(system, ["install"]);
    system.fs.write(PROGRAM, "an even newer program");
    const { lines } = await run(system, ["install"]);
    expect(lines.filter((line) => /^(?:wrote|saved)/u.test(line))).toEqual([`wrote ${AGENT}`]);
    await run(system, ["uninstall", "--force"]);
    system.fs.write(PROGRAM, "the new program");
    expect(snapshotFiles(system.fs)).toEqual(before);
  });
});

describe("what stays", () => {
  test("configuration that was edited, and the state of deployments", async () => {
    const { system } = machine();
    await run(system, ["install"]);
    system.fs.write(CLOUD_CFG, "mine: true\n");
    system.fs.write("/opt/freeware/var/lib/cloud/seed/x", "");
    const { exitCode, lines } = await run(system, ["uninstall"]);
    expect(exitCode).toBe(0);
    expect(lines).toContain(`kept ${CLOUD_CFG}: it was changed since the install`);
    expect(lines).toContain("kept /opt/freeware/var/lib/cloud: it is not empty");
    expect(readText(system.fs, CLOUD_CFG)).toBe("mine: true\n");
    expect(system.fs.stat(AGENT)).toBeUndefined();
    expect(system.fs.stat(UNDO)).toBeUndefined();
  });

  test("the program, where it was put there by hand and ran from there", async () => {
    const { system } = createScriptedSystem({
      platform: "aix",
      files: { [AGENT]: "the program" },
      commands: { [LSATTR]: "clouddev 1\n" },
    });
    const before = snapshotFiles(system.fs);
    system.fs.setAttributes(AGENT, { mode: 0o700 });
    await run(system, ["install"]);
    const { lines } = await run(system, ["uninstall"]);
    expect(lines).toContain(`kept ${AGENT}: it was there before the install`);
    expect(Object.keys(snapshotFiles(system.fs))).toEqual(Object.keys(before));
  });

  test("what others made of our files before a second install is saved", async () => {
    const { system } = machine();
    await run(system, ["install"]);
    system.fs.write("/etc/rc.d/init.d/cloud-init", "#!/bin/sh\n# edited\n");
    const again = await run(system, ["install"]);
    const saved = again.lines.find((line) => line.startsWith("saved "));
    const copy = saved?.replace(/^.* as /u, "") ?? "";
    expect(readText(system.fs, copy)).toBe("#!/bin/sh\n# edited\n");
    const { lines } = await run(system, ["uninstall"]);
    expect(lines.some((line) => line.startsWith(`kept ${UNDO}/changed: `))).toBeTrue();
    expect(readText(system.fs, copy)).toBe("#!/bin/sh\n# edited\n");
  });
});

describe("a file that was changed since", () => {
  test("stops the uninstall before it begins, and goes with --force", async () => {
    const { system, changes } = machine();
    await run(system, ["install"]);
    const script = "/etc/rc.d/init.d/cloud-final";
    system.fs.write(script, "#!/bin/sh\n# mine\n");
    changes.length = 0;
    const refused = await run(system, ["uninstall"]);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toBe(
      `"${script}" was changed since the install\nNothing was uninstalled: look at these files, then say --force\n`,
    );
    expect(changes).toEqual([]);
    expect((await run(system, ["uninstall", "--force"])).exitCode).toBe(0);
    expect(system.fs.stat(script)).toBeUndefined();
  });

  test("is saved before --force takes it away, and nothing else of the install stays: no link, no script", async () => {
    const { system } = machine();
    const before = Object.keys(snapshotFiles(system.fs));
    await run(system, ["install"]);
    const script = "/etc/rc.d/init.d/cloud-final";
    system.fs.write(script, "#!/bin/sh\n# mine\n");
    const { exitCode, lines } = await run(system, ["uninstall", "--force"]);
    expect(exitCode).toBe(0);
    const said = lines.find((line) => line.startsWith(`removed ${script}, which was changed`));
    const copy = said?.replace(/^.*: saved as /u, "") ?? "";
    expect(copy).toStartWith(`${UNDO}/changed/`);
    expect(readText(system.fs, copy)).toBe("#!/bin/sh\n# mine\n");
    expect(system.fs.stat(copy)?.mode).toBe(0o600);
    const left = Object.keys(snapshotFiles(system.fs)).filter(
      (path) => !before.includes(path) && !`${copy}/`.startsWith(`${path}/`),
    );
    expect(left).toEqual([]);
  });

  test("is saved too where the file of before takes its place", async () => {
    const { system } = oldMachine();
    await run(system, ["install"]);
    system.fs.write(`${AGENT}-per.sh`, "not ours");
    const script = "/etc/rc.d/init.d/cloud-init-local";
    system.fs.write(script, "#!/bin/sh\n# mine\n");
    const { lines } = await run(system, ["uninstall", "--force"]);
    const said = lines.find((line) => line.startsWith(`restored ${script}, which was changed`));
    expect(readText(system.fs, said?.replace(/^.*: saved as /u, "") ?? "")).toContain("# mine");
    expect(readText(system.fs, script)).not.toContain("# mine");
  });

  test("a copy that is damaged is never restored", async () => {
    const { system } = oldMachine();
    await run(system, ["install"]);
    system.fs.write(`${UNDO}/kept${AGENT}`, "cut sh");
    const refused = await run(system, ["uninstall"]);
    expect(refused.stderr).toContain(`"${AGENT}" cannot be restored: the copy `);
    expect(readText(system.fs, AGENT)).toBe("the new program");
    const { lines } = await run(system, ["uninstall", "--force"]);
    expect(lines).toContain(`kept ${AGENT}: there is no good copy to restore`);
    expect(readText(system.fs, AGENT)).toBe("the new program");
  });
});

test("--dry-run changes nothing and says what would be done", async () => {
  const { system, changes } = oldMachine();
  await run(system, ["install"]);
  changes.length = 0;
  const { exitCode, lines } = await run(system, ["uninstall", "--dry-run"]);
  expect(exitCode).toBe(0);
  expect(changes).toEqual([]);
  expect(lines).toContain(`would have restored ${AGENT}`);
  expect(lines.every((line) => line.startsWith("would have "))).toBeTrue();
});

describe("sys0 of AIX", () => {
  const commands = (sys0: string) => ({
    [LSATTR]: sys0,
    "/usr/lib/boot/bootutil": "",
    "/usr/sbin/chdev": "sys0 changed\n",
  });

  test("an attribute that the install set gets its value of before", async () => {
    let value = "0";
    const scripted = machine({
      commands: {
        ...commands(""),
        [LSATTR]: () => `clouddev ${value}\n`,
        "/usr/sbin/chdev": (argv) => {
          value = argv.at(-1)?.replace("clouddev=", "") ?? "";
          return "";
        },
      },
    });
    await run(scripted.system, ["install"]);
    expect(value).toBe("1");
    const { lines } = await run(scripted.system, ["uninstall"]);
    expect(lines[0]).toBe("set sys0 clouddev=0, as before the install");
    expect(value).toBe("0");
  });

  test("what had been set before the install stays set", async () => {
    const scripted = machine({ commands: commands("clouddev 1\n") });
    await run(scripted.system, ["install"]);
    await run(scripted.system, ["uninstall"]);
    expect(scripted.commands.filter(([program]) => program === "/usr/sbin/chdev")).toEqual([]);
  });
});

describe("refused", () => {
  test("where nothing was installed", async () => {
    const { exitCode, stderr } = await run(machine().system, ["uninstall"]);
    expect(exitCode).toBe(1);
    expect(stderr).toBe(
      `Cannot uninstall: there is no "${UNDO}/manifest.json", so that nothing is known of an install\n`,
    );
  });

  test("for a distro that there is not", async () => {
    for (const command of ["install", "uninstall"]) {
      const { exitCode, stderr } = await run(machine().system, [command, "--distro", "debain"]);
      expect(exitCode).toBe(2);
      expect(stderr).toContain('invalid choice: "debain" (choose from aix, ');
      expect(stderr).toContain('did you mean "debian"?');
    }
  });

  test("to an ordinary user, and below what is no directory", async () => {
    const { system } = machine({ uid: 1000 });
    expect((await run(system, ["uninstall"])).stderr).toContain("must be root");
    expect((await run(system, ["uninstall", "--root", "/no"])).exitCode).toBe(2);
  });

  test("with a record that is not ours, or cut short", async () => {
    for (const record of ['{"format": 2, "entries": []}', '{"format": 1, "entr', "[]"]) {
      const { system } = machine({ files: { [`${UNDO}/manifest.json`]: record } });
      for (const command of ["install", "uninstall"]) {
        const { exitCode, stderr } = await run(system, [command]);
        expect(exitCode).toBe(1);
        expect(stderr).toContain(`${UNDO}/manifest.json`);
      }
      expect(system.fs.stat(AGENT)).toBeUndefined();
    }
  });

  test("where the record names a place that a link leads out of the image", async () => {
    const { system } = machine();
    system.fs.makeDirectory("/image");
    await run(system, ["install", "--root", "/image"]);
    system.fs.remove("/image/etc/rc.d");
    system.fs.makeDirectory("/etc/rc.d/init.d");
    system.fs.symlink("/etc/rc.d", "/image/etc/rc.d");
    const { exitCode, stderr } = await run(system, ["uninstall", "--root", "/image"]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("which leads out of it");
  });
});

describe("cut off or on a full disk at any change", () => {
  const paths = [...Object.keys(OLD_PACKAGE_FILES), ...Object.keys(OLD_PACKAGE_LINKS)];

  async function countChanges(args: readonly string[], first?: readonly string[]): Promise<number> {
    const { system } = oldMachine();
    if (first !== undefined) {
      await run(system, first);
    }
    const disk = failDisk(system, { code: "ENOSPC", fails: () => false });
    await run(disk.system, args);
    return disk.changeCount();
  }

  test("one write that fails leaves every old file as it was or as it was to be", async () => {
    const count = await countChanges(["install"]);
    expect(count).toBeGreaterThanOrEqual(15);
    for (let index = 0; index < count; index += 1) {
      const { system } = oldMachine();
      const before = snapshotFiles(system.fs);
      const disk = failDisk(system, { code: "ENOSPC", fails: (_, at) => at === index });
      const failed = await run(disk.system, ["install"]);
      expect(failed.exitCode).toBe(1);
      expect(failed.stderr).toMatch(/^cloud-init: Cannot [a-z ]+"[^"]+": no space is left/u);
      const missing = paths.filter((path) => system.fs.stat(path) === undefined);
      expect({ index, missing }).toEqual({ index, missing: [] });
      if (system.fs.stat(`${UNDO}/manifest.json`) !== undefined) {
        await run(system, ["uninstall"]);
      }
      const after = snapshotFiles(system.fs);
      expect(Object.keys(before).filter((path) => after[path] !== before[path])).toEqual([]);
    }
  });

  test("an install that was cut off is finished by another, and undone by uninstall", async () => {
    const count = await countChanges(["install"]);
    const whole = oldMachine();
    await run(whole.system, ["install"]);
    const wanted = withoutRecord(snapshotFiles(whole.system.fs));
    for (let index = 0; index < count; index += 1) {
      for (const args of [["install"], ["uninstall"]]) {
        const { system } = oldMachine();
        const before = snapshotFiles(system.fs);
        const disk = failDisk(system, { code: "EIO", fails: (_, at) => at >= index });
        await run(disk.system, ["install"]);
        // Both programs are called alike by both kinds of scripts: any mixture boots.
        expect(paths.filter((path) => system.fs.stat(path) === undefined)).toEqual([]);
        await run(system, args);
        const after = snapshotFiles(system.fs);
        if (args[0] === "install") {
          expect({ index, after: withoutRecord(after) }).toEqual({ index, after: wanted });
        } else {
          const changed = Object.keys(before).filter((path) => after[path] !== before[path]);
          expect({ index, changed }).toEqual({ index, changed: [] });
        }
      }
    }
  });

  test("an uninstall that was cut off is finished by another", async () => {
    const count = await countChanges(["uninstall"], ["install"]);
    for (let index = 0; index < count; index += 1) {
      const { system } = oldMachine();
      const before = snapshotFiles(system.fs);
      await run(system, ["install"]);
      const disk = failDisk(system, { code: "EIO", fails: (_, at) => at >= index });
      await run(disk.system, ["uninstall"]);
      await run(system, ["uninstall"]);
      const after = snapshotFiles(system.fs);
      const changed = Object.keys(before).filter((path) => after[path] !== before[path]);
      expect({ index, changed }).toEqual({ index, changed: [] });
      expect(system.fs.stat(AGENT)?.kind).toBe("file");
      expect(readText(system.fs, AGENT)).toBe(OLD_PACKAGE_FILES[AGENT] ?? "");
    }
  });
});
