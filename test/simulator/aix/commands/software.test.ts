import { describe, expect, test } from "bun:test";
import { bootSimulatedAix } from "../../../../src/simulator/aix/simulated-aix.ts";

const machine = (files: Readonly<Record<string, string>> = {}) => {
  const aix = bootSimulatedAix({ files });
  return async (line: string) => {
    const { exitCode, stdout, stderr } = await aix.system.exec.run(line.split(" "), {
      okExitCodes: "any",
    });
    return { exitCode, text: stdout + stderr };
  };
};

describe("software", () => {
  test("dnf installs what rpm then knows, and refuses what no repository has", async () => {
    const run = machine();
    expect(await run("/usr/bin/rpm -q rsync")).toEqual({
      exitCode: 1,
      text: "package rsync is not installed\n",
    });
    expect((await run("/opt/freeware/bin/dnf -y install rsync sudo-1.9")).exitCode).toBe(0);
    expect(await run("/usr/bin/rpm -q rsync sudo-1.9")).toEqual({
      exitCode: 0,
      text: "rsync-1.0.ppc\nsudo-1.9.ppc\n",
    });
    expect((await run("/opt/freeware/bin/dnf -y install no-such-thing")).exitCode).toBe(1);
    expect((await run("/opt/freeware/bin/dnf -y makecache")).exitCode).toBe(0);
  });

  test("installp installs what the directory has, which lslpp then lists", async () => {
    const run = machine({ "/mnt/f/.toc": "bos.own\n" });
    expect((await run("/usr/bin/lslpp -Lc bos.own")).exitCode).toBe(1);
    expect((await run("/usr/sbin/installp -acgXY -d /mnt/f bos.own 7.3.0.1")).exitCode).toBe(0);
    expect(await run("/usr/bin/lslpp -Lc bos.own")).toEqual({
      exitCode: 0,
      text: "bos:bos.own:7.3.0.1: : :C: :Simulated:\n",
    });
    expect((await run("/usr/sbin/installp -acgXY -d /mnt/f bos.other")).exitCode).toBe(1);
    expect((await run("/usr/sbin/installp -acgXY -d /nowhere bos.own")).exitCode).toBe(1);
  });

  test("geninstall takes a file out of a directory", async () => {
    const run = machine({ "/var/tmp/own.bff": "x" });
    expect((await run("/usr/sbin/geninstall -I acgXY -d /var/tmp own.bff")).exitCode).toBe(0);
    expect((await run("/usr/bin/lslpp -Lc own")).exitCode).toBe(0);
    expect((await run("/usr/sbin/geninstall -d /var/tmp none.bff")).text).toContain("0503-105");
  });
});
