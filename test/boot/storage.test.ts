import { expect, test } from "bun:test";
import { runBoot } from "../support/boot-scenario.ts";
import { buildDrive, createMachine, messagesAt, textAt } from "../support/sample-machine.ts";
import { withCommands } from "../support/with-commands.ts";

const CLEAN = { "init-local": 0, init: 0, "modules-config": 0, "modules-final": 0 };
const PARTITION_MB = 32;
const USER_DATA = [
  "#cloud-config",
  "mounts:",
  "  - [/dev/datalv, /data]",
  "swap:",
  "  size: 1G",
  "",
].join("\n");

/** A machine with one data volume group and 512 MB of paging space that chps makes larger. */
function createWithVolumes() {
  let pagingPartitions = 16;
  const aix = createMachine({ drive: buildDrive({ userData: USER_DATA }) });
  const machine = withCommands(aix.system, {
    "/usr/sbin/lsvg -o": "rootvg\ndatavg\n",
    "/usr/sbin/lsvg -l datavg": [
      "datavg:",
      "LV NAME             TYPE       LPs   PPs   PVs  LV STATE      MOUNT POINT",
      "datalv              jfs2       10    10    1    closed/syncd  N/A",
      "",
    ].join("\n"),
    "/usr/sbin/lsvg -l rootvg": () =>
      [
        "rootvg:",
        "LV NAME             TYPE       LPs   PPs   PVs  LV STATE      MOUNT POINT",
        `hd6                 paging     ${pagingPartitions}    ${pagingPartitions}    1    open/syncd    N/A`,
        "",
      ].join("\n"),
    "/usr/sbin/lsvg rootvg": [
      `VG STATE:           active                   PP SIZE:        ${PARTITION_MB} megabyte(s)`,
      "MAX LVs:            256                      FREE PPs:       100 (3200 megabytes)",
      "",
    ].join("\n"),
    "/usr/sbin/lsps -a": () =>
      [
        "Page Space      Physical Volume   Volume Group    Size %Used   Active    Auto    Type   Chksum",
        `hd6             hdisk0            rootvg       ${pagingPartitions * PARTITION_MB}MB     1     yes     yes      lv       0`,
        "",
      ].join("\n"),
    "/usr/sbin/chps": ([, , count]) => {
      pagingPartitions += Number(count);
      return "";
    },
    "/usr/sbin/mount /data": "",
  });
  return { aix, ...machine, pagingMb: () => pagingPartitions * PARTITION_MB };
}

test("a file system is mounted and paging space grown at the first boot; a reboot and the next deploy change neither", async () => {
  const machine = createWithVolumes();
  const { aix, ran } = machine;
  expect(await runBoot(machine)).toEqual(CLEAN);
  expect(ran).toEqual(["/usr/sbin/mount /data", "/usr/sbin/chps -s 16 hd6"]);
  expect(machine.pagingMb()).toBe(1024);
  const filesystems = textAt(aix, "/etc/filesystems");
  expect(filesystems).toContain("\n/data:\n\tdev = /dev/datalv\n\tvfs = jfs2\n\tlog = INLINE\n");
  expect(messagesAt(aix, "WARNING")).toEqual([]);

  aix.reboot();
  expect(await runBoot(machine)).toEqual(CLEAN);
  expect(ran).toHaveLength(2);

  const metaData = { uuid: "0a1b2c3d-0000-4000-8000-000000000002" };
  aix.media.set("cd0", buildDrive({ metaData, userData: USER_DATA }));
  aix.reboot();
  expect(await runBoot(machine)).toEqual(CLEAN);
  expect(ran.slice(2)).toEqual(["/usr/sbin/mount /data"]);
  expect(machine.pagingMb()).toBe(1024);
  expect(textAt(aix, "/etc/filesystems")).toBe(filesystems);
  expect(aix.gaps).toEqual([]);
});
