import { describe } from "bun:test";
import { answering, type Illness, testIllnesses } from "../../support/doctor-illness.ts";
import { buildDrive } from "../../support/sample-machine.ts";

const SYS0_WITHOUT_CLOUDDEV = { faults: { missingSysAttributes: ["clouddev"] } };

const DEVICES: readonly Illness[] = [
  {
    name: "a clock in 1970",
    machine: { now: new Date("1970-01-01T00:05:00Z") },
    found: { check: "clock", severity: "warning", what: "The clock says 1970-01-01 00:05 UTC" },
  },
  {
    name: "a clock that is behind the program",
    system: (sys) => ({
      ...sys,
      clock: { ...sys.clock, now: () => new Date("2025-06-01T00:00:00Z") },
    }),
    found: { check: "clock", severity: "warning", what: /files of this program are from 2026/u },
  },
  {
    name: "no optical drive",
    spoil(aix) {
      aix.machine.devices = aix.machine.devices.filter((device) => device.class !== "cdrom");
    },
    found: { check: "optical-drive", severity: "warning", fix: /^cfgmgr/u },
  },
  {
    name: "an optical drive that is only Defined",
    spoil(aix) {
      for (const device of aix.machine.devices.filter(({ name }) => name === "cd0")) {
        device.status = "Defined";
      }
    },
    found: { check: "optical-drive", severity: "warning", fix: "mkdev -l cd0" },
  },
  {
    name: "a disc that has to be mounted",
    machine: { drive: buildDrive(), faults: { discsUnreadableRaw: true } },
    async spoil(aix) {
      await aix.system.exec.run(["/usr/sbin/mount", "-v", "cdrfs", "-o", "ro", "/dev/cd0", "/mnt"]);
    },
    found: { check: "optical-drive", severity: "warning", what: /cannot be read from its device/u },
  },
  {
    name: "a disc that is damaged",
    machine: { drive: buildDrive().subarray(0, 40_000) },
    found: { check: "optical-drive", severity: "warning", what: /is damaged/u },
  },
  {
    name: "an lsdev that does not answer",
    system: (sys) => answering(sys, "/usr/sbin/lsdev", { exitCode: 124, timedOut: true }),
    found: { check: "optical-drive", severity: "warning", what: /^Cannot check "optical drive"/u },
  },
  {
    name: "no sshd",
    spoil: ({ system }) => system.fs.remove("/usr/sbin/sshd"),
    found: { check: "sshd", severity: "warning", fix: /openssh/u },
  },
  {
    name: "an sshd that refuses its configuration",
    isDeployed: true,
    spoil: ({ system }) => system.fs.append("/etc/ssh/sshd_config", "PasswordAuthentication\n"),
    found: { check: "sshd", severity: "error", what: /missing argument/u },
  },
  {
    name: "no host keys, and no module that makes them",
    machine: { config: "cloud_init_modules: [set_hostname, reset-rmc]\n" },
    found: { check: "host-keys", severity: "error", fix: /ssh-keygen -A$/u },
  },
  {
    name: "a host key that others can read",
    spoil: ({ system }) => system.fs.write("/etc/ssh/ssh_host_rsa_key", "key\n", { mode: 0o644 }),
    found: { check: "host-keys", severity: "error", fix: "chmod 600 /etc/ssh/ssh_host_rsa_key" },
  },
  {
    name: "a host key that is empty",
    spoil: ({ system }) => system.fs.write("/etc/ssh/ssh_host_rsa_key", "", { mode: 0o600 }),
    found: { check: "host-keys", severity: "error", what: /is empty/u },
  },
  {
    name: "host keys that every machine of the image keeps",
    machine: { config: "ssh_deletekeys: false\n" },
    spoil: ({ system }) => system.fs.write("/etc/ssh/ssh_host_rsa_key", "key\n", { mode: 0o600 }),
    found: { check: "host-keys", severity: "warning", what: /ssh_deletekeys/u },
  },
  {
    name: "no RSCT",
    spoil: ({ system }) => system.fs.remove("/usr/sbin/rsct"),
    found: { check: "rsct", severity: "warning", what: "RSCT is not installed" },
  },
  {
    name: "an old RSCT",
    system: (sys) =>
      answering(sys, "/usr/bin/lslpp", {
        stdout: "rsct.core:rsct.core.rmc:3.1.5.9: : :C: :RMC:\n",
      }),
    found: { check: "rsct", severity: "warning", what: "RSCT has level 3.1.5.9" },
  },
  {
    name: "two node ids",
    spoil: ({ system }) => system.fs.write("/etc/ct_node_id", "fedcba9876543210\n"),
    found: { check: "rsct", severity: "warning", fix: "/usr/sbin/rsct/install/bin/recfgct" },
  },
  {
    name: "a node id that every machine of the image keeps",
    machine: { config: "cloud_init_modules: [ssh]\n" },
    found: { check: "rsct", severity: "warning", what: /"reset_rmc"/u },
  },
  {
    name: "clouddev that is not set",
    spoil(aix) {
      aix.machine.attributes = aix.machine.attributes.filter(
        ({ attribute }) => attribute !== "clouddev",
      );
    },
    found: {
      check: "clean-devices",
      severity: "warning",
      what: "clouddev of sys0 is not 1",
      fix: "/usr/lib/boot/bootutil -c; chdev -l sys0 -a clouddev=1",
    },
  },
  {
    name: "ghostdev beside clouddev",
    spoil: (aix) =>
      void aix.machine.attributes.push({ device: "sys0", attribute: "ghostdev", value: "1" }),
    found: { check: "clean-devices", severity: "warning", what: /ghostdev of sys0 is 1/u },
  },
  {
    name: "ghostdev that is not set where there is no clouddev",
    machine: SYS0_WITHOUT_CLOUDDEV,
    spoil(aix) {
      aix.machine.attributes = aix.machine.attributes.filter(
        ({ attribute }) => attribute !== "ghostdev",
      );
    },
    found: {
      check: "clean-devices",
      severity: "warning",
      fix: "chdev -l sys0 -a ghostdev=1",
    },
  },
];

describe("devices and services of AIX", () => testIllnesses(DEVICES));
