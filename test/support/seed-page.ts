import { expect } from "bun:test";
import fs from "node:fs";
import path from "node:path";
import { changeAixMachine } from "../../scripts/aix-root.ts";
import {
  type AixTestRoot,
  changeDisc,
  CLOUD_DIR,
  SAMPLE_UUID,
  sampleDrive,
} from "./aix-root-scenario.ts";

/** The link to the current instance's directory. */
export const INSTANCE = `${CLOUD_DIR}/instance`;
/** Where the directories of all instances are. */
export const INSTANCES = `${CLOUD_DIR}/instances`;
/** Has every message; the output log has what the console shows. */
export const LOG = "/var/log/cloud-init.log";

/** What ran so often that one line in it is one run. */
export const TRACE = "/var/trace";
const SAMPLE_USER_DATA = fs.readFileSync(
  path.join(import.meta.dir, "../fixtures/sample-drive/openstack/latest/user_data"),
  "utf8",
);
/** The sample drive's, with commands that leave a trace. */
export const USER_DATA = SAMPLE_USER_DATA.replace(
  "bootcmd:\n",
  `bootcmd:\n  - echo bootcmd >> ${TRACE}\n`,
).replace("runcmd:\n", `runcmd:\n  - echo runcmd >> ${TRACE}\n`);

/** As the page has it under "Cloud-init frequency", with commands for its bootcmd. */
export const FREQUENCY_EXAMPLE = `#cloud-config
cloud_init_modules:
  - seed_random
  - [bootcmd, once]
  - [write-files, instance]
  - growpart
  - resizefs
  - set_hostname
  - update_hostname
bootcmd:
  - echo bootcmd >> ${TRACE}
write_files:
  - path: /etc/example
    content: "written\\n"
`;

/** As the page has it under "cloud-init-local". */
export const PAGE_DATASOURCE_LIST =
  "datasource_list: [ NoCloud, ConfigDrive, OpenNebula, Azure, AltCloud, OVF, MAAS, GCE, OpenStack, CloudSigma, Ec2, CloudStack, None ]";
/** As the page has it below that. */
export const PAGE_OPENSTACK = `datasource:
  OpenStack:
    metadata_urls: [ 'http://169.254.169.254:80' ]
    dsmode: net
`;
/** As `cloud-init install` writes it into cloud.cfg. */
export const DEFAULT_DATASOURCE_LIST = "datasource_list: ['ConfigDrive']";

/** Runs the four links one by one, as /etc/rc.d/rc does, which throws their exit codes away. */
export async function linkExitCodes(root: AixTestRoot): Promise<readonly number[]> {
  const { stdout } = await root.sh(
    "for link in /etc/rc.d/rc2.d/S0*; do $link start >/dev/null 2>&1; print $?; done",
  );
  return stdout.trim().split("\n").map(Number);
}

/** What result.json says: datasource and errors. */
export function readResult(root: AixTestRoot): {
  readonly datasource: unknown;
  readonly errors: unknown;
} {
  return JSON.parse(root.read(`${CLOUD_DIR}/data/result.json`)).v1;
}

/** PowerVC deploys a new machine from this disk: another instance on the drive, another partition. */
export async function redeploy(root: AixTestRoot, uuid: string): Promise<void> {
  const source = path.join(
    import.meta.dir,
    "../fixtures/sample-drive/openstack/latest/meta_data.json",
  );
  const metadata = fs.readFileSync(source, "utf8").replace(SAMPLE_UUID, uuid);
  changeDisc(
    root,
    sampleDrive(USER_DATA, {
      "openstack/latest/meta_data.json": metadata,
      "openstack/2018-08-27/meta_data.json": metadata,
    }),
  );
  changeAixMachine(root.path, (machine) => {
    machine.identity.partitionUuid = uuid;
  });
  await root.boot();
  expect(root.read(`${CLOUD_DIR}/data/instance-id`)).toBe(`${uuid}\n`);
}
