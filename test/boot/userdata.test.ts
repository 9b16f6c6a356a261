import { describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { runBoot } from "../support/boot-scenario.ts";
import { stage } from "../support/run-by-hand.ts";
import {
  buildDrive,
  CLOUD_DIR,
  commandLines,
  createMachine,
  detachDrive,
  DRIVE_ID,
  ledgerOf,
  messagesAt,
  modeAt,
  statusOf,
  textAt,
} from "../support/sample-machine.ts";

const OWN = `${CLOUD_DIR}/instances/${DRIVE_ID}`;
const WHOLE = "/run/cloud-init/instance-data-sensitive.json";
const OPEN = "/run/cloud-init/instance-data.json";

function dataAt(aix: ReturnType<typeof createMachine>, path: string): Record<string, unknown> {
  return JSON.parse(textAt(aix, path)) as Record<string, unknown>;
}

function initErrors(aix: ReturnType<typeof createMachine>): readonly unknown[] {
  return statusOf(aix)["init"]?.errors ?? [];
}

describe("instance-data", () => {
  test("is there as soon as the instance is known, and complete once user-data is taken in", async () => {
    const aix = createMachine({
      drive: buildDrive({
        metaData: { admin_pass: "Secret-0815" },
        userData: "#cloud-config\nsystem_info: {default_user: {name: cloud}}\n",
      }),
    });
    await stage(aix, "init-local");
    expect(dataAt(aix, OPEN)).toMatchObject({
      v1: { instance_id: DRIVE_ID, local_hostname: "vm1" },
    });
    expect(dataAt(aix, WHOLE)["system_info"]).toBeUndefined();
    await stage(aix, "init");
    expect(dataAt(aix, WHOLE)).toMatchObject({
      features: { ERROR_ON_USER_DATA_FAILURE: false },
      system_info: { distro: "aix" },
    });
    expect([modeAt(aix, OPEN), modeAt(aix, WHOLE)]).toEqual(["0644", "0600"]);
    expect(textAt(aix, OPEN)).not.toContain("Secret-0815");
    expect(textAt(aix, "/run/cloud-init/cloud-id")).toBe("configdrive\n");
    expect(aix.gaps).toEqual([]);
  });

  test("stays as it is at a boot without the drive", async () => {
    const aix = createMachine({ drive: buildDrive({ userData: "#cloud-config\na: 1\n" }) });
    await runBoot(aix);
    await runBoot(aix);
    const before = [OPEN, WHOLE].map((path) => aix.system.fs.stat(path)?.modifiedMs);
    await aix.system.clock.sleep(60_000);
    detachDrive(aix);
    await runBoot(aix);
    expect([OPEN, WHOLE].map((path) => aix.system.fs.stat(path)?.modifiedMs)).toEqual(before);
  });

  test("that is in the way of nobody: a file cut short is written anew", async () => {
    const aix = createMachine({ drive: buildDrive(), files: { [WHOLE]: '{"v1": {' } });
    expect(Object.values(await runBoot(aix))).toEqual([0, 0, 0, 0]);
    expect(dataAt(aix, WHOLE)).toMatchObject({ v1: { instance_id: DRIVE_ID } });
  });
});

describe("boothooks", () => {
  const drive = buildDrive({
    userData: "#cloud-boothook\n#!/bin/sh\nexit 3\n",
  });
  const hook = `${OWN}/boothooks/part-001`;

  test("run before the modules, at every boot, and their failure is an error", async () => {
    const aix = createMachine({
      drive,
      userCode: (argv) => ({ exitCode: argv[0] === hook ? 3 : 0, stdout: "no such disk\n" }),
    });
    expect((await runBoot(aix)).init).toBe(1);
    expect(initErrors(aix)).toEqual([`Boothooks script ${hook} execution error [3]: no such disk`]);
    expect(ledgerOf(aix, DRIVE_ID).find(({ kind }) => kind === "script")).toMatchObject({
      what: hook,
      exitCode: 3,
      outcome: "failed",
      stderr: "no such disk",
    });
    detachDrive(aix);
    await runBoot(aix);
    expect(commandLines(aix).filter((line) => line === hook).length).toBe(2);
  });

  test("have the time that the configuration gives them", async () => {
    const limits: unknown[] = [];
    const aix = createMachine({
      drive,
      config: "timeouts: {boothooks: 90s}\n",
    });
    const { exec } = aix.system;
    const system = {
      ...aix.system,
      exec: {
        ...exec,
        run: (argv: readonly string[], options: Parameters<typeof exec.run>[1] = {}) => {
          if (argv[0] === hook) {
            limits.push([options.timeoutMs, options.env?.["INSTANCE_ID"], options.owner]);
          }
          return exec.run(argv, options);
        },
      },
    };
    await runBoot({ ...aix, system });
    expect(limits).toEqual([[90_000, DRIVE_ID, "user"]]);
  });
});

test("Python handlers of the administrator are named, each once in a boot, and nothing else stops", async () => {
  const aix = createMachine({
    drive: buildDrive({ userData: "#cloud-config\nwrite_files: [{path: /etc/a, content: a}]\n" }),
    files: { [`${CLOUD_DIR}/handlers/mine.py`]: "import os\n" },
  });
  expect(await runBoot(aix)).toEqual({
    "init-local": 0,
    init: 1,
    "modules-config": 0,
    "modules-final": 0,
  });
  expect(initErrors(aix)).toEqual([
    expect.stringContaining(
      `Cannot use handler "${CLOUD_DIR}/handlers/mine.py": part handlers in Python are not run`,
    ),
  ]);
  expect(textAt(aix, "/etc/a")).toBe("a");
});

describe("the limit of unpacked user-data", () => {
  const userData = gzipSync(`#cloud-config\na: ${"x".repeat(4000)}\n`);

  test("can be set in cloud.cfg", async () => {
    const aix = createMachine({
      drive: buildDrive({ userData }),
      config: "user_data_size_limit: 2K\n",
    });
    expect((await runBoot(aix)).init).toBe(1);
    expect(initErrors(aix)[0]).toContain("unpacked it is longer than 2048 bytes");
  });

  test("that is no size is warned of, and the usual one holds", async () => {
    const aix = createMachine({
      drive: buildDrive({ userData }),
      config: "user_data_size_limit: [2]\n",
    });
    expect((await runBoot(aix)).init).toBe(0);
    expect(messagesAt(aix, "WARNING").join("\n")).toContain("Cannot use user_data_size_limit");
  });
});
