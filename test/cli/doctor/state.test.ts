import { describe } from "bun:test";
import { edit, type Illness, NETWORK_CONFIG, testIllnesses } from "../../support/doctor-illness.ts";
import { buildDrive, CLOUD_DIR, DRIVE_ID } from "../../support/sample-machine.ts";

const STATE: readonly Illness[] = [
  {
    name: "a drive of another instance",
    isDeployed: true,
    spoil: ({ media }) => void media.set("cd0", buildDrive({ metaData: { uuid: "another-one" } })),
    found: {
      check: "config-drive",
      severity: "warning",
      what: `The config drive in "cd0" is of instance "another-one", the machine is "${DRIVE_ID}"`,
      fix: "cloud-init plan /dev/cd0",
    },
  },
  {
    name: "a drive that is broken",
    machine: { drive: buildDrive({ metaData: "{" }) },
    found: { check: "config-drive", severity: "error", what: /cannot be used/u },
  },
  {
    name: "no drive where it is required",
    machine: { config: "datasource: {ConfigDrive: {require_drive: true}}\n" },
    found: { check: "config-drive", severity: "error", what: /require_drive/u },
  },
  {
    name: "a lost interface for the metadata service of Power Virtual Server",
    isDeployed: true,
    spoil: (aix) => edit(aix, NETWORK_CONFIG, "192.0.2.20", "169.254.169.253"),
    found: {
      check: "metadata-address",
      severity: "warning",
      what: /No interface has the address/u,
    },
  },
  {
    name: "an interface for the metadata service that is down",
    isDeployed: true,
    async spoil(aix) {
      edit(aix, NETWORK_CONFIG, "192.0.2.20", "169.254.169.253");
      const set = "-l en0 -a netaddr=169.254.169.253 -a netmask=255.255.0.0 -a state=up";
      await aix.system.exec.run(["/usr/sbin/chdev", ...set.split(" ")]);
      await aix.system.exec.run(["/usr/sbin/ifconfig", "en0", "down"]);
    },
    found: { check: "metadata-address", severity: "warning", what: /"en0" .* is down/u },
  },
  {
    name: "a marker that switches cloud-init off",
    spoil: ({ system }) => system.fs.write("/etc/cloud/cloud-init.disabled", ""),
    found: {
      check: "last-boot",
      severity: "warning",
      fix: "rm /etc/cloud/cloud-init.disabled",
    },
  },
  {
    name: "errors of the last boot",
    isDeployed: true,
    machine: {
      drive: buildDrive({ userData: "#cloud-config\nwrite_files: [{path: /etc, content: x}]\n" }),
    },
    found: {
      check: "last-boot",
      severity: "warning",
      what: /^The last boot had 1 error: /u,
      fix: "cloud-init status --failed",
    },
  },
  {
    name: "warnings of the last boot",
    isDeployed: true,
    machine: {
      drive: buildDrive({
        userData: "#cloud-config\nusers: [{name: ops, sudo: 'ALL=(ALL) ALL'}]\n",
      }),
    },
    found: {
      check: "last-boot",
      severity: "warning",
      what: /^The last boot had 1 warning: .*sudo/u,
      fix: "cloud-init status --long",
    },
  },
  {
    name: "a status that was cut short",
    isDeployed: true,
    spoil: ({ system }) => system.fs.write(`${CLOUD_DIR}/data/status.json`, '{"v1": {'),
    found: { check: "last-boot", severity: "warning", what: /cut short/u },
  },
  {
    name: "a boot that did not end",
    isDeployed: true,
    spoil: ({ system }) => system.fs.remove(`${CLOUD_DIR}/data/result.json`),
    found: { check: "last-boot", severity: "warning", what: /did not come to its end/u },
  },
  {
    name: "a lock of a process that is gone",
    spoil: ({ system }) => system.fs.write("/run/cloud-init/stage.lock", "77\n"),
    found: {
      check: "last-boot",
      severity: "warning",
      fix: "rm /run/cloud-init/stage.lock",
    },
  },
  {
    name: "a stage that runs just now",
    spoil({ system }) {
      system.fs.makeDirectory("/proc/77");
      system.fs.write("/run/cloud-init/stage.lock", "77\n");
    },
    found: { check: "last-boot", severity: "warning", fix: "cloud-init status --wait" },
  },
  {
    name: "work that was cut off",
    spoil: ({ system }) =>
      system.fs.write(
        `${CLOUD_DIR}/data/journal.json`,
        '{"stage": "init", "work": "config_ssh", "startedAt": "2026-01-02T03:04:05Z"}\n',
      ),
    found: { check: "last-boot", severity: "warning", what: /"config_ssh" .* was cut off/u },
  },
  {
    name: "an instance whose state was deleted",
    isDeployed: true,
    spoil: ({ system }) => system.fs.remove(`${CLOUD_DIR}/instances/${DRIVE_ID}`),
    found: { check: "last-boot", severity: "warning", what: /where nothing is/u },
  },
  {
    name: "an instance of the Python program",
    isDeployed: true,
    spoil: ({ system }) =>
      system.fs.write(`${CLOUD_DIR}/instances/${DRIVE_ID}/obj.pkl`, "ccopy_reg\n_reconstructor\n", {
        mode: 0o400,
      }),
    found: { check: "last-boot", severity: "warning", what: /written by the Python program/u },
  },
  {
    name: "a secret that everybody can read",
    isDeployed: true,
    spoil: ({ system }) =>
      system.fs.setAttributes(`${CLOUD_DIR}/instances/${DRIVE_ID}/user-data.txt`, { mode: 0o644 }),
    found: { check: "secrets", severity: "error", fix: /^chmod 600 .*user-data\.txt$/u },
  },
  {
    name: "a log that everybody can read",
    isDeployed: true,
    spoil: ({ system }) => system.fs.setAttributes("/var/log/cloud-init.log", { mode: 0o644 }),
    found: { check: "logs", severity: "warning", fix: "chmod 640 /var/log/cloud-init.log" },
  },
  {
    name: "a directory in place of a log",
    spoil: ({ system }) => system.fs.makeDirectory("/var/log/cloud-init-output.log"),
    found: { check: "logs", severity: "error", what: /is no file/u },
  },
  {
    name: "a file in place of the directory of logs",
    machine: { config: "def_log_file: /var/log/wtmp/cloud-init.log\n" },
    spoil: ({ system }) => system.fs.write("/var/log/wtmp", ""),
    found: { check: "logs", severity: "error", what: '"/var/log/wtmp" is no directory' },
  },
];

describe("what cloud-init left", () => testIllnesses(STATE));
