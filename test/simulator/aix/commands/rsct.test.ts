import { describe, expect, test } from "bun:test";
import { readText } from "../../../../src/system/files.ts";
import { bootAixShell, wordsOfLines } from "../aix-shell.ts";

const DOMAIN = { name: "proddom", isOnline: true, nodes: ["nodea", "nodeb"] };

describe("rmcctrl", () => {
  test.each([["/usr/sbin/rsct"], ["/opt/rsct"]])("under %s stops and starts RMC", async (root) => {
    const aix = bootAixShell({ files: { [`${root}/bin/rmcctrl`]: "" } });
    const state = async (): Promise<string | undefined> =>
      wordsOfLines(await aix.text("/usr/bin/lssrc -s ctrmc"))[1]?.at(-1);
    expect(await aix.text(`${root}/bin/rmcctrl -A`)).toMatch(/^0513-059 The ctrmc Subsystem/u);
    expect(await state()).toBe("active");
    expect(await aix.text(`${root}/bin/rmcctrl -s`)).toBe("");
    expect((await aix.run(`${root}/bin/rmcctrl -p`)).exitCode).toBe(0);
    for (const letter of ["z", "k", "K"]) {
      await aix.run(`${root}/bin/rmcctrl -s`);
      expect((await aix.run(`${root}/bin/rmcctrl -${letter}`)).exitCode).toBe(0);
      expect(await state()).toBe("inoperative");
    }
    for (const line of ["", " -z -A", " -y", " -z now"]) {
      const { exitCode, stderr } = await aix.run(`${root}/bin/rmcctrl${line}`);
      expect([exitCode, stderr.includes("Usage: rmcctrl")]).toEqual([1, true]);
    }
  });
});

describe("peer domains", () => {
  test("lsrpdomain and lsrpnode list what is online", async () => {
    const aix = bootAixShell({ storage: { peerDomain: DOMAIN } });
    expect(wordsOfLines(await aix.text("/usr/bin/lsrpdomain"))[1]?.slice(0, 2)).toEqual([
      "proddom",
      "Online",
    ]);
    expect(wordsOfLines(await aix.text("/usr/bin/lsrpnode"))).toEqual([
      ["Name", "OpState", "RSCTVersion"],
      ["nodea", "Online", "3.3.1.0"],
      ["nodeb", "Online", "3.3.1.0"],
    ]);
  });

  test("an offline one has no nodes here, and -o leaves it out", async () => {
    const aix = bootAixShell({ storage: { peerDomain: { ...DOMAIN, isOnline: false } } });
    await aix.run("/usr/bin/startsrc -s ctrmc");
    expect(await aix.text("/usr/bin/lsrpdomain")).toContain("Offline");
    expect(await aix.text("/usr/bin/lsrpdomain -o")).toBe("");
    expect((await aix.run("/usr/bin/lsrpnode -o")).exitCode).toBe(1);
  });

  test("while RMC does not run nobody answers", async () => {
    const aix = bootAixShell({ storage: { peerDomain: { ...DOMAIN, isOnline: false } } });
    for (const program of ["/usr/bin/lsrpdomain", "/opt/rsct/bin/lsrpnode"]) {
      const { exitCode, stdout, stderr } = await aix.run(program);
      expect([exitCode, stdout]).toEqual([1, ""]);
      expect(stderr).toContain("2612-022 A session could not be established");
    }
  });
});

describe("recfgct", () => {
  test("keeps the comments of the node id files, and the id with -s", async () => {
    const aix = bootAixShell();
    const before = readText(aix.system.fs, "/etc/ct_node_id");
    await aix.run("/usr/sbin/rsct/install/bin/recfgct -s");
    expect(readText(aix.system.fs, "/etc/ct_node_id")).toBe(before);
    expect(await aix.text("/usr/sbin/rsct/install/bin/recfgct")).toContain(
      "0513-071 The ctrmc Subsystem has been added.",
    );
    const after = readText(aix.system.fs, "/etc/ct_node_id");
    expect(after.split("\n").slice(1)).toEqual(before.split("\n").slice(1));
    expect(readText(aix.system.fs, "/var/ct/cfg/ct_node_id")).toBe(after);
  });

  test("may end well with the old id", async () => {
    const aix = bootAixShell({ faults: { recfgctKeepsNodeId: true } });
    const before = readText(aix.system.fs, "/etc/ct_node_id");
    expect((await aix.run("/usr/sbin/rsct/install/bin/recfgct")).exitCode).toBe(0);
    expect(readText(aix.system.fs, "/etc/ct_node_id")).toBe(before);
  });
});
