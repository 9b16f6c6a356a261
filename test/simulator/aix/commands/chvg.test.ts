import { describe, expect, test } from "bun:test";
import { bootAixShell } from "../aix-shell.ts";

const GROWN = { disks: [{ name: "hdisk0", sizeMb: 65_536, grownFromMb: 20_480 }] };
const CHVG = "/usr/sbin/chvg -g rootvg";

describe("chvg", () => {
  test("-g says nothing where no disk has grown, and 0516-1380 where one has", async () => {
    const aix = bootAixShell({
      storage: { disks: [{ name: "hdisk0", sizeMb: 30_720, grownFromMb: 20_480 }] },
    });
    expect(await aix.text("/usr/sbin/bootinfo -s hdisk0")).toBe("30720\n");
    expect(await aix.text(CHVG)).toContain("0516-1380");
    expect(await aix.text("/usr/sbin/lsvg rootvg")).toMatch(/TOTAL PPs:\s+959 /u);
    expect(await aix.text(CHVG)).toBe("");
  });

  test("-g refuses beyond 1016 partitions of a disk until -t has raised the factor", async () => {
    const aix = bootAixShell({ storage: GROWN });
    const refused = await aix.run(CHVG);
    expect([refused.exitCode, refused.stderr]).toEqual([
      1,
      expect.stringContaining("0516-1382") as unknown as string,
    ]);
    const raised = await aix.run("/usr/sbin/chvg -t 3 rootvg");
    expect(raised.stdout).toContain("0516-1164");
    expect(raised.stdout).toContain("10 physical volumes with 3048 physical partitions each");
    expect((await aix.run(CHVG)).exitCode).toBe(0);
    expect(await aix.text("/usr/sbin/lsvg rootvg")).toMatch(
      /MAX PPs per PV:\s+3048\s+MAX PVs:\s+10\n/u,
    );
  });

  test("-g raises the factor itself where the level does that, and may not see the growth at all", async () => {
    const aix = bootAixShell({ storage: GROWN, faults: { growthRaisesFactor: true } });
    expect((await aix.run(CHVG)).exitCode).toBe(0);
    expect(await aix.text("/usr/sbin/lsvg rootvg")).toMatch(/TOTAL PPs:\s+2047 /u);
    const blind = bootAixShell({ storage: GROWN, faults: { growthNotSeen: ["rootvg"] } });
    expect((await blind.run(CHVG)).exitCode).toBe(0);
    expect(await blind.text("/usr/sbin/lsvg rootvg")).toMatch(/TOTAL PPs:\s+639 /u);
  });

  test("-t takes a factor from 1 to 16 that leaves the disks there are", async () => {
    const aix = bootAixShell({ storage: GROWN });
    for (const factor of ["0", "17", "x"]) {
      expect((await aix.run(`/usr/sbin/chvg -t ${factor} rootvg`)).exitCode).toBe(1);
    }
    expect((await aix.run("/usr/sbin/chvg -t 16 rootvg")).exitCode).toBe(0);
  });
});
