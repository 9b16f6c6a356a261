import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { storageCommands } from "../../../src/simulator/linux/storage-commands.ts";
import { parsePartitionScript } from "../../../src/simulator/linux/storage-commands/partition-script.ts";
import { createStorageMachine, GIB, MIB } from "../../support/linux-storage.ts";

const SEED = {
  disks: [
    {
      name: "sdb",
      sizeBytes: GIB,
      partitions: [{ sizeBytes: 300 * MIB, content: { type: "xfs" } }],
    },
    { name: "sdc", sizeBytes: GIB, content: { type: "ext4" } },
  ],
};
const WORDS = [
  "",
  "\u0001",
  "ä b",
  ..."/dev/sda /dev/sda1 /dev/sdb /dev/sdb1 /dev/sdc /dev/no /data /etc / -a -n -f -F -o -t".split(
    " ",
  ),
  ..."-L -U -p -s -N - -- -Z -e -d --all --force --show --json --dump --delete --no-reread".split(
    " ",
  ),
  ..."--output=NAME ext4 swap 1 0 2:0:+10M max LABEL=x UUID= if=/dev/zero of=/file bs=1M".split(
    " ",
  ),
  ..."count=3 filesystem resize settle +C remount,ro 1M -l -1".split(" "),
];
const word = fc.oneof(fc.constantFrom(...WORDS), fc.string({ maxLength: 6 }));
const line = fc.oneof(
  fc.constantFrom(
    "label: gpt",
    "label: dos",
    "label-id: x",
    ",10M",
    ",+",
    ";",
    "start=1",
    "write",
    "/dev/sdb2 : size=5",
  ),
  fc.string({ maxLength: 20 }),
);

describe("whatever it is given", () => {
  test("a command ends with an exit code, and the machine stays whole", async () => {
    const programs = storageCommands().map(({ path }) => path);
    const call = fc.record({
      program: fc.constantFrom(...programs),
      args: fc.array(word, { maxLength: 5 }),
      stdin: fc.array(line, { maxLength: 4 }).map((lines) => lines.join("\n")),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 6 }), async (calls) => {
        const { system, storage, ask, file } = createStorageMachine(SEED);
        for (const { program, args, stdin } of calls) {
          const { exitCode } = await system.exec.run([program, ...args], {
            stdin,
            okExitCodes: "any",
          });
          expect(exitCode).toBeGreaterThanOrEqual(0);
        }
        expect(file("/proc/mounts")).toContain("/dev/sda1 / ext4 ");
        expect(storage.disks.map(({ name }) => name)).toEqual(["sda", "sdb", "sdc"]);
        expect(await ask("lsblk -nro TYPE /dev/sda1")).toBe("part\n");
        for (const { contents } of storage.disks) {
          expect(contents.every(({ content }) => content.sizeBytes > 0)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("no script makes partitions that overlap or leave the disk", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 6 }), async (lines) => {
        const { run, storage } = createStorageMachine(SEED);
        await run("sfdisk /dev/sdc", lines.join("\n"));
        let end = 0;
        const partitions = storage.disks[2]?.table?.partitions ?? [];
        for (const each of [...partitions].sort((a, b) => a.startSector - b.startSector)) {
          expect(each.startSector).toBeGreaterThanOrEqual(end);
          end = each.startSector + each.sectors;
        }
        expect(end).toBeLessThanOrEqual(GIB / 512);
      }),
      { numRuns: 300 },
    );
  });

  test("a script is read without throwing", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parsePartitionScript(text).partitions).toBeArray();
      }),
    );
  });
});
