import { describe, expect, test } from "bun:test";
import { configDrive } from "../../src/datasources/config-drive.ts";
import type { DatasourceAnswer } from "../../src/datasources/datasource.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import { FileError } from "../../src/system/file-error.ts";
import { errorMessage } from "../../src/text/error-message.ts";
import { buildIso } from "../support/build-iso.ts";
import { createDatasourceDistro, createTestPaths } from "../support/datasource-contract.ts";
import { createRecordingLog, type RecordingLog } from "../support/recording-log.ts";

type Answer = DatasourceAnswer | { readonly error: string };

/** Files by path; each /dev/cdN among them is an Available drive. */
async function find(
  files: Readonly<Record<string, string | Uint8Array>>,
  options: {
    readonly config?: Readonly<Record<string, unknown>>;
    readonly refused?: Readonly<Record<string, string>>;
  } = {},
): Promise<{
  readonly answer: Answer;
  readonly log: RecordingLog;
  readonly commands: readonly (readonly string[])[];
}> {
  const refused = options.refused ?? {};
  const devices = [...Object.keys(files), ...Object.keys(refused)]
    .filter((path) => path.startsWith("/dev/cd"))
    .map((path) => `${path.slice(5)}:Available\n`);
  const { system, commands } = createScriptedSystem({
    platform: "aix",
    files,
    commands: { "/usr/sbin/lsdev": devices.join("") },
  });
  const sys = {
    ...system,
    fs: {
      ...system.fs,
      open(path: string) {
        const code = refused[path.replace("/rcd", "/cd")];
        if (code !== undefined) {
          throw new FileError("open", path, code);
        }
        return system.fs.open(path);
      },
    },
  };
  const log = createRecordingLog();
  const distro = createDatasourceDistro({ sys, log, systemInfo: {} });
  const answer = await configDrive
    .find({ sys, distro, paths: createTestPaths(), config: options.config ?? {}, log })
    .catch((error: unknown) => ({ error: errorMessage(error) }));
  return { answer, log, commands };
}

function drive(files: Readonly<Record<string, string>>): Uint8Array {
  return buildIso({ files });
}

function metadata(id: string): string {
  return JSON.stringify({ uuid: id });
}

function idOf(answer: Answer): string | undefined {
  return "found" in answer && answer.found ? answer.instance.id : undefined;
}

const SEED = "/opt/freeware/var/lib/cloud/seed/config_drive";

