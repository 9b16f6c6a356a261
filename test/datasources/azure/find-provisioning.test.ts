import { describe, expect, test } from "bun:test";
import { azure } from "../../../src/datasources/azure.ts";
import type { DatasourceAnswer } from "../../../src/datasources/datasource.ts";
import { createLinuxStorage } from "../../../src/distros/linux/storage.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";
import type { System } from "../../../src/system/system.ts";
import { createDatasourceDistro, createTestPaths } from "../../support/datasource-contract.ts";
import { createRecordingLog, type RecordingLog } from "../../support/recording-log.ts";

const PROVISIONING =
  "<Environment><ProvisioningSection><LinuxProvisioningConfigurationSet><HostName>vm01</HostName></LinuxProvisioningConfigurationSet></ProvisioningSection></Environment>";
const TAG = { "/sys/class/dmi/id/chassis_asset_tag": "7783-7084-3265-9085-8269-3286-77\n" };

/** A drive with something that only the kernel reads; its mount point is filled by `mount`. */
async function find(options: {
  readonly files?: Readonly<Record<string, string>>;
  readonly mountExitCode?: number;
  readonly umountExitCodes?: readonly number[];
}): Promise<{
  readonly answer: DatasourceAnswer | { readonly error: string };
  readonly commands: readonly string[];
  readonly log: RecordingLog;
  readonly sys: System;
}> {
  const exits = [...(options.umountExitCodes ?? [])];
  let mountPoint = "";
  const { system: sys, commands } = createScriptedSystem({
    files: { "/dev/sr0": "BEA01 NSR02 TEA01".repeat(4000), ...TAG, ...options.files },
    commands: {
      "/usr/bin/mount": (argv) => {
        mountPoint = argv.at(-1) ?? "";
        const exitCode = options.mountExitCode ?? 0;
        if (exitCode === 0) {
          sys.fs.write(`${mountPoint}/ovf-env.xml`, PROVISIONING);
        }
        return { exitCode };
      },
      "/usr/bin/umount": () => {
        const exitCode = exits.shift() ?? 0;
        if (exitCode === 0) {
          sys.fs.remove(`${mountPoint}/ovf-env.xml`);
        }
        return { exitCode };
      },
    },
  });
  const log = createRecordingLog();
  const ctx = { sys, log, systemInfo: {} };
  const answer = await azure
    .find({
      sys,
      distro: createDatasourceDistro(ctx, [], createLinuxStorage(ctx)),
      paths: createTestPaths(),
      config: { max_wait: 1, report_ready: false },
      log,
    })
    .catch((error: unknown) => ({ error: String(error) }));
  return { answer, commands: commands.map((argv) => argv.join(" ")), log, sys };
}

describe("Azure's provisioning disc, which is UDF", () => {
  test("is mounted read-only at a private directory, and left as it was found", async () => {
    const { answer, commands, sys } = await find({});
    expect(answer).toMatchObject({
      found: true,
      instance: { localHostname: "vm01", description: "DataSourceAzure [seed=/dev/sr0]" },
    });
    expect(commands.map((line) => line.replace(/sr0-[0-9a-f]{16}/u, "sr0-…"))).toEqual([
      "/usr/bin/mount -t udf -o ro,nosuid,nodev,noexec /dev/sr0 /run/cloud-init/sr0-…",
      "/usr/bin/umount /run/cloud-init/sr0-…",
    ]);
    expect(sys.fs.list("/run/cloud-init")).toEqual([]);
  });

  test("that is busy is unmounted when it is no longer", async () => {
    const { answer, commands, log } = await find({ umountExitCodes: [32, 32] });
    expect(answer).toMatchObject({ found: true });
    expect(commands.filter((line) => line.startsWith("/usr/bin/umount"))).toHaveLength(3);
    expect(log.warnings().filter((line) => line.includes("unmount"))).toEqual([]);
  });

  test("that stays busy is told of", async () => {
    const { answer, log } = await find({ umountExitCodes: Array.from({ length: 50 }, () => 32) });
    expect(answer).toMatchObject({ found: true });
    expect(log.warnings().filter((line) => line.includes("unmount it by hand"))).toHaveLength(1);
  });

  test("that is none leaves no directory behind", async () => {
    const { answer, sys } = await find({ mountExitCode: 32 });
    expect(answer).toMatchObject({ found: false, isSilent: true });
    expect(sys.fs.list("/run/cloud-init")).toEqual([]);
  });

  test("is not mounted where nothing says that this is Azure", async () => {
    const files = { "/sys/class/dmi/id/chassis_asset_tag": "none\n" };
    const { answer, commands } = await find({ files });
    expect(answer).toMatchObject({ found: false });
    expect(commands).toEqual([]);
  });
});
