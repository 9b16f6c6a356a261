import { expect, test } from "bun:test";
import fc from "fast-check";
import { createAix } from "../../../src/distros/aix/aix.ts";
import type { GrowthSize, GrowthWish } from "../../../src/distros/growth-adapter.ts";
import { freePps, knownGroups, membersOf } from "../../../src/simulator/aix/lvm.ts";
import { bootSimulatedAix } from "../../../src/simulator/aix/simulated-aix.ts";
import { createTestLogger } from "../../support/module-context.ts";

const MEBIBYTE = 2 ** 20;
const MEMORY = "/var/lib/cloud/instances/i-1/growth.json";
const MOUNT_POINTS = ["/", "/usr", "/var", "/tmp", "/home", "/opt", "/data", "/nosuch"];

const size: fc.Arbitrary<GrowthSize> = fc.oneof(
  fc.record({
    kind: fc.constantFrom("at-least" as const, "more" as const),
    bytes: fc.integer({ min: 1, max: 12_000 }).map((megabytes) => megabytes * MEBIBYTE),
  }),
  fc.record({ kind: fc.constant("share" as const), percent: fc.integer({ min: 1, max: 100 }) }),
);

const wishes: fc.Arbitrary<readonly GrowthWish[]> = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...MOUNT_POINTS), size), { selector: ([name]) => name })
  .map((entries) =>
    entries.map(([mountPoint, wanted]) => ({
      mountPoint,
      size: wanted,
      text: JSON.stringify(wanted),
      path: ["growfs", mountPoint],
    })),
  );

const machine = fc.record({
  rootMb: fc.integer({ min: 20_480, max: 200_000 }),
  dataMb: fc.integer({ min: 2_048, max: 80_000 }),
  copies: fc.constantFrom(1 as const, 2 as const),
  maxLps: fc.integer({ min: 12, max: 600 }),
  growthRaisesFactor: fc.boolean(),
});

test("whatever is asked of whatever machine: nothing shrinks, nothing is given twice, and a second run changes nothing", async () => {
  await fc.assert(
    fc.asyncProperty(machine, wishes, async (seed, list) => {
      const aix = bootSimulatedAix({
        storage: {
          disks: [
            { name: "hdisk0", sizeMb: seed.rootMb, grownFromMb: 20_480 },
            {
              name: "hdisk1",
              pvid: "00f9c1af00000001",
              sizeMb: seed.dataMb,
              grownFromMb: Math.min(seed.dataMb, 2_048),
            },
          ],
          volumeGroups: [
            {
              name: "datavg",
              disks: ["hdisk1"],
              volumes: [
                {
                  name: "datalv",
                  lps: 10,
                  maxLps: seed.maxLps,
                  copies: seed.copies,
                  mountPoint: "/data",
                },
              ],
            },
          ],
        },
        faults: { growthRaisesFactor: seed.growthRaisesFactor },
      });
      const imported = ["/usr/sbin/importvg", "-y", "datavg", "hdisk1"];
      await aix.system.exec.run(imported, { okExitCodes: "any" });
      const sizes = (): readonly number[] =>
        knownGroups(aix.machine).flatMap(({ volumes }) =>
          volumes.map(({ fileSystem }) => fileSystem?.blocks ?? 0),
        );
      const run = async (): Promise<void> => {
        const { growth } = createAix({
          sys: aix.system,
          log: createTestLogger([]),
          systemInfo: {},
        });
        const ignoresGrowrootDisabled = false;
        await growth?.growDisks({ mode: "auto", ignoresGrowrootDisabled, memoryFile: MEMORY });
        await growth?.growFileSystems({
          inBackground: false,
          isRootNamed: false,
          wishes: list,
          memoryFile: MEMORY,
        });
      };
      const before = sizes();
      await run();
      const after = sizes();
      expect(after.every((blocks, index) => blocks >= (before[index] ?? 0))).toBe(true);
      for (const group of knownGroups(aix.machine)) {
        for (const disk of membersOf(aix.machine.storage, group)) {
          expect(freePps(group, disk)).toBeGreaterThanOrEqual(0);
          // Less than a partition or two is not worth a chvg.
          expect(disk.sizeMb - disk.seenMb).toBeLessThan(2 * group.ppMb);
        }
      }
      const mark = aix.changes.length;
      await run();
      expect(aix.changes.slice(mark)).toEqual([]);
      expect(sizes()).toEqual(after);
      expect(aix.gaps).toEqual([]);
    }),
    {
      numRuns: 150,
      // A disk with a little more than 2 × 1016 partitions of 32 MB.
      examples: [
        [{ rootMb: 20_480, dataMb: 65_057, copies: 1, maxLps: 12, growthRaisesFactor: false }, []],
      ],
    },
  );
});
