import { describe, expect, test } from "bun:test";
import { altCloud } from "../../src/datasources/alt-cloud.ts";
import type { DatasourceAnswer } from "../../src/datasources/datasource.ts";
import { createLinuxStorage } from "../../src/distros/linux/storage.ts";
import {
  createScriptedSystem,
  type ScriptedSystemOptions,
} from "../../src/simulator/scripted-system.ts";
import { buildIso } from "../support/build-iso.ts";
import { buildVfat } from "../support/build-vfat.ts";
import { createDatasourceDistro, createTestPaths } from "../support/datasource-contract.ts";
import { createRecordingLog, type RecordingLog } from "../support/recording-log.ts";

async function find(options: ScriptedSystemOptions): Promise<{
  readonly answer: DatasourceAnswer;
  readonly log: RecordingLog;
  readonly commands: readonly (readonly string[])[];
}> {
  const scripted = createScriptedSystem(options);
  const log = createRecordingLog();
  const { system: sys, commands } = scripted;
  const ctx = { sys, log, systemInfo: {} };
  const storage = options.platform === "aix" ? undefined : createLinuxStorage(ctx);
  const answer = await altCloud.find({
    sys,
    distro: createDatasourceDistro(ctx, [], storage),
    paths: createTestPaths(),
    config: {},
    log,
  });
  return { answer, log, commands };
}

function dataOf(answer: DatasourceAnswer): string | undefined {
  return answer.found && answer.instance.userData !== undefined
    ? Buffer.from(answer.instance.userData).toString()
    : undefined;
}

const RHEV = { "/etc/sysconfig/cloud-info": "rhev\n" };
const FLOPPY = buildVfat({ files: { "user-data.txt": "#!/bin/sh\r\n\r\n" }, label: "" });

describe("AltCloud", () => {
  test("reads RHEV's floppy on Linux, and runs nothing where it is there", async () => {
    const { answer, commands } = await find({ files: { ...RHEV, "/dev/fd0": FLOPPY } });
    expect(dataOf(answer)).toBe("#!/bin/sh");
    expect(commands).toEqual([]);
  });

  test("takes the firmware's word where there is no cloud-info", async () => {
    const files = { "/sys/class/dmi/id/product_name": "RHEV Hypervisor\n", "/dev/fd0": FLOPPY };
    expect(dataOf((await find({ files })).answer)).toBe("#!/bin/sh");
    expect((await find({ files, platform: "aix" })).answer.found).toBe(false);
  });

  test("loads the driver of a floppy that is not there yet, and waits for it", async () => {
    const files = { ...RHEV, "/sbin/modprobe": "", "/usr/bin/udevadm": "" };
    const { answer, commands, log } = await find({
      files,
      commands: { "/sbin/modprobe": { exitCode: 1 }, "/usr/bin/udevadm": "" },
    });
    expect(answer).toEqual({
      found: false,
      reason: 'expected "user-data.txt" on a floppy disk, found none',
    });
    expect(commands).toEqual([
      ["/sbin/modprobe", "floppy"],
      ["/usr/bin/udevadm", "settle", "--exit-if-exists=/dev/fd0", "--timeout=10"],
    ]);
    expect(log.warnings()).toEqual(["Failed accessing user data."]);
  });

  test("says so where the floppy cannot be read, or has no driver", async () => {
    const broken = await find({ files: { ...RHEV, "/dev/fd0": "not a disc".repeat(100) } });
    expect(broken.answer).toMatchObject({ found: false });
    const none = await find({ files: RHEV });
    expect(none.answer).toMatchObject({ found: false });
    expect(none.commands).toEqual([]);
  });

  test("tries each disc labelled CDROM, and warns of one that is damaged", async () => {
    const good = buildIso({ files: { "user-data.txt": "second" }, label: "CDROM" });
    const damaged = buildIso({ files: { "user-data.txt": "x".repeat(9000) }, label: "cdrom" });
    const { answer, log } = await find({
      platform: "aix",
      files: {
        "/etc/sysconfig/cloud-info": "VSPHERE",
        "/dev/cd0": damaged.slice(0, damaged.length - 4096),
        "/dev/cd1": good,
      },
      commands: { "/usr/sbin/lsdev": "cd0:Available\ncd1:Available\n" },
    });
    expect(dataOf(answer)).toBe("second");
    expect(log.warnings()).toHaveLength(1);
    expect(log.warnings()[0]).toStartWith('cd0: Cannot read "user-data.txt"');
  });

  test("leaves what gzip made as it is", async () => {
    const zipped = Buffer.concat([Buffer.from([0x1f, 0x8b]), Buffer.from("x\n\n")]);
    const image = buildVfat({ files: { "user-data.txt": zipped } });
    const { answer } = await find({ files: { ...RHEV, "/dev/fd0": image } });
    expect(answer.found && answer.instance.userData).toEqual(new Uint8Array(zipped));
  });
});