describe("ConfigDrive", () => {
  test("takes the seed directory before /config-drive, and that before a disc", async () => {
    const seed = { [`${SEED}/openstack/latest/meta_data.json`]: metadata("seed") };
    const root = { "/config-drive/openstack/latest/meta_data.json": metadata("root") };
    const disc = { "/dev/cd0": drive({ "openstack/latest/meta_data.json": metadata("disc") }) };
    const all = await find({ ...seed, ...root, ...disc });
    expect(idOf(all.answer)).toBe("seed");
    expect(all.commands).toEqual([]);
    expect(idOf((await find({ ...root, ...disc })).answer)).toBe("root");
    expect(idOf((await find(disc)).answer)).toBe("disc");
  });

  test("warns of a broken seed directory and goes on to the discs", async () => {
    const { answer, log } = await find({
      [`${SEED}/openstack/latest/meta_data.json`]: "[]",
      "/config-drive/readme": "x",
      "/dev/cd0": drive({ "openstack/latest/meta_data.json": metadata("disc") }),
    });
    expect(idOf(answer)).toBe("disc");
    expect(log.warnings()).toEqual([
      `Broken config drive: ${SEED}: Cannot read "openstack/latest/meta_data.json": expected a JSON object, found a list`,
      'Broken config drive: /config-drive: expected "openstack/latest/meta_data.json" in the seed directory, found neither it nor an older layout',
    ]);
  });

  test("warns of a broken disc and takes the next one", async () => {
    const { answer, log } = await find({
      "/dev/cd0": drive({ "openstack/latest/meta_data.json": "{" }),
      "/dev/cd1": drive({ "openstack/latest/meta_data.json": metadata("second") }),
    });
    expect(idOf(answer)).toBe("second");
    expect(log.warnings()).toEqual([
      'Broken config drive: cd0: Cannot read "openstack/latest/meta_data.json": expected JSON, but at line 1, column 2: it is cut short',
    ]);
  });

  test("says what is wrong with each where all are broken, and warns of nothing itself", async () => {
    const { answer, log } = await find({
      "/dev/cd0": drive({ "openstack/latest/meta_data.json": "" }),
      "/dev/cd1": drive({ "openstack/latest/meta_data.json": "7" }),
    });
    expect(answer).toEqual({
      error:
        'Broken config drive: cd0: Cannot read "openstack/latest/meta_data.json": expected JSON, but it is empty; cd1: Cannot read "openstack/latest/meta_data.json": expected a JSON object, found a number',
    });
    expect(log.warnings()).toEqual([]);
  });

  test("finds nothing in an empty drive, without a warning, and says what was tried", async () => {
    const { answer, log } = await find({}, { refused: { "/dev/cd0": "ENXIO" } });
    expect(answer).toEqual({
      found: false,
      reason:
        'no disc labelled config-2 (looked at cd0 (no disc)); Cannot use "cd0": Cannot open "/dev/cd0": the device is not there (ENXIO); Cannot open "/dev/rcd0": the device is not there (ENXIO)',
    });
    expect(log.warnings()).toEqual([]);
  });

  test("takes the newest version it knows, and latest where that has no metadata", async () => {
    const versions = (names: Readonly<Record<string, string>>): Record<string, string> =>
      Object.fromEntries(
        Object.entries(names).map(([name, id]) => [
          `openstack/${name}/${id === "" ? "user_data" : "meta_data.json"}`,
          metadata(id),
        ]),
      );
    const cases = [
      [
        { "2012-08-10": "old", "2018-08-27": "new", latest: "latest", "2099-01-01": "later" },
        "new",
      ],
      [{ "2013-10-17": "middle", "2012-08-10": "old" }, "middle"],
      [{ "2018-08-27": "", "2012-08-10": "old", latest: "latest" }, "latest"],
      [{ "2018-08-27": "", "2012-08-10": "old" }, "old"],
      [{ "2099-01-01": "later", latest: "latest" }, "latest"],
    ] as const;
    for (const [names, expected] of cases) {
      expect(idOf((await find({ "/dev/cd0": drive(versions({ ...names })) })).answer)).toBe(
        expected,
      );
    }
  });

  test("refuses user-data of 200 MB with one message and uses the rest", async () => {
    const image = drive({
      "openstack/latest/meta_data.json": metadata("large"),
      "openstack/latest/user_data": "#!/bin/sh\n",
    });
    const record = Buffer.from(image).indexOf("USER_DATA.;1") - 33;
    new DataView(image.buffer, record).setUint32(10, 200_000_000, true);
    const { answer, log } = await find({ "/dev/cd0": image });
    expect(idOf(answer)).toBe("large");
    expect("found" in answer && answer.found ? answer.instance.userData : "").toBeUndefined();
    expect(log.warnings()).toEqual([
      'cd0: Cannot read "openstack/latest/user_data": it has 200000000 bytes, at most 67108864 are read',
    ]);
  });

  test("refuses meta_data.json beyond 4 MiB", async () => {
    const text = JSON.stringify({ uuid: "1", filler: "x".repeat(4 * 1024 * 1024) });
    const { answer } = await find({
      "/dev/cd0": drive({ "openstack/latest/meta_data.json": text }),
    });
    expect(answer).toEqual({
      error: `Broken config drive: cd0: Cannot read "openstack/latest/meta_data.json": it has ${text.length} bytes, at most 4194304 are read`,
    });
  });

  test("says that a drive is cut short, with device and file", async () => {
    const image = drive({
      "openstack/latest/meta_data.json": metadata("1"),
      "openstack/latest/user_data": "x".repeat(10_000),
    });
    const { answer, log } = await find({ "/dev/cd0": image.slice(0, image.length - 4096) });
    expect(idOf(answer)).toBe("1");
    expect(log.warnings()[0]).toMatch(
      /^cd0: Cannot read "openstack\/latest\/user_data": it reaches to byte \d+, but the disc ends at byte \d+$/u,
    );
  });

  test("never puts an absurd id to use", async () => {
    for (const [uuid, id] of [
      ["../../etc", ".._.._etc"],
      ["a\nb\0c", "a_b_c"],
      [" spaced ", "spaced"],
      [42, "42"],
    ] as const) {
      const text = JSON.stringify({ uuid });
      const image = drive({ "openstack/latest/meta_data.json": text });
      expect(idOf((await find({ "/dev/cd0": image })).answer)).toBe(id);
    }
    for (const uuid of ["", ".", "..", " ", null, ["a"], {}, true, "x".repeat(201)]) {
      const image = drive({ "openstack/latest/meta_data.json": JSON.stringify({ uuid }) });
      expect((await find({ "/dev/cd0": image })).answer).toHaveProperty("error");
    }
  });

  test("takes dsmode from the drive before the configuration", async () => {
    const text = JSON.stringify({ uuid: "1", meta: { dsmode: "local" } });
    const image = drive({ "openstack/latest/meta_data.json": text });
    const { answer } = await find({ "/dev/cd0": image }, { config: { dsmode: "pass" } });
    expect("found" in answer && answer.found ? answer.instance.description : "").toBe(
      "DataSourceConfigDrive [local,ver=2][source=cd0]",
    );
  });

  test("claims a drive of the first version for its network alone", async () => {
    const image = drive({ "etc/network/interfaces": "auto lo\niface lo inet loopback\n" });
    const { answer } = await find({ "/dev/cd0": image });
    expect(answer).toMatchObject({
      found: true,
      instance: {
        id: "iid-dsconfigdrive",
        description: "DataSourceConfigDrive [pass,ver=1][source=cd0]",
        dsmode: "pass",
      },
    });
  });
});
