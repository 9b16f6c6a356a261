import { expect, test } from "bun:test";
import { parseMounts } from "../../../src/distros/aix/mounts.ts";

/** Lines as in the captures of aix/commands.md §5.1. */
const OUTPUT = `  node       mounted        mounted over    vfs       date        options      
-------- ---------------  ---------------  ------ ------------ --------------- 
         /dev/hd4         /                jfs2   Nov 07 19:11 rw,log=/dev/hd8 
         /proc            /proc            procfs Nov 07 19:11 rw              
         /dev/livedump    /var/adm/ras/livedump jfs2   Nov 07 19:11 rw,log=/dev/hd8 
192.168.1.11 /stage/mw1 /stage/mw2 nfs3   Jul 17 13:24 ro,bg,hard,intr,sec=sys
joe      /var/share       /tmp/salam       nfs3   Nov 12 04:40
         /dev/cd0         /mnt             cdrfs  Nov  9 04:40 ro
         /dev/cd1         /media/my disc   cdrfs  Nov 12 04:40
`;

test("Local file systems are listed with device, mount point and type", () => {
  expect(parseMounts(OUTPUT)).toEqual([
    { device: "/dev/hd4", mountPoint: "/", type: "jfs2" },
    { device: "/proc", mountPoint: "/proc", type: "procfs" },
    { device: "/dev/livedump", mountPoint: "/var/adm/ras/livedump", type: "jfs2" },
    { device: "/dev/cd0", mountPoint: "/mnt", type: "cdrfs" },
    { device: "/dev/cd1", mountPoint: "/media/my disc", type: "cdrfs" },
  ]);
});

test("Text that is no output of mount gives nothing", () => {
  expect(parseMounts("")).toEqual([]);
  expect(parseMounts("mount: 0506-322 There is a problem\n    with /dev/cd0")).toEqual([]);
});
