import { describe } from "bun:test";
import { answering, type Illness, testIllnesses } from "../../support/doctor-illness.ts";
import { CLOUD_DIR } from "../../support/sample-machine.ts";

const FILES: readonly Illness[] = [
  {
    name: "IBM's package in the database of RPM",
    spoil: ({ system }) => system.fs.write("/var/adm/sw/simulated", "rpm cloud-init 0.7.5-4.1\n"),
    found: {
      check: "old-package",
      severity: "warning",
      fix: "rpm -e --justdb --noscripts cloud-init",
    },
  },
  {
    name: "IBM's activation engine in the database of RPM",
    spoil: ({ system }) =>
      system.fs.write("/var/adm/sw/simulated", "rpm activation-engine-common 2.2\n"),
    found: {
      check: "other-agents",
      severity: "warning",
      what: 'IBM\'s activation engine is installed: there is the package "activation-engine-common-2.2.ppc"',
      fix: "rpm -e activation-engine-common-2.2.ppc",
    },
  },
  {
    name: "the driver of IBM's activation engine without a package",
    spoil: ({ system }) => system.fs.write("/opt/ibm/ae/AE.sh", "#!/bin/sh\n"),
    found: { check: "other-agents", severity: "warning", fix: "rm -r /opt/ibm/ae" },
  },
  {
    name: "an optical drive that never answers",
    system: (sys) => ({
      ...sys,
      devices: { findSilent: async () => new Set(["/dev/cd0", "/dev/rcd0"]) },
    }),
    found: {
      check: "optical-drive",
      severity: "error",
      what: /^The drive "cd0" does not answer: .* within 30 s/u,
      fix: "errpt -a -N cd0",
    },
  },
  {
    name: "the code of IBM's package",
    spoil: ({ system }) =>
      system.fs.write("/opt/freeware/lib/python2.7/site-packages/cloudinit/version.py", ""),
    found: {
      check: "old-package",
      severity: "warning",
      fix: "rm -rf /opt/freeware/lib/python2.7/site-packages/cloudinit",
    },
  },
  {
    name: "a module of one's own in Python that no list names",
    spoil: ({ system }) =>
      system.fs.write("/opt/freeware/lib/python2.7/site-packages/cloudinit/config/cc_mine.py", ""),
    found: {
      check: "old-package",
      severity: "warning",
      what: /cc_mine\.py" is a module of your own in Python/u,
      also: 1,
    },
  },
  {
    name: "a part handler in Python",
    spoil: ({ system }) => system.fs.write(`${CLOUD_DIR}/handlers/mine.py`, ""),
    found: { check: "old-package", severity: "warning", what: /part handler in Python/u },
  },
  {
    name: "a file system that is full",
    spoil(aix) {
      for (const { volumes } of aix.machine.storage.volumeGroups) {
        for (const { fileSystem } of volumes) {
          if (fileSystem?.mountPoint === "/opt") {
            fileSystem.blocks = 20_000;
          }
        }
      }
    },
    found: { check: "space", severity: "error", fix: "chfs -a size=+256M /opt" },
  },
  {
    name: "a file system without inodes",
    system: (sys) =>
      answering(sys, "/usr/bin/df", {
        stdout:
          "Filesystem    1024-blocks      Free %Used    Iused %Iused Mounted on\n/dev/hd9var       2097152   1877356   11%   524000    96% /var\n/proc  - - - - - /proc\n",
      }),
    found: { check: "space", severity: "warning", what: '"/var" has 96 % of its inodes in use' },
  },
  {
    name: "a file system that is mounted read-only",
    spoil(aix) {
      const mount = aix.machine.mounts.find(({ directory }) => directory === "/var");
      Object.assign(mount ?? {}, { options: "ro,log=/dev/hd8" });
    },
    found: { check: "writable", severity: "error", fix: "mount -o remount,rw /var" },
  },
  {
    name: "an entry of /etc/filesystems without a device",
    spoil: ({ system }) =>
      system.fs.append("/etc/filesystems", "\n/data:\n\tvfs = jfs2\n\ttype = cloudconfig\n"),
    found: { check: "file-systems", severity: "warning", what: /has no "dev"/u },
  },
  {
    name: "an entry of /etc/filesystems without its directory",
    spoil: ({ system }) =>
      system.fs.append(
        "/etc/filesystems",
        "\n/data:\n\tdev = /dev/datalv\n\tvfs = jfs2\n\ttype = cloudconfig\n",
      ),
    found: { check: "file-systems", severity: "warning", fix: "mkdir -p /data" },
  },
  {
    name: "an entry of /etc/filesystems with the device of another",
    spoil: ({ system }) =>
      system.fs.append(
        "/etc/filesystems",
        "\n/mnt:\n\tdev = /dev/hd1\n\tvfs = jfs2\n\ttype = cloudconfig\n",
      ),
    found: { check: "file-systems", severity: "warning", what: /has the device "\/dev\/hd1"/u },
  },
  {
    name: "an empty /etc/filesystems",
    spoil: ({ system }) => system.fs.write("/etc/filesystems", ""),
    found: { check: "file-systems", severity: "error", what: /has no entries/u },
  },
  {
    name: "a time zone that there is not",
    spoil: ({ system }) => system.fs.write("/etc/environment", "TZ=Mars/Olympus\n"),
    found: { check: "time-zone", severity: "warning", what: /"Mars\/Olympus"/u },
  },
  {
    name: "a hosts file without localhost",
    spoil: ({ system }) => system.fs.write("/etc/hosts", "192.0.2.50 golden\n"),
    found: { check: "hosts", severity: "warning", what: /"localhost"/u },
  },
  {
    name: "a resolv.conf that only root can read",
    spoil: ({ system }) => system.fs.setAttributes("/etc/resolv.conf", { mode: 0o600 }),
    found: { check: "resolver", severity: "warning", fix: "chmod 644 /etc/resolv.conf" },
  },
  {
    name: "a resolv.conf that leads nowhere",
    spoil({ system }) {
      system.fs.remove("/etc/resolv.conf");
      system.fs.symlink("/run/gone", "/etc/resolv.conf");
    },
    found: { check: "resolver", severity: "warning", what: /a link to "\/run\/gone"/u },
  },
];

describe("software and files of AIX", () => testIllnesses(FILES));
