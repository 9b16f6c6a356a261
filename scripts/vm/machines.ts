import type { DebianArchitecture } from "./debian-packages.ts";

/** A machine that QEMU makes, without any help of the processor that it runs on. */
export interface Machine {
  /** The emulator: without it there is no such machine. */
  readonly program: string;
  readonly architecture: DebianArchitecture;
  /** As in the names of library directories. */
  readonly triplet: string;
  /** The kernel, and what a root file system of it needs (see `debianFiles`). */
  readonly packages: readonly string[];
  /** Kernel modules for the drive and the network adapter, in the order in which they are loaded. */
  readonly modules: readonly string[];
  /** Whether the kernel and the firmware take it faster when it is compressed. */
  readonly isRootCompressed: boolean;
  argv(files: MachineFiles): readonly string[];
}

/** Paths of what a machine boots from, and the address of its adapter. */
export interface MachineFiles {
  readonly kernel: string;
  readonly root: string;
  readonly drive: string;
  readonly macAddress: string;
}

/** busybox, users, SSH host keys, and cksum, which Debian's busybox lacks. */
const TOOL_PACKAGES: readonly string[] = [
  "busybox-static",
  "coreutils",
  "passwd",
  "openssh-client",
  "libaudit1",
  "libc6",
  "libcap-ng0",
  "libbz2-1.0",
  "libcom-err2",
  "libcrypt1",
  "libgssapi-krb5-2",
  "libk5crypto3",
  "libkeyutils1",
  "libkrb5-3",
  "libkrb5support0",
  "libpam0g",
  "libpcre2-8-0",
  "libselinux1",
  "libsemanage2",
  "libsepol2",
  "libssl3",
  "zlib1g",
];

/** What the npm packages of Node.js are linked with. */
export const NODE_LIBRARIES: readonly string[] = ["libc6", "libstdc++6", "libgcc-s1", "libatomic1"];

const COMMON: readonly string[] = [
  "-accel",
  "tcg,thread=multi",
  "-smp",
  "2",
  "-m",
  "2048",
  "-nographic",
  "-no-reboot",
  "-nodefaults",
  "-serial",
  "stdio",
];

/**
 * A POWER9 as a logical partition sees it: the drive is a virtual optical device on vSCSI, the
 * adapter a virtual Ethernet. Its clock was never set: it is January 1970.
 */
export const POWER: Machine = {
  program: "qemu-system-ppc64",
  architecture: "ppc64el",
  triplet: "powerpc64le-linux-gnu",
  packages: ["linux-image-powerpc64le*", ...TOOL_PACKAGES, ...NODE_LIBRARIES.slice(1)],
  modules: ["scsi_transport_srp", "ibmvscsi", "cdrom", "sr_mod", "ibmveth"],
  isRootCompressed: false,
  argv: ({ kernel, root, drive, macAddress }) =>
    [
      ["qemu-system-ppc64", "-M", "pseries", "-cpu", "power9", "-vga", "none"],
      COMMON,
      ["-kernel", kernel, "-initrd", root, "-append", "console=hvc0 quiet panic=-1"],
      ["-device", "spapr-vscsi,id=vscsi0"],
      ["-drive", `if=none,id=cd,file=${drive},format=raw,media=cdrom,readonly=on`],
      ["-device", "scsi-cd,drive=cd,bus=vscsi0.0"],
      ["-netdev", "hubport,id=net0,hubid=0"],
      ["-device", `spapr-vlan,netdev=net0,mac=${macAddress}`],
      ["-rtc", "base=1970-01-02T00:00:00"],
    ].flat(),
};

/** A PC with the drive on IDE. */
export const PC: Machine = {
  program: "qemu-system-x86_64",
  architecture: "amd64",
  triplet: "x86_64-linux-gnu",
  packages: ["linux-image-cloud-amd64*", ...TOOL_PACKAGES],
  modules: [
    ["scsi_common", "scsi_mod", "libata", "ata_piix", "cdrom", "sr_mod"],
    ["virtio_ring", "virtio", "virtio_pci_legacy_dev", "virtio_pci_modern_dev", "virtio_pci"],
    ["failover", "net_failover", "virtio_net"],
  ].flat(),
  isRootCompressed: true,
  argv: ({ kernel, root, drive, macAddress }) =>
    [
      ["qemu-system-x86_64", "-cpu", "max"],
      COMMON,
      ["-kernel", kernel, "-initrd", root, "-append", "console=ttyS0 quiet panic=-1"],
      ["-drive", `file=${drive},format=raw,media=cdrom,readonly=on`],
      ["-netdev", "hubport,id=net0,hubid=0"],
      ["-device", `virtio-net-pci,netdev=net0,mac=${macAddress},romfile=`],
    ].flat(),
};
