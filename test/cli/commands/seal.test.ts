import { describe, expect, test } from "bun:test";
import { VOLUME_GROUP_MAPPING_PATH } from "../../../src/distros/aix/volume-group-mapping.ts";
import type { System } from "../../../src/system/system.ts";
import { runBoot } from "../../support/boot-scenario.ts";
import { findMarked } from "../../support/marked-files.ts";
import { machineChanges } from "../../support/machine-state.ts";
import { CLEAN } from "../../support/run-by-hand.ts";
import { CLOUD_DIR, createMachine, messagesAt, textAt } from "../../support/sample-machine.ts";
import {
  deployed,
  deployElsewhere,
  MARKS,
  newDrive,
  NEW_ID,
  OLD_HOST,
  oldDrive,
  seal,
} from "../../support/seal-scenario.ts";
import { activeGroups, TWO_GROUPS_MAPPING } from "../../support/storage-scenario.ts";

const has = (aix: { readonly system: System }, path: string): boolean =>
  aix.system.fs.stat(path) !== undefined;

describe("seal on AIX", () => {
  test("then deployed elsewhere: nothing of the old instance is left in any file or in the ODM", async () => {
    const aix = await deployed();
    expect(findMarked(aix.system.fs, MARKS).length).toBeGreaterThan(10);
    const { fs } = aix.system;
    for (const name of fs.list("/etc/ssh").filter((name) => name.startsWith("ssh_host_"))) {
      fs.append(`/etc/ssh/${name}`, "MARKED-HOST-KEY\n");
    }
    const oldNodeId = textAt(aix, "/etc/ct_node_id").split("\n")[0] ?? "";

    const first = await seal(aix.system);
    expect(first).toMatchObject({ stderr: "", exitCode: 0 });
    expect(first.stdout).toContain("Sealed: shut this machine down now");
    expect(findMarked(aix.system.fs, MARKS)).toEqual([]);
    expect(textAt(aix, VOLUME_GROUP_MAPPING_PATH)).toBe(TWO_GROUPS_MAPPING);
    expect(aix.gaps).toEqual([]);

    const check = await seal(aix.system, "--check");
    expect(check).toMatchObject({ stderr: "", exitCode: 0 });
    expect(check.stdout).toContain("Ready: this machine can be captured\n");

    deployElsewhere(aix, newDrive());
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(findMarked(aix.system.fs, [...MARKS, "MARKED-HOST-KEY", oldNodeId])).toEqual([]);
    const odm = JSON.stringify(aix.machine);
    expect(MARKS.filter((mark) => odm.includes(mark))).toEqual([]);
    expect(textAt(aix, `${CLOUD_DIR}/data/instance-id`)).toBe(`${NEW_ID}\n`);
    expect(fs.list(`${CLOUD_DIR}/scripts/per-boot`)).toEqual([]);
    expect(textAt(aix, "/etc/resolv.conf")).toContain("198.51.100.53");
    expect(fs.list("/etc/ssh")).toContain("ssh_host_ed25519_key");
    expect(await activeGroups(aix)).toEqual(["rootvg", "datavg", "logvg"]);
    expect(messagesAt(aix, "WARNING")).toEqual([]);
  });

  test("a second time finds nothing to do, and changes nothing", async () => {
    const aix = await deployed();
    await seal(aix.system);
    const mark = aix.changes.length;
    const again = await seal(aix.system);
    expect(again.exitCode).toBe(0);
    expect(again.stdout).toContain("Sealed already: there was nothing to do");
    expect(aix.changes.length).toBe(mark);
  });

  test("leaves the running network alone: the routes go from the database only", async () => {
    const aix = await deployed();
    const routes = structuredClone(aix.machine.routes);
    const interfaces = structuredClone(aix.machine.interfaces);
    const { stdout } = await seal(aix.system);
    expect(stdout).toContain(
      "Remove route net,-hopcount,0,,0,192.0.2.1 of inet0 from the device database, not from the kernel",
    );
    expect(aix.machine.routes).toEqual(routes);
    expect(aix.machine.interfaces).toEqual(interfaces);
    expect(aix.machine.attributes.filter(({ attribute }) => attribute === "route")).toEqual([]);
  });

  test("sets clouddev, with bootutil before it; ghostdev where the level has no clouddev", async () => {
    const aix = await deployed({ firstBoot: "captured" });
    const mark = aix.commands.length;
    await seal(aix.system);
    const lines = aix.commands.slice(mark).map((argv) => argv.join(" "));
    const bootutil = lines.indexOf("/usr/lib/boot/bootutil -c");
    expect(bootutil).toBeGreaterThan(-1);
    expect(lines.indexOf("/usr/sbin/chdev -l sys0 -a clouddev=1")).toBe(bootutil + 1);
    const old = await deployed({
      firstBoot: "captured",
      faults: { missingSysAttributes: ["clouddev"] },
    });
    expect((await seal(old.system)).stdout).toContain("Set ghostdev=1 of sys0");
    expect(old.machine.attributes).toContainEqual({
      device: "sys0",
      attribute: "ghostdev",
      value: "1",
    });
  });

  test("keeps what belongs to the image: seeds, scripts, /etc/hosts lines, other logs, histories that are links", async () => {
    const aix = await deployed();
    const { fs } = aix.system;
    const kept: Readonly<Record<string, string>> = {
      [`${CLOUD_DIR}/scripts/per-boot/10-image`]: "#!/usr/bin/ksh\n",
      [`${CLOUD_DIR}/seed/nocloud/meta-data`]: "instance-id: i-seed\n",
      [`${CLOUD_DIR}/handlers/image.py`]: "#part-handler\n",
      "/var/log/app.log": "fine\n",
      "/opt/app/data": "data\n",
    };
    for (const [path, content] of Object.entries(kept)) {
      fs.write(path, content);
    }
    fs.makeDirectory("/home/ann");
    fs.write("/etc/passwd", `${textAt(aix, "/etc/passwd")}ann:!:500:1::/home/ann:/usr/bin/ksh\n`);
    fs.write("/home/ann/.bash_history", "make\n");
    fs.symlink("/dev/null", "/home/ann/.sh_history");
    const { stdout } = await seal(aix.system);
    for (const [path, content] of Object.entries(kept)) {
      expect(textAt(aix, path)).toBe(content);
    }
    expect(fs.list(CLOUD_DIR)).toEqual(["handlers", "scripts", "seed"]);
    expect(fs.list("/home/ann")).toEqual([".sh_history"]);
    expect(stdout).toContain("  Remove /home/ann/.bash_history\n");
    expect(stdout).toContain(
      `${CLOUD_DIR}/seed/nocloud stays: each clone takes its data from there`,
    );
    expect(stdout).toContain(
      `${CLOUD_DIR}/scripts/per-boot/10-image stays: each clone runs it at each boot\n`,
    );
    expect(stdout).toContain(`${CLOUD_DIR}/handlers/image.py stays in each clone\n`);
  });

  test("names that went into /etc/hosts beside others come out of it again", async () => {
    const userData = "#cloud-config\nmanage_etc_hosts: localhost\n";
    const aix = await deployed({ drive: oldDrive(userData) });
    const { fs } = aix.system;
    expect(textAt(aix, "/etc/hosts")).toContain(OLD_HOST);
    fs.write("/etc/hosts", `${textAt(aix, "/etc/hosts")}203.0.113.9\tnfs nfs.example.com\n`);
    await seal(aix.system);
    expect(textAt(aix, "/etc/hosts")).not.toContain(OLD_HOST);
    expect(textAt(aix, "/etc/hosts")).toContain("203.0.113.9\tnfs nfs.example.com\n");
    expect(textAt(aix, "/etc/hosts")).toMatch(/^127\.0\.0\.1\s+.*localhost/mu);
  });

  test("a resolv.conf that somebody changed since stays, and is told", async () => {
    const aix = await deployed();
    const { fs } = aix.system;
    fs.write("/etc/resolv.conf.cloud-init.orig", "nameserver 203.0.113.1\n");
    fs.write("/etc/resolv.conf", "nameserver 203.0.113.77\n");
    const { stdout, exitCode } = await seal(aix.system);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("/etc/resolv.conf is not as cloud-init made it, so it stays");
    expect(textAt(aix, "/etc/resolv.conf")).toBe("nameserver 203.0.113.77\n");
  });

  test("an original that was kept comes back with its mode", async () => {
    const aix = await deployed({
      files: { "/etc/resolv.conf": "nameserver 203.0.113.1\n" },
    });
    expect(textAt(aix, "/etc/resolv.conf")).toContain("192.0.2.53");
    await seal(aix.system);
    expect(textAt(aix, "/etc/resolv.conf")).toBe("nameserver 203.0.113.1\n");
    expect(has(aix, "/etc/resolv.conf.cloud-init.orig")).toBe(false);
  });

  test("who gets into each clone is told and stays", async () => {
    const aix = await deployed();
    aix.system.fs.write("/.ssh/id_ed25519", "key", { mode: 0o600 });
    const { stdout } = await seal(aix.system, "--dry-run");
    expect(stdout).toContain(
      '/.ssh/authorized_keys lets 1 key log in as "root", 1 of them from cloud-init',
    );
    expect(stdout).toContain("/.ssh/id_ed25519 is a private key: each clone logs in with it");
    await seal(aix.system);
    expect(has(aix, "/.ssh/id_ed25519")).toBe(true);
    expect(textAt(aix, "/.ssh/authorized_keys")).toContain("MarkedPublicKey");
  });
});

