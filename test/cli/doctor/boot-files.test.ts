import { describe } from "bun:test";
import { edit, type Illness, testIllnesses } from "../../support/doctor-illness.ts";
import { PROGRAM } from "../../support/doctor-machine.ts";
import { CLOUD_CFG } from "../../support/sample-machine.ts";

const RC2 = "/etc/rc.d/rc2.d";
const INITTAB = "/etc/inittab";

const BOOT_FILES: readonly Illness[] = [
  {
    name: "a boot link that is missing",
    spoil: ({ system }) => system.fs.remove(`${RC2}/S02cloud-init`),
    found: {
      check: "installed-files",
      severity: "error",
      what: `Missing: "${RC2}/S02cloud-init"`,
      fix: `${PROGRAM} install`,
    },
  },
  {
    name: "a boot link that leads elsewhere",
    spoil: ({ system }) => system.fs.symlink("/etc/rc.d/init.d/other", `${RC2}/S03cloud-config`),
    found: { check: "installed-files", severity: "error", what: /instead of/u },
  },
  {
    name: "another cloud-init-per",
    spoil({ system }) {
      system.fs.remove(`${PROGRAM}-per`);
      system.fs.write(`${PROGRAM}-per`, "#!/bin/sh\n", { mode: 0o755 });
    },
    found: { check: "installed-files", severity: "warning", what: /is no link to "cloud-init"/u },
  },
  {
    name: "a boot script that is not executable",
    spoil: ({ system }) => system.fs.setAttributes("/etc/rc.d/init.d/cloud-final", { mode: 0o644 }),
    found: {
      check: "installed-files",
      severity: "error",
      what: /mode 0644/u,
      fix: "chmod 755 /etc/rc.d/init.d/cloud-final",
    },
  },
  {
    name: "a directory in place of a boot script",
    spoil({ system }) {
      system.fs.remove("/etc/rc.d/init.d/cloud-final");
      system.fs.makeDirectory("/etc/rc.d/init.d/cloud-final");
    },
    found: {
      check: "installed-files",
      severity: "error",
      what: '"/etc/rc.d/init.d/cloud-final" is no file',
      fix: `rm -r /etc/rc.d/init.d/cloud-final && ${PROGRAM} install`,
    },
  },
  {
    name: "a boot script that was edited",
    spoil: (aix) => edit(aix, "/etc/rc.d/init.d/cloud-init", "umask 022", "umask 000"),
    found: { check: "installed-files", severity: "warning", fix: `${PROGRAM} install` },
  },
  {
    name: "a program that is not executable",
    spoil: ({ system }) => system.fs.setAttributes(PROGRAM, { mode: 0o700 }),
    found: { check: "installed-files", severity: "error", fix: `chmod 755 ${PROGRAM}` },
  },
  {
    name: "the Python program in its place",
    spoil: ({ system }) =>
      system.fs.write(PROGRAM, "#! /opt/freeware/bin/python2\nimport cloudinit\n", {
        mode: 0o755,
      }),
    found: { check: "installed-files", severity: "error", what: /Python program/u },
  },
  {
    name: "another program in its place",
    spoil: ({ system }) => system.fs.write("/mnt/cloud-init", "progrom", { mode: 0o755 }),
    system: (sys) => ({
      ...sys,
      process: { ...sys.process, executablePath: "/mnt/cloud-init" },
    }),
    found: {
      check: "installed-files",
      severity: "warning",
      what: /another program/u,
      fix: "/mnt/cloud-init install",
    },
  },
  {
    name: "no cloud.cfg",
    spoil: ({ system }) => system.fs.remove(CLOUD_CFG),
    found: { check: "installed-files", severity: "error", what: `Missing: "${CLOUD_CFG}"` },
  },
  {
    name: "a directory on the way that everybody can write to",
    spoil: ({ system }) => system.fs.setAttributes("/opt/freeware", { mode: 0o777 }),
    found: {
      check: "permissions",
      severity: "error",
      what: /"\/opt\/freeware" has mode 0777: everybody/u,
      fix: "chmod go-w /opt/freeware",
    },
  },
  {
    name: "a script that a group can write to",
    spoil: ({ system }) => system.fs.setAttributes("/etc/rc.d/init.d/cloud-init", { mode: 0o775 }),
    found: { check: "permissions", severity: "warning", what: /group 0/u },
  },
  {
    name: "a module of somebody else's",
    spoil({ system }) {
      system.fs.write("/opt/freeware/lib/cloud-init/modules/mine", "#!/bin/sh\n", {
        mode: 0o755,
        owner: "guest",
      });
    },
    found: { check: "permissions", severity: "error", what: /belongs to user 100/u },
  },
];

const BOOT_ORDER: readonly Illness[] = [
  {
    name: "an inittab without rc2.d",
    spoil: (aix) => edit(aix, INITTAB, /^l2:.*\n/mu, ""),
    found: { check: "boot-order", severity: "error", fix: 'mkitab "l2:2:wait:/etc/rc.d/rc 2"' },
  },
  {
    name: "rc2.d switched off",
    spoil: (aix) => edit(aix, INITTAB, "l2:2:wait:", "l2:2:off:"),
    found: { check: "boot-order", severity: "error", fix: /^chitab "l2:/u },
  },
  {
    name: "rc2.d that is not waited for",
    spoil: (aix) => edit(aix, INITTAB, "l2:2:wait:", "l2:2:once:"),
    found: { check: "boot-order", severity: "warning", what: /action "once"/u },
  },
  {
    name: "rc.tcpip after rc2.d",
    spoil(aix) {
      edit(aix, INITTAB, /^l2:.*\n/mu, "");
      edit(aix, INITTAB, "rctcpip:", "l2:2:wait:/etc/rc.d/rc 2\nrctcpip:");
    },
    found: {
      check: "boot-order",
      severity: "error",
      what: /after "\/etc\/rc.d\/rc 2"/u,
      fix: /-i rctcpip/u,
    },
  },
  {
    name: "no rc.tcpip in inittab",
    spoil: (aix) => edit(aix, INITTAB, /^rctcpip:.*\n/mu, ""),
    found: { check: "boot-order", severity: "error", fix: /^mkitab -i srcmstr/u },
  },
  {
    name: "rc.tcpip that cannot be executed",
    spoil: ({ system }) => system.fs.setAttributes("/etc/rc.tcpip", { mode: 0o644 }),
    found: { check: "boot-order", severity: "warning", fix: "chmod 774 /etc/rc.tcpip" },
  },
  {
    name: "another run level",
    spoil: (aix) => edit(aix, INITTAB, "init:2:", "init:3:"),
    found: { check: "boot-order", severity: "error", what: /run level "3"/u },
  },
  {
    name: "a stage that runs twice",
    spoil: ({ system }) =>
      system.fs.symlink("/etc/rc.d/init.d/cloud-final", `${RC2}/S50cloud-final`),
    found: { check: "boot-order", severity: "warning", fix: `rm ${RC2}/S50cloud-final` },
  },
  {
    name: "sshd before the machine is set up",
    spoil: ({ system }) => system.fs.symlink("/etc/rc.d/init.d/sshd", `${RC2}/S01sshd`),
    found: { check: "boot-order", severity: "warning", what: /starts sshd before/u },
  },
];

describe("what starts at boot", () => testIllnesses(BOOT_FILES));
describe("the order of the boot", () => testIllnesses(BOOT_ORDER));
