// What disk_setup says to sfdisk, and what it reads from blkid, against the real tools and images of
// disks in files.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLinux } from "../../src/distros/linux/linux.ts";
import { readSignature } from "../../src/distros/linux/disks-read.ts";
import { diskSetup } from "../../src/modules/disk-setup.ts";
import { bootSimulatedLinux } from "../../src/simulator/linux/simulated-linux.ts";
import type { System } from "../../src/system/system.ts";
import { createTestLogger, runModule } from "../support/module-context.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";

const SIZE_BYTES = 64 * 2 ** 20;
const TOOLS = ["/usr/sbin/sfdisk", "/usr/sbin/blkid", "/usr/sbin/mkfs.ext4", "/usr/sbin/wipefs"];
const MISSING = TOOLS.find((tool) => !existsSync(tool));

function run(argv: readonly string[], stdin = ""): string {
  const [program = "", ...args] = argv;
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8", input: stdin });
  if (status !== 0) {
    throw new Error(`${argv.join(" ")} ended with ${status}: ${stderr}`);
  }
  return stdout;
}

/** What the module gives sfdisk for a disk of that size. */
async function scriptFor(settings: unknown): Promise<string> {
  const linux = bootSimulatedLinux({
    storage: { disks: [{ name: "sdb", sizeBytes: SIZE_BYTES }] },
  });
  let script = "";
  const { exec } = linux.system;
  const system: System = {
    ...linux.system,
    exec: {
      ...exec,
      run: (argv, options) => {
        script += options?.stdin ?? "";
        return exec.run(argv, options);
      },
    },
  };
  const distro = createLinux({ sys: system, log: createTestLogger([]), systemInfo: {} }, "debian");
  const config = { disk_setup: { "/dev/sdb": settings } };
  const { failures } = await runModule(diskSetup, { system, distro, config });
  expect(failures).toEqual([]);
  return script;
}

describe.skipIf(
  requireOrSkip(MISSING === undefined ? undefined : `there is no ${MISSING} on this machine`),
)("the real tools", () => {
  let directory = "";
  let image = "";

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "disk-tools-"));
    image = join(directory, "disk");
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  const clear = (): void => {
    writeFileSync(image, "");
    truncateSync(image, SIZE_BYTES);
  };
  const real: System = {
    ...bootSimulatedLinux().system,
  };
  const system: System = {
    ...real,
    exec: {
      ...real.exec,
      query: async ([program = "", ...args]) => {
        const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8" });
        return { exitCode: status ?? 127, stdout, stderr, timedOut: false, durationMs: 0 };
      },
    },
  };

  const signatureOf = (path: string) =>
    readSignature(system, { path, type: "disk", sizeBytes: SIZE_BYTES });

  const layouts = [
    ["mbr", [25, [25, 82], 50], ["83", "82", "83"]],
    [
      "gpt",
      [50, [25, "8200"], [25, "EF00"]],
      [
        "0FC63DAF-8483-4772-8E79-3D69D8477DE4",
        "0657FD6D-A4AB-43C4-84E5-0933C84B4F4F",
        "C12A7328-F81F-11D2-BA4B-00A0C93EC93B",
      ],
    ],
  ] as const;
  test.each(layouts)("sfdisk makes the partitions of an %s layout", async (type, layout, types) => {
    clear();
    run(["/usr/sbin/sfdisk", image], await scriptFor({ table_type: type, layout }));
    const { partitiontable } = JSON.parse(run(["/usr/sbin/sfdisk", "--json", image]));
    const made: readonly { readonly type: string; readonly size: number }[] =
      partitiontable.partitions;
    expect(made.map((each) => each.type)).toEqual([...types]);
    const share = (made[0]?.size ?? 0) / (SIZE_BYTES / 512);
    expect(share).toBeCloseTo((layout[0] ?? 0) / 100, 1);
    expect(await signatureOf(image)).toEqual({
      tableType: type === "mbr" ? "dos" : "gpt",
      content: `partition table of type ${type === "mbr" ? "dos" : "gpt"}`,
    });
  });

  test("blkid tells nothing, a file system with its label, nothing again after wipefs, and unknown where it cannot read", async () => {
    clear();
    expect(await signatureOf(image)).toEqual({});
    run(["/usr/sbin/mkfs.ext4", "-q", "-F", "-L", "a b\\c", image]);
    expect(await signatureOf(image)).toEqual({
      type: "ext4",
      label: "a b\\c",
      content: "ext4",
    });
    run(["/usr/sbin/wipefs", "--all", image]);
    expect(await signatureOf(image)).toEqual({});
    expect(await signatureOf(join(directory, "none"))).toEqual({
      type: "unknown",
      content: "unknown",
    });
  });

  test.each(["dos", "gpt"])("an empty table of type %s is nothing", async (label) => {
    clear();
    run(["/usr/sbin/sfdisk", image], `label: ${label}\n`);
    expect(await signatureOf(image)).toEqual({ tableType: label });
  });
});
