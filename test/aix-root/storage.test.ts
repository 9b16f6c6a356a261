// Volume groups, mounts and paging space through the built program, in an AIX root.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  canUseAixRoot,
  changeAixMachine,
  clearAixCalls,
  readAixCalls,
  readAixMachine,
} from "../../scripts/aix-root.ts";
import { VOLUME_GROUP_MAPPING_PATH } from "../../src/distros/aix/volume-group-mapping.ts";
import type { Device } from "../../src/simulator/aix/machine.ts";
import {
  AGENT,
  type AixScenario,
  type AixTestRoot,
  changeDisc,
  CLOUD_DIR,
  createAixScenario,
  sampleDrive,
} from "../support/aix-root-scenario.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";
import { PVIDS, TWO_GROUPS, TWO_GROUPS_MAPPING } from "../support/storage-scenario.ts";

const TIMEOUT_MS = 120_000;
const LOG = "/var/log/cloud-init.log";
const TABLE = "/etc/filesystems";
/** What changes disks, file systems and paging space. */
const CHANGES =
  /^(?:mount (?=.)|(?:importvg|exportvg|varyo\w+vg|mkvg|chvg|extendvg|mklv|chlv|crfs|chfs|mkps|chps|cfgmgr)(?: |$))/u;

const USER_DATA = `#cloud-config
mounts:
  - [/dev/applv, /app]
swap: {size: 1G}
`;

const [DATA, LOGS] = TWO_GROUPS.volumeGroups;
const STORAGE = {
  disks: TWO_GROUPS.disks,
  volumeGroups: [
    DATA,
    {
      ...LOGS,
      volumes: [
        ...LOGS.volumes,
        { name: "applv", lps: 4, mountPoint: "/app", mount: "absent" as const },
      ],
    },
  ],
};

