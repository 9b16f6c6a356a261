import type { SimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import { buildDrive, CLOUD_DIR, createMachine, sampleDrive } from "./sample-machine.ts";

/** A name, how to make a new machine of it, and the exit codes of its first boot: a law that holds for a machine on which nothing happens says nothing. */
export type Scenario = readonly [
  name: string,
  create: () => SimulatedAix,
  codes: readonly [number, number, number, number],
  /** Why a plan cannot come to what a run does. */
  unplannable?: string,
];

const CLEAN = [0, 0, 0, 0] as const;

/** Machines that the laws are tried on. */
export const SCENARIOS: readonly Scenario[] = [
  ["the sample drive", () => createMachine({ drive: sampleDrive() }), CLEAN],
  ["a plain static deploy", () => createMachine({ drive: buildDrive() }), CLEAN],
  [
    "the sample drive on a captured machine of AIX 7.2",
    () =>
      createMachine({
        drive: sampleDrive(),
        firstBoot: "captured",
        level: "7.2",
        faults: { twoDefaultRoutes: true, routeForm: "static" },
      }),
    CLEAN,
  ],
  [
    "a disc that has to be mounted",
    () =>
      createMachine({
        drive: sampleDrive(),
        faults: { discsUnreadableRaw: true },
      }),
    CLEAN,
    "a mount is a change, and without it nobody knows what is on the disc",
  ],
  [
    "an interface of which RMC lives",
    () => createMachine({ drive: buildDrive(), faults: { linkLocalOnly: true } }),
    CLEAN,
  ],
  [
    "every kind of work in user-data",
    () => createMachine({ drive: buildDrive({ userData: EVERYTHING, ...INJECTED }) }),
    CLEAN,
  ],
  [
    "modules in init --local",
    () =>
      createMachine({
        drive: buildDrive({
          userData: EVERYTHING,
          metaData: { meta: { dsmode: "local" } },
        }),
      }),
    CLEAN,
  ],
  [
    "user-data that is a script",
    () => createMachine({ drive: buildDrive({ userData: "#!/usr/bin/ksh\nprint hello\n" }) }),
    CLEAN,
  ],
  [
    "vendor-data",
    () =>
      createMachine({
        drive: buildDrive({
          vendorData: JSON.stringify({ "cloud-init": ["#!/bin/ksh\nls\n", EVERYTHING] }),
        }),
      }),
    CLEAN,
  ],
  ["None", () => createMachine({ config: "datasource_list: [None]\nhostname: dev1\n" }), CLEAN],
  ["no drive", () => createMachine(), [0, 1, 1, 1]],
  [
    "a drive that is broken",
    () => createMachine({ drive: buildDrive({ metaData: "{" }) }),
    [0, 1, 1, 1],
  ],
  [
    "scripts of the image's owner",
    () => {
      const paths = ["per-boot/a", "per-instance/b", "per-once/c"].map(
        (name) => `${CLOUD_DIR}/scripts/${name}`,
      );
      const files = Object.fromEntries(paths.map((path) => [path, "#!/usr/bin/ksh\n"]));
      const aix = createMachine({ drive: buildDrive(), files });
      for (const path of paths) {
        aix.system.fs.setAttributes(path, { mode: 0o755 });
      }
      return aix;
    },
    CLEAN,
  ],
];

const INJECTED = {
  metaData: { files: [{ path: "/etc/injected", content_path: "/content/0001" }] },
  files: { "openstack/content/0001": "injected\n" },
};

const EVERYTHING = `#cloud-config
bootcmd: [ls]
fqdn: vm9.example.com
groups: [orders, {admins: [root]}]
users:
  - default
  - name: deploy
    gecos: Deployment
    groups: [orders]
    shell: /usr/bin/ksh
    sudo: ["ALL=(ALL) NOPASSWD: ALL"]
    lock_passwd: true
    ssh_authorized_keys: [ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKp0 a@example.com]
  - name: batch
    primary_group: orders
    no_create_home: true
write_files:
  - {path: /etc/orders/a, content: "a\\n", permissions: "0600"}
  - {path: /etc/orders/b, content: !!binary AAECAw==, owner: "root:root"}
  - {path: /etc/orders/c, content: aGVsbG8K, encoding: b64}
  - {path: /etc/environment, content: "ORDERS=1\\n", append: true}
  - {path: /home/deploy/own, content: "own\\n", owner: "deploy:orders", defer: true}
runcmd: [[touch, /tmp/x]]
ssh_deletekeys: true
final_message: done
`;