describe("seal --check and --dry-run", () => {
  test("change nothing, and say what and why", async () => {
    const aix = await deployed();
    const mark = aix.changes.length;
    const check = await seal(aix.system, "--check");
    expect(check.exitCode).toBe(1);
    expect(check.stdout).toContain(
      "ssh-host-keys: not ready\n  (With the same keys each clone can pose as any other)\n  Remove /etc/ssh/ssh_host_ecdsa_key\n",
    );
    expect(check.stdout).toContain("shell-histories: Remove /.sh_history\n");
    const dry = await seal(aix.system, "--dry-run");
    expect(dry.exitCode).toBe(0);
    expect(dry.stdout).toContain("Nothing was changed: run it without --dry-run to do this\n");
    expect(dry.stdout).toContain(`instance-data: would do\n`);
    expect(machineChanges(aix, mark)).toEqual([]);
    expect(aix.changes.length).toBe(mark);
  });

  test("as JSON", async () => {
    const aix = await deployed();
    const report = JSON.parse((await seal(aix.system, "--check", "--format", "json")).stdout);
    expect(report).toMatchObject({ mode: "check", status: "not ready" });
    expect(report.steps.map(({ name }: { name: string }) => name)).toEqual([
      "other-agents",
      "volume-groups",
      "devices",
      "routes",
      "name-resolution",
      "ssh-host-keys",
      "rsct-node-id",
      "shell-histories",
      "system-configuration",
      "access",
      "user-scripts",
      "instance-data",
      "logs",
      "clock",
      "secrets-in-logs",
    ]);
    expect(report.remaining.length).toBeGreaterThan(5);
  });

  test("cannot be had together, nor with --poweroff", async () => {
    const aix = createMachine();
    for (const args of [
      ["--check", "--dry-run"],
      ["--check", "--poweroff"],
      ["--dry-run", "--poweroff"],
    ]) {
      expect((await seal(aix.system, ...args)).exitCode).toBe(2);
    }
  });
});

