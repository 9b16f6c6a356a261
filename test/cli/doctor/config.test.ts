import { describe } from "bun:test";
import { type Illness, testIllnesses } from "../../support/doctor-illness.ts";
import { CLOUD_DIR, CONFIG_DIR } from "../../support/sample-machine.ts";

const CONFIG: readonly Illness[] = [
  {
    name: "a configuration that is no YAML",
    spoil: ({ system }) => system.fs.write(`${CONFIG_DIR}/50.cfg`, "a: [1\nb: {\n"),
    found: { check: "config", severity: "error", what: /50\.cfg:\d+/u, fix: /^vi \+\d+ / },
  },
  {
    name: "a key that nobody reads",
    spoil: ({ system }) => system.fs.write(`${CONFIG_DIR}/50.cfg`, "# x\nhostnam: typo\n"),
    found: {
      check: "config",
      severity: "warning",
      what: /50\.cfg:2: hostnam: .*did you mean "hostname"/u,
      fix: `vi +2 ${CONFIG_DIR}/50.cfg`,
    },
  },
  {
    name: "a value of the wrong type",
    spoil: ({ system }) => system.fs.write(`${CONFIG_DIR}/50.cfg`, "ssh_deletekeys: [maybe]\n"),
    found: { check: "config", severity: "error", what: /ssh_deletekeys/u },
  },
  {
    name: "a module that there is not",
    machine: { config: "cloud_final_modules: [final-mesage]\n" },
    found: {
      check: "modules",
      severity: "warning",
      what: 'There is no module "final-mesage", which cloud_final_modules lists; did you mean "final_message"?',
    },
  },
  {
    name: "a module in Python that a list names",
    machine: { config: "cloud_config_modules: [mine]\n" },
    spoil: ({ system }) =>
      system.fs.write("/opt/freeware/lib/python2.7/site-packages/cloudinit/config/cc_mine.py", ""),
    found: { check: "modules", severity: "error", what: /Python modules .* are not run/u },
  },
  {
    name: "empty module lists",
    machine: {
      config: "cloud_init_modules: []\ncloud_config_modules: []\ncloud_final_modules: []\n",
    },
    found: { check: "modules", severity: "error", what: "All module lists are empty" },
  },
  {
    name: "a module list that is none",
    machine: { config: "cloud_final_modules: 7\n" },
    found: { check: "config", severity: "error", what: /cloud_final_modules/u },
  },
  {
    name: "a datasource that there is not",
    machine: { config: "datasource_list: [ConfigDrve, ConfigDrive]\n" },
    found: { check: "datasource-list", severity: "warning", what: /did you mean "ConfigDrive"/u },
  },
  {
    name: "a datasource of another platform",
    machine: { config: "datasource_list: [ConfigDrive, Ec2]\n" },
    found: {
      check: "datasource-list",
      severity: "warning",
      what: 'datasource_list names "Ec2", which is not to be found on PowerVM',
    },
  },
  {
    name: "no datasource of this platform's",
    machine: { config: "datasource_list: [NoCloud, None]\n" },
    found: { check: "datasource-list", severity: "warning", what: /does not name "ConfigDrive"/u },
  },
  {
    name: "a script that is not executable",
    spoil: ({ system }) => system.fs.write(`${CLOUD_DIR}/scripts/per-boot/mine`, "#!/bin/sh\n"),
    found: {
      check: "user-scripts",
      severity: "warning",
      fix: `chmod 755 ${CLOUD_DIR}/scripts/per-boot/mine`,
    },
  },
  {
    name: "only None in datasource_list",
    machine: { config: "datasource_list: ['None']\n" },
    found: { check: "datasource-list", severity: "warning", what: /has only "None"/u },
  },
  {
    name: "an empty datasource_list",
    machine: { config: "datasource_list: []\n" },
    found: { check: "datasource-list", severity: "error", what: /is empty/u },
  },
];

describe("the configuration", () => testIllnesses(CONFIG));
