// What the simulated tools say, held against the real ones on an image in a file.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { createStorageMachine, MIB } from "../../support/linux-storage.ts";
import { requireOrSkip } from "../../support/require-or-skip.ts";

const PATHS = "/usr/sbin:/usr/bin:/sbin:/bin";
const TOOLS = ["sfdisk", "growpart", "blkid", "mkfs.ext4", "mkswap", "wipefs"];
const missing = TOOLS.filter((tool) => real([tool, "--help"]).status === null);
const obstacle = missing.length === 0 ? undefined : `${missing.join(", ")} cannot be run`;

function real(argv: readonly string[], stdin = "", cwd = "/") {
  const [program = "", ...args] = argv;
  const env = { PATH: PATHS, LC_ALL: "C" };
  return spawnSync(program, args, { encoding: "utf8", input: stdin, cwd, env, timeout: 60_000 });
}

/** Names and ids of the two machines are not the same; nor is what is drawn at random. */
function comparable(text: string): string {
  return text
    .replaceAll("/dev/sdb", "image")
    .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/giu, (uuid) =>
      /^(?:0fc63daf|0657fd6d|c12a7328)/iu.test(uuid) ? uuid : "UUID",
    )
    .replaceAll(/\b0x[0-9a-f]{8}\b/gu, "ID")
    .replaceAll(/(PTUUID=)"?[0-9a-f]{8}"?/gu, "$1ID")
    .replaceAll(/BLOCK_SIZE="?\d+"? ?/gu, "");
}

const SCRIPTS: readonly string[] = [
  "label: gpt\n,10M\n,20M,S\n,+\n",
  "label: gpt\n,200M\n",
  "label: gpt\n,90M\n,20M\n",
  "label: gpt\n,99900K\n",
  'label: gpt\nsize=10M, type=linux, name="a b"\nsize=5M,type=uefi\n',
  "label: gpt\nstart=20480,size=2048\nsize=20M\n,+\n,1M\n",
  "label: gpt\nstart=2048,size=99999999\n",
  "label: dos\n,10M,83,*\n,5M,82\n,1M\n,1M\n,1M\n",
  "label: dos\n,90M\n,20M\n",
  "label: dos\nstart=20480\n,+\n",
  "label: dos\n;\n",
  "label: dos\n2048 4096 83\n",
  "label: mbr\n,10M\n",
  ",10\n,20,82\n",
  "size=1M, type=zz\n",
  "start=2048,size=2048\nstart=2048,size=4096\n",
  "foo\n",
];

describe.skipIf(requireOrSkip(obstacle))("beside the real tools", () => {
  let directory = "";
  beforeAll(() => {
    directory = mkdtempSync(`${tmpdir()}/real-tools-`);
  });
  afterAll(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  function create() {
    const image = `${directory}/image`;
    rmSync(image, { force: true });
    writeFileSync(image, "");
    truncateSync(image, 100 * MIB);
    const machine = createStorageMachine({ disks: [{ name: "sdb", sizeBytes: 100 * MIB }] });
    return {
      ...machine,
      /** Exit code and standard output of both. */
      async both(line: string, stdin = "") {
        const theirs = real(line.replaceAll("/dev/sdb", "image").split(" "), stdin, directory);
        const ours = await machine.run(line, stdin);
        return {
          theirs: { exitCode: theirs.status, stdout: comparable(theirs.stdout) },
          ours: { exitCode: ours.exitCode, stdout: comparable(ours.stdout) },
        };
      },
    };
  }

  for (const script of SCRIPTS) {
    test(`sfdisk makes the same of ${JSON.stringify(script)}`, async () => {
      const { both } = create();
      const made = await both("sfdisk /dev/sdb", script);
      expect(made.ours.exitCode).toBe(made.theirs.exitCode ?? -1);
      const dump = await both("sfdisk --dump /dev/sdb");
      expect(dump.ours).toEqual(dump.theirs as typeof dump.ours);
      const json = await both("sfdisk --json /dev/sdb");
      expect(json.ours.exitCode).toBe(json.theirs.exitCode ?? -1);
      if (json.ours.exitCode === 0) {
        expect(JSON.parse(json.ours.stdout)).toEqual(JSON.parse(json.theirs.stdout));
      }
    });
  }

  for (const label of ["gpt", "dos"]) {
    test(`growpart says the same of ${label}, and does it`, async () => {
      const { both } = create();
      await both("sfdisk /dev/sdb", `label: ${label}\n,10M\n,20M\n`);
      for (const words of [
        "--dry-run /dev/sdb 2",
        "/dev/sdb 1",
        "/dev/sdb 2",
        "/dev/sdb 2",
        "/dev/sdb 3",
      ]) {
        const said = await both(`growpart ${words}`);
        expect([words, said.ours]).toEqual([words, said.theirs as typeof said.ours]);
      }
      const dump = await both("sfdisk -d /dev/sdb");
      expect(dump.ours).toEqual(dump.theirs as typeof dump.ours);
    });
  }

  test("blkid and wipefs tell the same of what was made", async () => {
    const { both } = create();
    const expectSame = async (line: string): Promise<void> => {
      const said = await both(line);
      expect([line, said.ours]).toEqual([line, said.theirs as typeof said.ours]);
    };
    await expectSame("blkid /dev/sdb");
    await both("mkfs.ext4 -q -F -L data /dev/sdb");
    for (const words of ["", "-o export ", "-p ", "-p -o export ", "-p -o udev -s TYPE "]) {
      await expectSame(`blkid ${words}/dev/sdb`);
    }
    await expectSame("blkid -o value -s TYPE -s LABEL /dev/sdb");
    await expectSame("wipefs --all /dev/sdb");
    await expectSame("wipefs --all /dev/sdb");
    await both("mkswap -q -L swap /dev/sdb");
    await expectSame("blkid -p -o export /dev/sdb");
    await expectSame("wipefs --all /dev/sdb");
    await both("sfdisk /dev/sdb", "label: dos\n,10M\n");
    await expectSame("blkid /dev/sdb");
    await expectSame("blkid -p -o export /dev/sdb");
  });
});
