import { expect, test } from "bun:test";
import { bootSimulatedAix } from "../../../../src/simulator/aix/simulated-aix.ts";

test("inittab is listed, added to and taken from, as IBM's commands do", async () => {
  const aix = bootSimulatedAix();
  const run = async (...argv: readonly string[]) => {
    const { exitCode, stdout, stderr } = await aix.system.exec.run(argv, { okExitCodes: "any" });
    return [exitCode, stdout + stderr];
  };
  const entry = "own:2:once:/usr/bin/true # mine";
  expect(await run("/usr/sbin/lsitab", "own")).toEqual([1, ""]);
  expect(await run("/usr/sbin/mkitab", "-i", "l2", entry)).toEqual([0, ""]);
  expect(await run("/usr/sbin/lsitab", "own")).toEqual([0, `${entry}\n`]);
  const [, all] = await run("/usr/sbin/lsitab", "-a");
  expect(String(all)).toContain(`rc 2 \n${entry}\n`);
  expect((await run("/usr/sbin/mkitab", entry))[0]).toBe(1);
  expect((await run("/usr/sbin/mkitab", "-i", "nowhere", "own2:2:once:x"))[0]).toBe(1);
  expect((await run("/usr/sbin/mkitab", "fifteen_letters:2:once:x"))[0]).toBe(1);
  expect((await run("/usr/sbin/mkitab", "own3:2:sometimes:x"))[0]).toBe(1);
  expect(await run("/usr/sbin/rmitab", "own")).toEqual([0, ""]);
  expect((await run("/usr/sbin/rmitab", "own"))[0]).toBe(1);
});
