import { describe, expect, test } from "bun:test";
import { bootAixShell, readAixFixture } from "../aix-shell.ts";

describe("cfgmgr", () => {
  test("finds a drive that was attached late, silently", async () => {
    const aix = bootAixShell({ faults: { lateDisc: true }, files: { "/dev/cd0": "disc" } });
    expect(await aix.text("/usr/sbin/lsdev -Cc cdrom")).toBe("");
    expect(aix.system.fs.stat("/dev/cd0")).toBeUndefined();
    const before = aix.system.clock.monotonicMs();
    expect(await aix.run("/usr/sbin/cfgmgr")).toMatchObject({
      exitCode: 0,
      stdout: "",
      stderr: "",
    });
    expect(aix.system.clock.monotonicMs() - before).toBeGreaterThan(5_000);
    expect(await aix.text("/usr/sbin/lsdev -Cc cdrom -F name")).toBe("cd0\n");
    expect(aix.system.fs.stat("/dev/cd0")?.kind).toBe("device");
  });

  test("defines interfaces for an adapter that has none", async () => {
    const aix = bootAixShell();
    await aix.run("/usr/sbin/rmdev -dl en0");
    expect(await aix.text("/usr/sbin/lsdev -Cl en0")).toBe("");
    await aix.run("/usr/sbin/cfgmgr");
    expect(await aix.text("/usr/sbin/lsdev -Cl en0 -F status")).toBe("Defined\n");
  });
});

describe("mkdev", () => {
  test("configures what is Defined, and inet0 from the ODM", async () => {
    const aix = bootAixShell({ firstBoot: "captured" });
    await aix.run("/usr/bin/hostname other");
    expect(await aix.text("/usr/sbin/mkdev -l inet0")).toBe("inet0 Available\n");
    expect(await aix.text("/usr/bin/hostname")).toBe("golden\n");
    await aix.run("/usr/sbin/rmdev -l en0");
    expect(await aix.text("/usr/sbin/mkdev -l en0")).toBe("en0 Available\n");
    expect(aix.machine.interfaces.map(({ name }) => name)).toEqual(["en0", "lo0"]);
  });

  test("makes an EtherChannel of adapters that are free, and a VLAN of any", async () => {
    const adapters = [
      { name: "ent0", mac: "fa:16:3e:00:00:01" },
      { name: "ent1", mac: "fa:16:3e:00:00:02" },
    ];
    const aix = bootAixShell({ firstBoot: "captured", adapters });
    const line =
      "/usr/sbin/mkdev -c adapter -s pseudo -t ibm_ech -a adapter_names=ent0,ent1 -a mode=8023ad";
    expect((await aix.run(line)).stderr).toContain("0514-062");
    await aix.run("/usr/sbin/ifconfig en0 down detach");
    expect(await aix.text(line)).toBe("ent2 Available\n");
    expect(await aix.text("/usr/sbin/lsattr -El ent2 -a backup_adapter -F value")).toBe("NONE\n");
    expect(
      await aix.text(
        "/usr/sbin/mkdev -c adapter -s vlan -t eth -a base_adapter=ent2 -a vlan_tag_id=100",
      ),
    ).toBe("ent3 Available\n");
    expect(await aix.text("/usr/sbin/lsdev -Cc adapter -t ibm_ech -F name")).toBe("ent2\n");
    const bad = await aix.run("/usr/sbin/mkdev -c adapter -s vlan -t eth -a base_adapter=ent9");
    expect(bad.exitCode).toBe(1);
  });
});

describe("rmdev", () => {
  test("refuses an adapter in use, and takes interface and adapter in turn", async () => {
    const aix = bootAixShell({ firstBoot: "captured" });
    expect((await aix.run("/usr/sbin/rmdev -dl ent0")).stderr).toContain("0514-062");
    expect(await aix.text("/usr/sbin/rmdev -dl en0")).toBe("en0 deleted\n");
    expect(await aix.text("/usr/sbin/rmdev -dl ent0")).toBe("ent0 deleted\n");
    expect(aix.machine.attributes.some(({ device }) => device === "en0")).toBe(false);
    await aix.run("/usr/sbin/cfgmgr");
    expect(await aix.text("/usr/sbin/lsdev -Cl ent0 -F status")).toBe("Available\n");
  });

  test("without -d a device stays, Defined", async () => {
    const aix = bootAixShell();
    expect(await aix.text("/usr/sbin/rmdev -l cd0")).toBe("cd0 Defined\n");
    expect(aix.system.fs.stat("/dev/cd0")).toBeUndefined();
  });
});

describe("lscfg and entstat", () => {
  test("lscfg prints what AIX 6.1 prints for a virtual adapter", async () => {
    const aix = bootAixShell({ adapters: [{ name: "ent0", mac: "D2:13:C0:15:3A:04" }] });
    const adapter = aix.machine.devices.find(({ name }) => name === "ent0");
    if (adapter !== undefined) {
      adapter.physicalLocation = "U8233.E8B.10086CP-V3-C4-T1";
    }
    expect(await aix.text("/usr/sbin/lscfg -vl ent0")).toBe(readAixFixture("lscfg-ent0-aix61.txt"));
  });

  test("lscfg takes a pattern, and works while the interface is only Defined", async () => {
    const adapters = ["01", "02"].map((end, index) => ({
      name: `ent${index}`,
      mac: `fa:16:3e:00:00:${end}`,
    }));
    const aix = bootAixShell({ adapters });
    const text = await aix.text("/usr/sbin/lscfg -v -l ent*");
    expect(text.match(/Network Address\.+\w{12}/gu)).toHaveLength(2);
    expect((await aix.run("/usr/sbin/lscfg -vl ent7")).exitCode).not.toBe(0);
  });

  test("entstat needs an adapter in use, and writes the MAC with colons in lower case", async () => {
    const aix = bootAixShell();
    const closed = await aix.run("/usr/bin/entstat -d ent0");
    expect(closed.exitCode).toBe(1);
    expect(closed.stderr).toContain("entstat: 0909-002 Unable to open device ent0, errno = ");
    await aix.run("/usr/sbin/chdev -l en0 -a state=up");
    for (const name of ["ent0", "en0"]) {
      const text = await aix.text(`/usr/bin/entstat -d ${name}`);
      expect(text).toContain(`ETHERNET STATISTICS (${name}) :\n`);
      expect(text).toContain("Hardware Address: fa:16:3e:00:00:01\n");
    }
    expect((await aix.run("/usr/bin/entstat -d lo0")).stderr).toContain("errno = 19");
  });
});

test("bootinfo, lspv and lsvg know the boot disk", async () => {
  const aix = bootAixShell();
  expect(await aix.text("/usr/sbin/bootinfo -b")).toBe("hdisk0\n");
  expect(await aix.text("/usr/sbin/bootinfo -s hdisk0")).toBe("20480\n");
  expect(await aix.text("/usr/sbin/lspv")).toBe(
    "hdisk0          00f9c1af1b2c3d4e                rootvg          active\n",
  );
  expect(await aix.text("/usr/sbin/lsvg")).toBe("rootvg\n");
  expect((await aix.run("/usr/sbin/lspv hdisk7")).stderr).toContain("0516-1396");
});