describe.skipIf(requireOrSkip(canUseAixRoot()))("storage of a deployed machine", () => {
  let scenario: AixScenario;
  let image: AixTestRoot;
  let root: AixTestRoot;
  let bootCode: number;
  const changesIn = (place: AixTestRoot): readonly string[] =>
    readAixCalls(place.path)
      .map(({ argv }) => argv.join(" ").replace(/^\S*\//u, ""))
      .filter((line) => CHANGES.test(line) && !line.includes("/run/cloud-init"));
  const errorsIn = (place: AixTestRoot): readonly string[] =>
    JSON.parse(place.read(`${CLOUD_DIR}/data/result.json`)).v1.errors;

  beforeAll(async () => {
    scenario = createAixScenario({
      storage: STORAGE,
      files: {
        "/dev/cd0": sampleDrive(USER_DATA),
        [VOLUME_GROUP_MAPPING_PATH]: TWO_GROUPS_MAPPING,
        "/var/adm/sim/volumes/local/dev/datalv/kept": "data of the captured machine\n",
      },
    });
    image = await scenario.image();
    root = scenario.copy(image);
    clearAixCalls(root.path);
    bootCode = (await root.boot()).exitCode;
  }, TIMEOUT_MS);

  afterAll(() => scenario.removeAll());

  test("both volume groups are imported and mounted, then what the user wants", async () => {
    expect(bootCode).toBe(0);
    expect(errorsIn(root)).toEqual([]);
    expect(changesIn(root)).toEqual([
      "importvg -y datavg hdisk1",
      "importvg -y logvg hdisk3",
      "mount all",
      "mount /app",
      "chps -s 16 hd6",
    ]);
    expect((await root.sh("lsvg -o")).stdout).toBe("rootvg\ndatavg\nlogvg\n");
    const { stdout } = await root.sh("mount; cat /data/kept; lsps -s");
    for (const [device, place] of [
      ["/dev/datalv", "/data"],
      ["/dev/loglv", "/logs"],
      ["/dev/applv", "/app"],
    ]) {
      expect(stdout).toMatch(new RegExp(`^ +${device} +${place} +jfs2 `, "mu"));
    }
    expect(stdout).toContain("data of the captured machine");
    expect(stdout).toContain("1024MB");
    expect(root.exists(VOLUME_GROUP_MAPPING_PATH)).toBe(false);
    expect(root.read(TABLE)).toMatch(/^\/app:\n\tdev\s*= \/dev\/applv$/mu);
  });

  test("status and log tell it", async () => {
    const { exitCode, stdout } = await root.agent("status", "--long");
    expect(exitCode).toBe(0);
    expect(stdout).toContain("status: done");
    const log = root.read(LOG);
    expect(log).toContain('Imported volume group "datavg" from disk "hdisk1"');
    expect(log).toContain('Imported volume group "logvg" from disk "hdisk3"');
    expect(log).not.toMatch(/\[(?:WARNING|ERROR)\]: .*(?:vg|mount|paging|hd6)/u);
  });

  test(
    "the second boot and a second run by hand change nothing",
    async () => {
      const before = JSON.stringify(readAixMachine(root.path).storage);
      const table = root.read(TABLE);
      clearAixCalls(root.path);
      expect((await root.boot()).exitCode).toBe(0);
      for (const name of ["restore_volume_groups", "mounts"]) {
        const run = await root.sh(`${AGENT} single --name ${name} --frequency always`);
        expect([name, run.exitCode]).toEqual([name, 0]);
      }
      expect(changesIn(root)).toEqual([]);
      expect(JSON.stringify(readAixMachine(root.path).storage)).toBe(before);
      expect(root.read(TABLE)).toBe(table);
      expect((await root.sh("cat /data/kept")).stdout).toBe("data of the captured machine\n");
    },
    TIMEOUT_MS,
  );

  test(
    "a deploy of an image that was captured from it brings all back, and grows nothing again",
    async () => {
      // As the old capture tool writes it: disks of no volume group too.
      await root.sh(
        `lspv | while read disk pvid vg state; do
           [ "$pvid" = none ] || [ "$vg" = rootvg ] || echo "$vg $pvid"
         done > ${VOLUME_GROUP_MAPPING_PATH}; /usr/lib/boot/bootutil -c`,
      );
      expect(root.read(VOLUME_GROUP_MAPPING_PATH)).toBe(TWO_GROUPS_MAPPING);
      const uuid = "0a1b2c3d-0000-4000-8000-000000000002";
      const metaData = JSON.stringify({ uuid, hostname: "vm2.example.com" });
      const names = ["latest", "2018-08-27"].map((name) => `openstack/${name}/meta_data.json`);
      const files = Object.fromEntries(names.map((name) => [name, metaData]));
      changeDisc(root, sampleDrive(USER_DATA, files));
      changeAixMachine(root.path, (machine) => {
        machine.identity.partitionUuid = uuid;
      });
      clearAixCalls(root.path);
      expect((await root.boot()).exitCode).toBe(0);
      expect(errorsIn(root)).toEqual([]);
      expect(changesIn(root)).toEqual([
        "importvg -y datavg hdisk1",
        "importvg -y logvg hdisk3",
        "mount all",
      ]);
      expect((await root.sh("cat /data/kept; mount")).stdout).toMatch(
        /^data of the captured machine\n(?:.*\n)*.* \/app +jfs2 /u,
      );
      expect(root.exists(VOLUME_GROUP_MAPPING_PATH)).toBe(false);
    },
    TIMEOUT_MS,
  );

  test(
    "a disk that is missing fails its volume group alone, is told, and is done once it is there",
    async () => {
      const place = scenario.copy(image);
      let taken: Device[] = [];
      changeAixMachine(place.path, (machine) => {
        taken = machine.devices.filter(({ name }) => name === "hdisk3");
        machine.devices = machine.devices.filter(({ name }) => name !== "hdisk3");
      });
      await place.boot();
      const errors = errorsIn(place);
      expect(errors).toContainEqual(
        expect.stringContaining('Volume group "logvg" is not present.'),
      );
      expect(place.read(VOLUME_GROUP_MAPPING_PATH)).toBe(`logvg ${PVIDS.logs}\n`);
      const failed = await place.agent("status", "--failed");
      expect(failed.stdout).toContain("restore_volume_groups");
      expect((await place.agent("status")).stdout).toContain("status: error");
      expect((await place.sh("lsvg -o; cat /data/kept")).stdout).toBe(
        "rootvg\ndatavg\ndata of the captured machine\n",
      );

      changeAixMachine(place.path, (machine) => {
        machine.undiscovered.push(...taken);
      });
      clearAixCalls(place.path);
      for (const name of ["restore_volume_groups", "mounts"]) {
        const run = await place.sh(`${AGENT} single --name ${name} --frequency always`);
        expect([name, run.exitCode, run.stderr]).toEqual([name, 0, run.stderr]);
      }
      expect(changesIn(place)).toEqual([
        "cfgmgr",
        "importvg -y logvg hdisk3",
        "mount all",
        "mount /app",
      ]);
      expect(place.exists(VOLUME_GROUP_MAPPING_PATH)).toBe(false);
    },
    TIMEOUT_MS,
  );
});
