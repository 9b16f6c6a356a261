import { runCli } from "../../src/cli/cli.ts";
import type { SimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import type { System } from "../../src/system/system.ts";
import { bootMachine } from "./run-by-hand.ts";
import { buildDrive, type MachineOptions } from "./sample-machine.ts";
import { TWO_GROUPS } from "./storage-scenario.ts";

/** Strings that only the first instance has. */
export const OLD_ID = "0ddba11a-aaaa-4aaa-8aaa-0123456789ab";
export const OLD_HOST = "marked-oldhost";
const OLD_CONFIG = `#cloud-config
manage_etc_hosts: true
runcmd:
  - echo MARKED-RUNCMD
bootcmd:
  - echo MARKED-BOOTCMD
final_message: MARKED-FINAL
ssh_authorized_keys:
  - ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMarkedPublicKeyOfTheOldInstance0000000000000 old@example.com
mounts:
  - ["192.0.2.99:/export", /import, nfs, noauto]
`;
const script = (frequency: string): string => `--marked
Content-Type: text/x-shellscript-${frequency}
Content-Disposition: attachment; filename="${frequency}-marked.sh"

#!/bin/sh
echo MARKED-SCRIPT
`;
export const OLD_USER_DATA = `Content-Type: multipart/mixed; boundary="marked"
MIME-Version: 1.0

--marked
Content-Type: text/cloud-config

${OLD_CONFIG}
${["per-boot", "per-instance", "per-once"].map(script).join("")}--marked--
`;
export const OLD_ADDRESS = "192.0.2.20";
export const MARKS = [
  OLD_ID,
  OLD_HOST,
  "MARKED-RUNCMD",
  "MARKED-BOOTCMD",
  "MARKED-FINAL",
  "MARKED-SCRIPT",
  "192.0.2.99",
  OLD_ADDRESS,
  "192.0.2.53",
];

/** The drive of the first instance. */
export function oldDrive(userData = OLD_USER_DATA): Uint8Array {
  return buildDrive({
    metaData: { uuid: OLD_ID, hostname: `${OLD_HOST}.example.com`, name: OLD_HOST },
    userData,
  });
}

export const NEW_ID = "0a1b2c3d-0000-4000-8000-00000000beef";
export const NEW_MAC = "fa:16:3e:77:00:01";
export const NEW_NETWORK = JSON.stringify({
  links: [{ id: "tap0", type: "pvm_sea", ethernet_mac_address: NEW_MAC, mtu: 1500 }],
  networks: [
    {
      id: "network0",
      link: "tap0",
      type: "ipv4",
      ip_address: "198.51.100.7",
      netmask: "255.255.255.0",
      routes: [{ network: "0.0.0.0", netmask: "0.0.0.0", gateway: "198.51.100.1" }],
      services: [{ type: "dns", address: "198.51.100.53" }],
    },
  ],
  services: [{ type: "dns", address: "198.51.100.53" }],
});

/** The drive of the second instance. */
export function newDrive(): Uint8Array {
  return buildDrive({
    metaData: { uuid: NEW_ID, hostname: "newhost.example.com", name: "newhost" },
    network: "none",
    files: { "openstack/latest/network_data.json": NEW_NETWORK },
  });
}

/** What `cloud-init seal` says. */
export async function seal(system: System, ...args: readonly string[]) {
  const out = { stdout: "", stderr: "" };
  const ctx = {
    sys: system,
    stdout: (text: string) => (out.stdout += text),
    stderr: (text: string) => (out.stderr += text),
    exitCode: 0,
  };
  await runCli("cloud-init", ["seal", ...args], ctx);
  return { ...out, exitCode: ctx.exitCode };
}

/** The machine's disks on another partition, with the drive of another instance. */
export function deployElsewhere(aix: SimulatedAix, drive: Uint8Array): void {
  const { machine } = aix;
  machine.nvram = {};
  machine.identity.partitionUuid = "99999999-8888-4777-8666-555555555555";
  for (const device of machine.devices) {
    if (device.name === "ent0") {
      device.macAddress = NEW_MAC;
    }
  }
  aix.media.set("cd0", drive);
  aix.reboot();
}

/** A deployed machine with two volume groups beside rootvg, on which people have worked. */
export async function deployed(options: MachineOptions = {}): Promise<SimulatedAix> {
  const aix = await bootMachine({ drive: oldDrive(), storage: TWO_GROUPS, ...options });
  const { fs } = aix.system;
  for (const name of ["datavg hdisk1", "logvg hdisk3"]) {
    const [group = "", disk = ""] = name.split(" ");
    await aix.system.exec.run(["/usr/sbin/importvg", "-y", group, disk], { okExitCodes: "any" });
  }
  fs.write("/.sh_history", `echo ${OLD_HOST}\n`, { mode: 0o600 });
  fs.write("/var/log/cloud-init.log.1", `rotated ${OLD_ID}\n`);
  return aix;
}
