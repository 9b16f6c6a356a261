import { FileError } from "../../system/file-error.ts";
import type { System } from "../../system/system.ts";
import { countNames, understanding, unreadLines, wholeAnswer } from "../posix/understanding.ts";
import type { SelfTestQuestion } from "../self-test-adapter.ts";
import { parseLsblk, readDiskTree, readSignature } from "./disks-read.ts";
import {
  findSystemProgram,
  readBlockDevice,
  readFileSystemBytes,
  readMounted,
} from "./growth-devices.ts";
import { readMountTable } from "./mount-table.ts";

/** What findmnt, lsblk and blkid say of the file systems and disks. */
export function linuxBlockQuestions(): readonly SelfTestQuestion[] {
  return [rootFileSystem, blockDevices, signatures];
}

const rootFileSystem: SelfTestQuestion = {
  name: "root-file-system",
  title: "device, type and size of the root file system",
  isOptional: true,
  async ask(sys, answers) {
    if (findSystemProgram(sys, "findmnt") === undefined) {
      return { kind: "absent", what: "findmnt" };
    }
    const mounted = await readMounted(sys, "/");
    if (typeof mounted === "string") {
      return understanding("not told", [mounted, ...wholeAnswer(answers)]);
    }
    const { source, type } = mounted;
    const types = readMountTable(sys).filter(({ mountPoint }) => mountPoint === "/");
    if (types.length > 0 && !types.some((mount) => mount.type === type)) {
      const [root] = types;
      return understanding(`${source} (${type})`, [
        `(/proc/self/mounts has "${root?.type ?? ""}")`,
        ...wholeAnswer(answers),
      ]);
    }
    const sizeBytes = await readFileSystemBytes(sys, "/");
    const unread = sizeBytes === undefined ? wholeAnswer(answers) : [];
    if (!source.startsWith("/dev/")) {
      return understanding(`${source} (${type})`, unread);
    }
    const device = await readBlockDevice(sys, source);
    return typeof device === "string"
      ? understanding("not told", [...unread, device, ...wholeAnswer(answers)])
      : understanding(`${device.path} (${device.type}, ${type})`, unread);
  },
};

/** Whole disks; of loops and memory there can be many. */
const DISK_NAME = /^(?:sd[a-z]+|vd[a-z]+|xvd[a-z]+|hd[a-z]|nvme\d+n\d+|dasd[a-z]+)$/u;
const DISKS_MAX = 4;

function listDisks(sys: System): readonly string[] {
  const directory = "/sys/class/block";
  const names = sys.fs.stat(directory) === undefined ? [] : sys.fs.list(directory);
  return names
    .filter((name) => DISK_NAME.test(name) && sys.fs.stat(`/dev/${name}`) !== undefined)
    .slice(0, DISKS_MAX)
    .map((name) => `/dev/${name}`);
}

/** In a container root may see disks that it may not read. */
function isReadable(sys: System, path: string): boolean {
  try {
    const file = sys.fs.open(path);
    file.read(0, 1);
    file.close();
    return true;
  } catch (error) {
    if (error instanceof FileError) {
      return false;
    }
    throw error;
  }
}

const blockDevices: SelfTestQuestion = {
  name: "disks",
  title: "disks and their partitions",
  isOptional: true,
  async ask(sys, answers) {
    const told: string[] = [];
    const unread: string[] = [];
    for (const path of listDisks(sys)) {
      const tree = await readDiskTree(sys, path);
      told.push(`${path} with ${tree?.partitions.length ?? "?"} partitions`);
      unread.push(
        ...(tree === undefined || !(tree.device.sizeBytes > 0)
          ? wholeAnswer(answers)
          : unreadLines(answers, (line) => parseLsblk(line).length === 1)),
      );
    }
    return told.length === 0
      ? { kind: "absent", what: "disk" }
      : understanding(countNames(told, "disk"), unread);
  },
};

/** Rows of `sfdisk --dump`: "/dev/sda1 : start= 2048, size= …". */
function countPartitions(text: string): number {
  return text.match(/^\S+ *:.*\bstart=/gmu)?.length ?? 0;
}

const signatures: SelfTestQuestion = {
  name: "signatures",
  title: "what is written on the disks",
  needsRoot: "blkid reads the disk itself",
  isOptional: true,
  async ask(sys, answers) {
    const told: string[] = [];
    const unread: string[] = [];
    for (const path of listDisks(sys).filter((each) => isReadable(sys, each))) {
      const tree = await readDiskTree(sys, path);
      const before = answers.length;
      const { type, tableType } = tree === undefined ? {} : await readSignature(sys, tree.device);
      told.push(`${path} ${type ?? tableType ?? "empty"}`);
      if (type === "unknown" || tree === undefined) {
        unread.push(...answers.slice(before).flatMap((answer) => wholeAnswer([answer])));
      }
      const table = answers
        .slice(before)
        .find(({ argv, exitCode }) => argv.includes("--dump") && exitCode === 0);
      if (table !== undefined && countPartitions(table.stdout) < (tree?.partitions.length ?? 0)) {
        unread.push("(fewer partitions than the kernel shows)", ...wholeAnswer([table]));
      }
    }
    return told.length === 0
      ? { kind: "absent", what: "disk that can be read" }
      : understanding(countNames(told, "disk"), unread);
  },
};
