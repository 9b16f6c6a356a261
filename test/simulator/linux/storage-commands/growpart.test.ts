import { expect, test } from "bun:test";
import type { SeedLinuxStorage } from "../../../../src/simulator/linux/storage.ts";
import { createStorageMachine, GIB, MIB } from "../../../support/linux-storage.ts";

const MBR: SeedLinuxStorage = {
  disks: [
    {
      name: "nvme0n1",
      sizeBytes: GIB,
      table: "mbr",
      partitions: [{ sizeBytes: 100 * MIB }, { sizeBytes: 100 * MIB }],
    },
  ],
};

test("the root's partition grows up to the second header, while it is mounted", async () => {
  const { run, ask } = createStorageMachine();
  const change =
    "partition=1 start=2048 old: size=8388608 end=8390655 new: size=41940959 end=41943006\n";
  const dry = await run("growpart --dry-run /dev/sda 1");
  expect([dry.exitCode, dry.stdout]).toEqual([0, `CHANGE: ${change}`]);
  expect(dry.stderr).toContain("# === new sfdisk -d ===\n");
  expect(await ask("blockdev --getsz /dev/sda1")).toBe("8388608\n");
  const done = await run("growpart /dev/sda 1");
  expect([done.exitCode, done.stdout, done.stderr]).toEqual([0, `CHANGED: ${change}`, ""]);
  expect(await ask("blockdev --getsz /dev/sda1")).toBe("41940959\n");
  const again = await run("growpart /dev/sda 1");
  expect([again.exitCode, again.stdout]).toEqual([
    1,
    "NOCHANGE: partition 1 is size 41940959. it cannot be grown\n",
  ]);
});

test("asking is a query: --dry-run", async () => {
  const { ask, system } = createStorageMachine();
  expect(await ask("growpart -N /dev/sda 1")).toStartWith("CHANGE: ");
  await expect(system.exec.query(["/usr/bin/growpart", "/dev/sda", "1"])).rejects.toThrow(
    "exec.run",
  );
});

test("a partition stops at the next one; a small gain is not worth it", async () => {
  const { run } = createStorageMachine(MBR);
  const first = await run("growpart /dev/nvme0n1 1");
  expect([first.exitCode, first.stdout]).toEqual([
    1,
    "NOCHANGE: partition 1 is size 204800. it cannot be grown\n",
  ]);
  const small = await run(`growpart --fudge ${GIB} /dev/nvme0n1 2`);
  expect([small.exitCode, small.stdout]).toEqual([
    1,
    "NOCHANGE: partition 2 could only be grown by 1685471 [fudge=2097152]\n",
  ]);
  // On MBR too, room is left for a second header.
  expect((await run("growpart /dev/nvme0n1 2")).stdout).toEndWith("end=2097118\n");
});

test("with -u off the kernel is not told", async () => {
  const { run, ask } = createStorageMachine();
  await run("growpart -u off /dev/sda 1");
  expect(await ask("blockdev --getsz /dev/sda1")).toBe("8388608\n");
  await run("partx -u /dev/sda");
  expect(await ask("blockdev --getsz /dev/sda1")).toBe("41940959\n");
});

test("failures are exit code 2, with FAILED on standard output", async () => {
  const { run } = createStorageMachine({ disks: [{ name: "sdb", sizeBytes: GIB }] });
  const cases: readonly (readonly [string, string])[] = [
    ["/dev/nosuch 1", "FAILED: /dev/nosuch: does not exist\n"],
    ["/dev/sda 7", "FAILED: failed to get start and end for /dev/sda7 in /dev/sda\n"],
    ["/dev/sdb 1", "FAILED: failed to dump sfdisk info for /dev/sdb\n"],
    ["/dev/sda", "must supply disk and partition-number\n"],
  ];
  for (const [words, end] of cases) {
    const result = await run(`growpart ${words}`);
    expect([words, result.exitCode]).toEqual([words, 2]);
    expect(`${result.stderr}${result.stdout}`).toEndWith(end);
  }
});

test("a sfdisk that fails leaves the table as it was", async () => {
  const { run, ask } = createStorageMachine({ faults: { failingTools: { sfdisk: "no way" } } });
  const failed = await run("growpart /dev/sda 1");
  expect([failed.exitCode, failed.stdout, failed.stderr]).toEqual([
    2,
    "FAILED: failed to resize\n",
    "attempt to resize /dev/sda failed. sfdisk output below:\n| no way\n",
  ]);
  expect(await ask("blockdev --getsz /dev/sda1")).toBe("8388608\n");
});
