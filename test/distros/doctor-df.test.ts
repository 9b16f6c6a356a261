import { expect, test } from "bun:test";
import { parseDf as parseAixDf, parseReadOnlyMounts } from "../../src/distros/aix/doctor.ts";
import { parseDf as parseGnuDf } from "../../src/distros/linux/doctor.ts";

test("df -k of AIX: room and inodes; pseudo file systems are left out", () => {
  const text = `Filesystem    1024-blocks      Free %Used    Iused %Iused Mounted on
/dev/hd4          2097152   1877356   11%    12062     3% /
/proc                   -         -    -         -     -  /proc
/dev/datalv        524288      1024  100%      100     1% /data and more
`;
  expect(parseAixDf(text)).toEqual([
    { mountPoint: "/", freeKib: 1_877_356, usedInodesPercent: 3 },
    { mountPoint: "/data and more", freeKib: 1024, usedInodesPercent: 1 },
  ]);
});

test("df --output of GNU: file systems without a count of inodes", () => {
  const text = ` Avail IUse% Mounted on
40123     12% /
  512       - /var
`;
  expect(parseGnuDf(text)).toEqual([
    { mountPoint: "/", freeKib: 40_123, usedInodesPercent: 12 },
    { mountPoint: "/var", freeKib: 512, usedInodesPercent: undefined },
  ]);
});

test("mount of AIX: what is mounted read-only", () => {
  const text = `  node       mounted        mounted over    vfs       date        options
-------- ---------------  ---------------  ------ ------------ ---------------
         /dev/hd4         /                jfs2   Nov 07 19:11 rw,log=/dev/hd8
         /dev/hd9var      /var             jfs2   Nov 07 19:11 ro,log=/dev/hd8
         /dev/cd0         /mnt             cdrfs  Nov 07 19:12 ro
         /proc            /proc            procfs Nov 07 19:11 rw
`;
  expect(parseReadOnlyMounts(text)).toEqual(["/var", "/mnt"]);
});
