// Laws of restoring volume groups, for any machine and any mapping file.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createAix } from "../../../src/distros/aix/aix.ts";
import { VOLUME_GROUP_MAPPING_PATH } from "../../../src/distros/aix/volume-group-mapping.ts";
import { bootSimulatedAix, type SimulatedAix } from "../../../src/simulator/aix/simulated-aix.ts";
import { createTestLogger } from "../../support/module-context.ts";
import { mappingOf } from "../../support/storage-scenario.ts";

const NAMES = ["avg", "bvg", "cvg", "rootvg"];
const DISKS = [1, 2, 3, 4, 5].map((number) => `hdisk${number}`);

/** The PVID that a disk has here; hdisk0's is the simulator's. */
function pvidOf(disk: string): string {
  return disk === "hdisk0" ? "00f9c1af1b2c3d4e" : `00f9c1af0000000${disk.slice(5)}`;
}

const disk = fc.constantFrom(...DISKS);

/** Which volume group each disk is in; `""`: none. */
const owners = fc.array(fc.constantFrom("", ...NAMES.slice(0, 3)), {
  minLength: DISKS.length,
  maxLength: DISKS.length,
});

const line = fc.oneof(
  fc.tuple(fc.constantFrom(...NAMES), disk).map(([name, of]) => `${name} ${pvidOf(of)}`),
  fc.tuple(fc.constantFrom(...NAMES), disk).map(([name, of]) => `${name} ${pvidOf(of)}`),
  fc.constantFrom("None 00f9c1af00000001", "avg none", "avg", "", "rootvg 00f9c1af1b2c3d4e"),
  fc.string({ maxLength: 20 }).map((text) => text.replaceAll("\n", " ")),
);

const machine = fc.record({
  owners,
  /** Known to the database already, by its number among the volume groups. */
  active: fc.subarray([0, 1, 2]),
  missing: fc.subarray(DISKS, { maxLength: 2 }),
  /** A copy with the same PVID. */
  copied: fc.option(disk, { nil: undefined }),
  importvgFailures: fc.constantFrom(0, 0, 0, 1),
  importvgDefinesIncomplete: fc.boolean(),
  lines: fc.array(line, { maxLength: 12 }),
});

type Wanted = typeof machine extends fc.Arbitrary<infer T> ? T : never;

function boot(wanted: Wanted): SimulatedAix {
  const groups = NAMES.slice(0, 3).flatMap((name) => {
    const disks = DISKS.filter((_, index) => wanted.owners[index] === name);
    return disks.length === 0 ? [] : [{ name, disks }];
  });
  const { copied, importvgFailures, importvgDefinesIncomplete } = wanted;
  const copies = copied === undefined ? [] : [{ name: "hdisk9", pvid: pvidOf(copied) }];
  const aix = bootSimulatedAix({
    firstBoot: "captured",
    storage: {
      disks: [...DISKS.map((name) => ({ name, pvid: pvidOf(name) })), ...copies],
      volumeGroups: groups.map(({ name, disks }, index) => ({
        name,
        disks,
        state: wanted.active.includes(index) ? ("active" as const) : ("unknown" as const),
        volumes: [{ name: `lv${index}`, lps: 2, mountPoint: `/${name}` }],
      })),
    },
    files: { [VOLUME_GROUP_MAPPING_PATH]: wanted.lines.join("\n") },
    faults: { importvgFailures, importvgDefinesIncomplete },
  });
  aix.machine.devices = aix.machine.devices.filter(({ name }) => !wanted.missing.includes(name));
  return aix;
}

async function restore(aix: SimulatedAix): Promise<void> {
  const ctx = { sys: aix.system, log: createTestLogger([]), systemInfo: {} };
  await createAix(ctx).power?.ensureVolumeGroups?.();
}

/** What is on the disks, without names and states, which the database gives. */
function contentOf({ machine: { storage } }: SimulatedAix): unknown {
  return structuredClone({
    disks: storage.disks,
    groups: storage.volumeGroups.map(({ id, members, ppMb, volumes }) => ({
      id,
      members,
      ppMb,
      volumes,
    })),
  });
}

describe("for any machine and any mapping file", () => {
  test("disks keep what they hold, what is known stays, and only what a line names comes in", async () => {
    await fc.assert(
      fc.asyncProperty(machine, async (wanted) => {
        const aix = boot(wanted);
        const content = contentOf(aix);
        const before = structuredClone(aix.machine.storage.volumeGroups);
        await restore(aix);
        expect(contentOf(aix)).toEqual(content);
        for (const [index, group] of aix.machine.storage.volumeGroups.entries()) {
          const was = before[index];
          if (was?.state === "unknown" && group.state !== "unknown") {
            expect(
              wanted.lines.some((text) => {
                const [name = "", pvid = ""] = text.trim().split(/\s+/u);
                return name === group.name && group.members.includes(pvid);
              }),
            ).toBe(true);
          } else {
            expect({ name: group.name, state: group.state }).toEqual({
              name: was?.name ?? "",
              state: was?.state ?? "unknown",
            });
          }
        }
        expect(aix.gaps).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test("what stays in the file are lines of it, in order, and the next run does no more than before", async () => {
    await fc.assert(
      fc.asyncProperty(machine, async (wanted) => {
        const aix = boot(wanted);
        await restore(aix);
        const kept = (mappingOf(aix) ?? "").split("\n").filter((text) => text.trim() !== "");
        let from = 0;
        for (const text of kept) {
          from = wanted.lines.indexOf(text, from) + 1;
          expect(from).toBeGreaterThan(0);
        }
        aix.machine.faults.importvgFailures = 0;
        await restore(aix);
        const settled = structuredClone(aix.machine.storage);
        const file = mappingOf(aix);
        await restore(aix);
        expect(aix.machine.storage).toEqual(settled);
        expect(mappingOf(aix)).toBe(file);
      }),
      { numRuns: 200 },
    );
  });
});
