import { describe, expect, test } from "bun:test";
import { readText } from "../../../../src/system/files.ts";
import { buildIso } from "../../../support/build-iso.ts";
import { bootAixShell, readAixFixture } from "../aix-shell.ts";

const DISC = buildIso({
  files: { "openstack/latest/meta_data.json": "{}", "openstack/content/0000": "x" },
});
const MOUNT = "/usr/sbin/mount -v cdrfs -o ro /dev/cd0 /mnt";

describe("mount", () => {
  test("lists as AIX does, blanks at the ends of lines included", async () => {
    const aix = bootAixShell({ now: new Date("2026-11-07T19:11:30Z"), uptimeSeconds: 0 });
    const lines = (await aix.text("/usr/sbin/mount")).split("\n");
    for (const line of readAixFixture("mount.txt").trimEnd().split("\n")) {
      expect(lines.map((each) => each.trimEnd())).toContain(line.trimEnd());
    }
  });

  test("shows a disc's files at the directory, read-only, until umount", async () => {
    const aix = bootAixShell({ files: { "/dev/cd0": DISC } });
    expect(await aix.run(MOUNT)).toMatchObject({ exitCode: 0, stdout: "", stderr: "" });
    const { fs } = aix.system;
    expect(readText(fs, "/mnt/openstack/latest/meta_data.json")).toBe("{}");
    expect(await aix.text("/usr/sbin/mount")).toMatch(
      / {9}\/dev\/cd0 +\/mnt +cdrfs +\w{3} \d\d \d\d:\d\d ro/u,
    );
    expect(() => fs.write("/mnt/new", "x")).toThrow("read-only");
    expect(() => fs.remove("/mnt/openstack")).toThrow("read-only");
    expect((await aix.run("/usr/sbin/umount /mnt")).exitCode).toBe(0);
    expect(fs.list("/mnt")).toEqual([]);
    fs.write("/mnt/new", "x");
    expect((await aix.run("/usr/sbin/umount /mnt")).stderr).toContain("0506-347");
  });

  test("hides what was there and gives it back", async () => {
    const aix = bootAixShell({ files: { "/dev/cd0": DISC, "/mnt/deep/old": "kept" } });
    await aix.run(MOUNT);
    expect(aix.system.fs.stat("/mnt/deep/old")).toBeUndefined();
    await aix.run("/usr/sbin/umount /dev/cd0");
    expect(readText(aix.system.fs, "/mnt/deep/old")).toBe("kept");
  });

  test("refuses write access, relative and missing directories, a second mount, an empty drive", async () => {
    const aix = bootAixShell({ files: { "/dev/cd0": DISC } });
    for (const line of [
      "/usr/sbin/mount -v cdrfs /dev/cd0 /mnt",
      "/usr/sbin/mount -v cdrfs -o ro /dev/cd0 mnt",
      "/usr/sbin/mount -v cdrfs -o ro /dev/cd0 /nowhere",
      "/usr/sbin/mount -v cdrfs -o ro /dev/cd1 /mnt",
    ]) {
      const result = await aix.run(line);
      expect(result.exitCode).toBe(1);
      expect(result.stderr).toContain("0506-324 Cannot mount");
    }
    await aix.run(MOUNT);
    expect((await aix.run(MOUNT)).stderr).toContain("busy");
    expect((await bootAixShell().run(MOUNT)).stderr).toContain("not ready");
  });

  test("a disc without a file system is not formatted", async () => {
    const aix = bootAixShell({ files: { "/dev/cd0": new Uint8Array(65_536) } });
    expect((await aix.run(MOUNT)).stderr).toContain("The media is not formatted");
    expect(aix.machine.mounts.some(({ vfs }) => vfs === "cdrfs")).toBe(false);
  });

  test("a disc without Rock Ridge has upper-case names", async () => {
    const disc = buildIso({ files: { "openstack/readme": "x" }, rockRidge: false });
    const aix = bootAixShell({ files: { "/dev/cd0": disc } });
    await aix.run(MOUNT);
    expect(aix.system.fs.list("/mnt")).toEqual(["OPENSTACK"]);
    expect(aix.system.fs.list("/mnt/OPENSTACK")).toEqual(["README"]);
  });

  test("only cdrfs is simulated, and file systems of the base stay mounted", async () => {
    const aix = bootAixShell();
    expect((await aix.run("/usr/sbin/mount -v jfs2 /dev/hd1 /mnt")).exitCode).toBe(1);
    expect((await aix.run("/usr/sbin/umount /home")).stderr).toContain("0506-349");
  });
});

describe("the device file of a drive", () => {
  test("reads raw and does not tell its size", () => {
    const aix = bootAixShell({ files: { "/dev/cd0": DISC } });
    const { fs } = aix.system;
    expect(fs.stat("/dev/cd0")).toMatchObject({ kind: "device", sizeBytes: 0 });
    expect(fs.list("/dev")).toEqual(["cd0", "console", "hdisk0", "rcd0", "rhdisk0", "urandom"]);
    for (const path of ["/dev/cd0", "/dev/rcd0"]) {
      const file = fs.open(path);
      expect(file.sizeBytes).toBeUndefined();
      expect(new TextDecoder().decode(file.read(32_769, 5))).toBe("CD001");
      file.close();
    }
  });

  test("cannot be read raw where the fault says so, yet mounted", async () => {
    const aix = bootAixShell({ files: { "/dev/cd0": DISC }, faults: { discsUnreadableRaw: true } });
    expect(() => aix.system.fs.open("/dev/cd0")).toThrow("input/output error");
    expect((await aix.run(MOUNT)).exitCode).toBe(0);
  });

  test("of an empty drive fails to open", () => {
    expect(() => bootAixShell().system.fs.open("/dev/cd0")).toThrow("input/output error");
  });
});
