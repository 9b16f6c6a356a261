import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildBootRoot, kernelOf } from "../../scripts/vm/boot-root.ts";
import { debianFiles } from "../../scripts/vm/debian-packages.ts";
import type { Machine } from "../../scripts/vm/machines.ts";
import { type ConsoleReport, parseConsole } from "../../scripts/vm/parse-console.ts";
import { type MachineRun, runMachine } from "../../scripts/vm/run-machine.ts";
import { buildIso } from "../support/build-iso.ts";

/** How a machine came up with a config drive, and went down again. */
export interface BootedMachine extends MachineRun, ConsoleReport {}

/** Of the drive. */
export const INSTANCE_ID = "c0ffee00-0000-4000-8000-000000000010";
/** Of the adapter, and of the link that the drive describes. */
export const MAC_ADDRESS = "52:54:00:12:34:56";

const USER_DATA = `#cloud-config
bootcmd:
  - [sh, -c, "echo bootcmd-ran"]
users:
  - name: deploy
    gecos: Deployment
    shell: /bin/sh
    lock_passwd: true
    ssh_authorized_keys:
      - ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKp0b3J5c2FtcGxla2V5Zm9ydGhlZGVtb2FpeDEyMzQ1Njc4 deploy@example.com
ssh_genkeytypes: [ed25519]
write_files:
  - path: /etc/orders/orders.conf
    permissions: "0640"
    content: |
      environment=production
runcmd:
  - mkdir -p /var/lib/orders
  - [sh, -c, "echo $(uname -m) $(uname -n) >> /var/lib/orders/machine"]
final_message: "orders is up from $DATASOURCE"
`;

const NETWORK_DATA = {
  links: [{ id: "link0", type: "phy", ethernet_mac_address: MAC_ADDRESS, mtu: 1500 }],
  networks: [
    {
      id: "network0",
      link: "link0",
      type: "ipv4",
      ip_address: "192.0.2.20",
      netmask: "255.255.255.0",
      routes: [{ network: "0.0.0.0", netmask: "0.0.0.0", gateway: "192.0.2.1" }],
    },
  ],
  services: [{ type: "dns", address: "192.0.2.53" }],
};

/** What the machine tells of at its end. */
export const REPORTED = {
  hostName: "/etc/hostname",
  users: "/etc/passwd",
  authorizedKeys: "/home/deploy/.ssh/authorized_keys",
  hostKey: "/etc/ssh/ssh_host_ed25519_key.pub",
  network: "/etc/systemd/network/10-cloud-init-link0.network",
  written: "/etc/orders/orders.conf",
  commanded: "/var/lib/orders/machine",
  mounts: "/tmp/mounts",
  status: "/tmp/status",
  query: "/tmp/query",
  warnings: "/tmp/warnings",
  runtimeBefore: "/tmp/runtime-before",
  runtimeAfter: "/tmp/runtime-after",
} as const;

const RUNTIME = "ls -i /opt/freeware/libexec/cloud-init/*/* 2>/dev/null";

/** After the stages: what they left, and a stage that is started again. */
const COMMANDS: Readonly<Record<string, string>> = {
  mounts: `cat /proc/mounts > ${REPORTED.mounts}`,
  status: `cloud-init status --long > ${REPORTED.status}`,
  query: `cloud-init query -f "{{v1.local_hostname}} {{v1.instance_id}} {{v1.platform}}" > ${REPORTED.query}`,
  runtime: `${RUNTIME} > ${REPORTED.runtimeBefore} || true`,
  again: "/etc/rc2.d/S*cloud-final start",
  "runtime-again": `${RUNTIME} > ${REPORTED.runtimeAfter} || true`,
  warnings: `grep -E "WARNING|ERROR|CRITICAL" /var/log/cloud-init.log > ${REPORTED.warnings} || true`,
};

/** Boots a machine whose image has `program` as /usr/bin/cloud-init, and lets it run to its end. */
export async function bootMachine(
  machine: Machine,
  program: Uint8Array,
  deadlineMs: number,
): Promise<BootedMachine> {
  const debian = debianFiles(machine.architecture, machine.packages);
  const directory = mkdtempSync(join(tmpdir(), "cloud-init-vm-"));
  try {
    const root = buildBootRoot({
      debian,
      triplet: machine.triplet,
      program,
      modules: machine.modules,
      reported: Object.values(REPORTED),
      commands: COMMANDS,
    });
    const files = {
      kernel: kernelOf(debian),
      root: join(directory, "root.cpio"),
      drive: join(directory, "drive.img"),
      macAddress: MAC_ADDRESS,
    };
    writeFileSync(
      files.root,
      machine.isRootCompressed ? Bun.zstdCompressSync(root, { level: 3 }) : root,
    );
    writeFileSync(files.drive, buildDrive());
    const run = await runMachine(machine.argv(files), deadlineMs);
    return { ...run, ...parseConsole(run.console) };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function buildDrive(): Uint8Array {
  const metaData = { uuid: INSTANCE_ID, name: "orders1", hostname: "orders1.example.com" };
  return buildIso({
    files: {
      "openstack/latest/meta_data.json": JSON.stringify(metaData),
      "openstack/latest/network_data.json": JSON.stringify(NETWORK_DATA),
      "openstack/latest/user_data": USER_DATA,
    },
  });
}