describe("secrets in logs", () => {
  test("a private key keeps the machine from being ready; nothing of a secret is shown or removed", async () => {
    const aix = await deployed();
    const { fs } = aix.system;
    const log = `start\n-----BEGIN RSA PRIVATE KEY-----\nMIIBOgIBAAJ\nlogin password=Sup3rSecret ok\n`;
    fs.write("/var/log/app/app.log", log);
    fs.write("/var/log/old.log.Z", "packed");
    const { stdout, exitCode } = await seal(aix.system);
    expect(exitCode).toBe(1);
    expect(stdout).toContain(
      'secrets-in-logs: /var/log/app/app.log:2 shows a private key: take it out of the log, or remove "/var/log/app/app.log"\n',
    );
    expect(stdout).toContain("  /var/log/app/app.log:4 may show a password\n");
    expect(stdout).toContain("Not searched: /var/log/old.log.Z (compressed)");
    expect(stdout).not.toContain("Sup3rSecret");
    expect(textAt(aix, "/var/log/app/app.log")).toBe(log);
    // All else was done all the same.
    expect(findMarked(fs, MARKS)).toEqual([]);
    fs.remove("/var/log/app/app.log");
    expect((await seal(aix.system, "--check")).exitCode).toBe(0);
  });
});

describe("seal is refused", () => {
  test("to users other than root", async () => {
    const aix = await deployed();
    const user = { ...aix.system, process: { ...aix.system.process, uid: 500 } };
    const mark = aix.changes.length;
    expect(await seal(user)).toEqual({
      stdout: "",
      stderr: "Cannot seal: Only root may: run it as root\n",
      exitCode: 1,
    });
    expect(aix.changes.length).toBe(mark);
  });

  test("while an instance is deploying, in every mode", async () => {
    const aix = await deployed();
    aix.system.fs.remove(`${CLOUD_DIR}/data/result.json`);
    const mark = aix.changes.length;
    for (const args of [[], ["--check"], ["--dry-run"]]) {
      const { stderr, exitCode } = await seal(aix.system, ...args);
      expect(stderr).toStartWith(
        "Cannot seal: An instance is still deploying: status.json has no end",
      );
      expect(stderr).toContain('"cloud-init status --wait"');
      expect(exitCode).toBe(1);
    }
    const json = await seal(aix.system, "--format", "json");
    expect(JSON.parse(json.stdout)).toMatchObject({ status: "refused", steps: [] });
    expect(aix.changes.length).toBe(mark);
  });

  test("while another stage or `single` runs", async () => {
    const aix = await deployed();
    aix.system.fs.write("/run/cloud-init/stage.lock", "4711\n");
    aix.system.fs.makeDirectory("/proc/4711");
    expect((await seal(aix.system)).stderr).toContain("cloud-init runs as process 4711");
    aix.system.fs.remove("/proc/4711");
    expect((await seal(aix.system)).exitCode).toBe(0);
  });
});

describe("seal --poweroff", () => {
  test("shuts the machine down when all is done", async () => {
    const aix = await deployed();
    expect((await seal(aix.system, "--poweroff")).exitCode).toBe(0);
    expect(aix.machine.shutdown?.argv).toEqual(["/usr/sbin/shutdown", "-F"]);
  });
});
