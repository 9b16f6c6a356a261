import type { LinuxCommand } from "./command.ts";
import { blkid } from "./storage-commands/blkid.ts";
import { btrfs, resize2fs, xfsGrowfs } from "./storage-commands/grow-file-system.ts";
import { df } from "./storage-commands/df.ts";
import { findmnt } from "./storage-commands/findmnt.ts";
import { growpart } from "./storage-commands/growpart.ts";
import { chattr, dd, fallocate } from "./storage-commands/large-files.ts";
import { lsblk } from "./storage-commands/lsblk.ts";
import { makeFileSystemCommands } from "./storage-commands/mkfs.ts";
import { mount } from "./storage-commands/mount.ts";
import { umount } from "./storage-commands/umount.ts";
import { blockdev, partprobe, partx, udevadm } from "./storage-commands/reread.ts";
import { sfdisk } from "./storage-commands/sfdisk.ts";
import { sgdisk } from "./storage-commands/sgdisk.ts";
import { swapoff, swapon } from "./storage-commands/swapon.ts";
import { mkswap } from "./storage-commands/mkswap.ts";
import { wipefs } from "./storage-commands/wipefs.ts";

/** Disks, file systems, mounts and swap: util-linux, e2fsprogs, xfsprogs, btrfs-progs, gdisk, growpart. */
export function storageCommands(): readonly LinuxCommand[] {
  return [
    blkid,
    blockdev,
    btrfs,
    chattr,
    dd,
    df,
    fallocate,
    findmnt,
    growpart,
    lsblk,
    ...makeFileSystemCommands(),
    mkswap,
    mount,
    partprobe,
    partx,
    resize2fs,
    sfdisk,
    sgdisk,
    swapoff,
    swapon,
    udevadm,
    umount,
    wipefs,
    xfsGrowfs,
  ];
}
