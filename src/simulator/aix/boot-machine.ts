import { readTextIfExists } from "../../system/files.ts";
import type { FileSystem } from "../../system/system.ts";
import { configureNetwork } from "./boot-network.ts";
import { discoverDevices } from "./discover.ts";
import { hasQuorum } from "./lvm.ts";
import { type AixMachine, findDevice, takePid } from "./machine.ts";
import { SYSTEM_DIRECTORIES, mountAll } from "./mount-stanza.ts";
import { unmountTree, unmountVolume } from "./mount-table.ts";
import { beginService } from "./network-services.ts";
import { attributeValue } from "./odm.ts";
import { runBootLines } from "./run-boot-lines.ts";
import { forgetVolumeGroups } from "./seed-storage.ts";
import { BOOT_SUBSYSTEMS } from "./seed-subsystems.ts";

const CLEAR_VARIABLE = "ibm,aix-clearODMdata";

/**
 * What a boot does, up to the point where the scripts of rc2.d run: a cleared ODM where clouddev
 * or ghostdev ask for it, devices, interfaces, host name, routes, the daemons of /etc/rc.tcpip.
 * sshd and ctrmc start only after those scripts.
 *
 * Source: notes on AIX commands, 2.6 (clouddev and ghostdev) and 4.2 (inittab).
 */
export function bootMachine(machine: AixMachine, fs: FileSystem, bootTimeMs: number): void {
  for (const mount of [...machine.mounts].reverse()) {
    if (mount.vfs === "cdrfs") {
      unmountTree(machine, fs, mount);
    } else if (!SYSTEM_DIRECTORIES.has(mount.directory)) {
      unmountVolume(machine, fs, mount);
    }
  }
  machine.bootTimeMs = bootTimeMs;
  machine.mounts = baseMounts(bootTimeMs);
  delete machine.shutdown;
  if (clearsDevices(machine)) {
    clearDevices(machine);
  }
  machine.configuredFor = machine.identity.partitionUuid;
  discoverDevices(machine);
  varyOnAtBoot(machine);
  configureNetwork(machine);
  mountAll({ machine, fs, nowMs: bootTimeMs });
  const rcTcpip = readTextIfExists(fs, "/etc/rc.tcpip") ?? "";
  startDaemons(machine, rcTcpip);
  for (const subsystem of machine.subsystems) {
    delete subsystem.startedAtMs;
    if (subsystem.state === "active") {
      beginService(fs, subsystem, bootTimeMs);
    }
  }
  runBootLines(machine, fs, rcTcpip, bootTimeMs);
}

function clearsDevices(machine: AixMachine): boolean {
  const sys = findDevice(machine, "sys0");
  if (sys === undefined) {
    return false;
  }
  if (attributeValue(machine, sys, "clouddev") === "1") {
    machine.nvram[CLEAR_VARIABLE] ??= "true";
  }
  if (machine.nvram[CLEAR_VARIABLE] === "true") {
    machine.nvram[CLEAR_VARIABLE] = "false";
    return true;
  }
  return (
    attributeValue(machine, sys, "ghostdev") === "1" &&
    machine.configuredFor !== machine.identity.partitionUuid
  );
}

/** Devices are found anew: what was customized is gone, and so are pseudo adapters. */
function clearDevices(machine: AixMachine): void {
  forgetVolumeGroups(machine);
  machine.attributes = machine.attributes.filter(
    (row) =>
      row.device === "sys0" || row.device === "hdisk0" || isLinkLocalOnly(machine, row.device),
  );
  machine.devices = machine.devices.filter(
    (device) => device.subclass !== "pseudo" && device.subclass !== "vlan",
  );
}

/** Volume groups that are known, have a quorum of their disks and are to be on; paging spaces likewise. */
function varyOnAtBoot(machine: AixMachine): void {
  for (const group of machine.storage.volumeGroups) {
    if (group.state !== "unknown") {
      const isWanted = group.autoOn || group.name === "rootvg";
      group.state = isWanted && hasQuorum(machine, group) ? "active" : "varied-off";
    }
  }
  for (const space of machine.storage.pagingSpaces) {
    space.isActive = space.isAuto;
  }
}

/** The management interface is configured by the platform: it is there again at once. */
function isLinkLocalOnly(machine: AixMachine, name: string): boolean {
  const device = findDevice(machine, name);
  return (
    device?.class === "if" &&
    attributeValue(machine, device, "netaddr6").startsWith("fe80:") &&
    attributeValue(machine, device, "netaddr") === ""
  );
}

function startDaemons(machine: AixMachine, rcTcpip: string): void {
  const lines = rcTcpip.split("\n");
  const switchedOn = new Set(
    lines.flatMap((line) => /^start\s+\S*\/([^/\s]+)/u.exec(line)?.[1] ?? []),
  );
  for (const subsystem of machine.subsystems) {
    // Without RMC no peer domain is online: where one is, something has started it.
    const isNeeded = subsystem.name === "ctrmc" && machine.storage.peerDomain?.isOnline === true;
    const isActive =
      switchedOn.has(subsystem.name) || BOOT_SUBSYSTEMS.includes(subsystem.name) || isNeeded;
    subsystem.state = isActive ? "active" : "inoperative";
    delete subsystem.pid;
    delete subsystem.stoppedAtMs;
    if (isActive) {
      subsystem.pid = takePid(machine);
    }
  }
}

function baseMounts(mountedAtMs: number): AixMachine["mounts"] {
  const rows = [
    ["/dev/hd4", "/", "jfs2", "rw,log=/dev/hd8"],
    ["/dev/hd2", "/usr", "jfs2", "rw,log=/dev/hd8"],
    ["/dev/hd9var", "/var", "jfs2", "rw,log=/dev/hd8"],
    ["/dev/hd3", "/tmp", "jfs2", "rw,log=/dev/hd8"],
    ["/dev/hd1", "/home", "jfs2", "rw,log=/dev/hd8"],
    ["/proc", "/proc", "procfs", "rw"],
    ["/dev/hd10opt", "/opt", "jfs2", "rw,log=/dev/hd8"],
  ] as const;
  return rows.map(([device, directory, vfs, options]) => ({
    device,
    directory,
    vfs,
    options,
    mountedAtMs,
  }));
}
