import { silentContext } from "../posix/silent-context.ts";
import { countNames, understanding, unreadLines, wholeAnswer } from "../posix/understanding.ts";
import type { SelfTestQuestion } from "../self-test-adapter.ts";
import { parseDf, readRooms } from "./doctor.ts";
import { findGrowthTarget } from "./growth-file-system-target.ts";
import { readLogicalVolumeFacts, readVolumeGroupFacts } from "./growth-lvm.ts";
import { readDiskSizeMb } from "./growth-volume-groups.ts";
import { askPathNames, parsePathNames } from "./health-check-interval.ts";
import { parseLogicalVolumes, readLogicalVolumes } from "./logical-volumes.ts";
import { parseMounts, readMounts } from "./mounts.ts";
import { readAttribute } from "./odm.ts";
import {
  parseLspv,
  readActiveVolumeGroups,
  readPhysicalVolumes,
  readVolumeGroups,
} from "./physical-volumes.ts";
import { listDisks, missingFrom } from "./self-test-listed.ts";
import { readPagingSpaces } from "./volumes-paging.ts";

/** Disks, volume groups, file systems. */
export function aixVolumeQuestions(): readonly SelfTestQuestion[] {
  return [
    disks,
    diskSizes,
    paths,
    volumeGroups,
    groupFacts,
    logicalVolumes,
    volumeFacts,
    pagingSpaces,
    fileSystems,
    mounts,
    room,
  ];
}

/** Of what there can be hundreds; one tells the form of all. */
const ASKED_MAX = 4;
const ROOT_GROUP = "rootvg";
const ROOT_VOLUME = "hd4";

const disks: SelfTestQuestion = {
  name: "disks",
  title: "disks, their identifiers and volume groups",
  points: ["6.1"],
  async ask(sys, answers) {
    const found = await readPhysicalVolumes(sys);
    const unread = unreadLines(answers, (line) => parseLspv(line).length === 1);
    return understanding(
      countNames(
        found.map(({ disk, volumeGroup = "no group" }) => `${disk} ${volumeGroup}`),
        "disk",
      ),
      found.length === 0
        ? wholeAnswer(answers)
        : [
            ...unread,
            ...missingFrom(
              "the device database",
              await listDisks(sys),
              found.map(({ disk }) => disk),
            ),
          ],
    );
  },
};

const diskSizes: SelfTestQuestion = {
  name: "disk-sizes",
  title: "sizes of disks",
  points: ["6.1"],
  async ask(sys, answers) {
    const told: string[] = [];
    const unread: string[] = [];
    for (const { disk } of (await readPhysicalVolumes(sys)).slice(0, ASKED_MAX)) {
      const before = answers.length;
      const sizeMb = await readDiskSizeMb(sys, disk);
      // The second of two ways may tell it all the same.
      const odd = answers
        .slice(before)
        .filter(({ exitCode, stdout }) => exitCode === 0 && !/^\s*\d+\s*$/u.test(stdout));
      unread.push(...odd.flatMap((answer) => wholeAnswer([answer])));
      told.push(`${disk} ${sizeMb ?? "?"} MB`);
      if (sizeMb === undefined) {
        unread.push(`(no size of ${disk})`, ...wholeAnswer(answers));
      }
    }
    return understanding(countNames(told, "disk"), unread);
  },
};

const paths: SelfTestQuestion = {
  name: "paths",
  title: "disks with several paths",
  points: ["6.1"],
  isOptional: true,
  async ask(sys, answers) {
    const { exitCode, stdout } = await askPathNames(sys);
    const found = parsePathNames(stdout);
    // Enclosures (ses0) and adapters have paths too, which nobody sets anything for.
    const unread = unreadLines(
      answers,
      (line) => parsePathNames(line).length === 1 || /^[a-z]+\d+$/u.test(line.trim()),
    );
    if (unread.length > 0) {
      return understanding(countNames(found, "disk"), unread);
    }
    const disksKnown = await listDisks(sys);
    const [first] = disksKnown;
    const interval =
      first === undefined ? undefined : await readAttribute(sys, first, PATH_ATTRIBUTE);
    if (interval !== undefined && !/^\d+$/u.test(interval)) {
      return understanding(countNames(found, "disk"), wholeAnswer(answers));
    }
    return understanding(
      countNames(found, "disk"),
      exitCode === 0 && found.length === 0 && interval !== undefined
        ? [`(${first} has ${PATH_ATTRIBUTE}, and no path)`]
        : missingFrom("the device database", disksKnown, found),
    );
  },
};

/** Of every disk that has paths, and of no other. */
const PATH_ATTRIBUTE = "hcheck_interval";

const volumeGroups: SelfTestQuestion = {
  name: "volume-groups",
  title: "volume groups, and which are varied on",
  points: ["6.1"],
  async ask(sys, answers) {
    const known = await readVolumeGroups(sys);
    const active = await readActiveVolumeGroups(sys);
    const all = answers.map(({ stdout }) => stdout).join("");
    const unread = [...known, ...active].filter((name) => !/^[A-Za-z_][\w.-]{0,14}$/u.test(name));
    return understanding(
      countNames(
        [...known].map((name) => (active.has(name) ? name : `${name} (off)`)),
        "group",
      ),
      active.has(ROOT_GROUP)
        ? [...unread, ...missingFrom("lsvg", known, active)]
        : [`(no ${ROOT_GROUP})`, ...all.split("\n")],
    );
  },
};

const groupFacts: SelfTestQuestion = {
  name: "group-details",
  title: "partitions and disks of a volume group",
  points: ["6.1"],
  async ask(sys, answers) {
    const disksOfRoot = (await readPhysicalVolumes(sys)).filter(
      ({ volumeGroup }) => volumeGroup === ROOT_GROUP,
    );
    const facts = await readVolumeGroupFacts(
      sys,
      ROOT_GROUP,
      disksOfRoot.map(({ disk }) => disk),
    );
    if (typeof facts === "string") {
      return understanding("not told", [facts, ...wholeAnswer(answers)]);
    }
    const { partitionMb, totalPartitions, freePartitions, disks: members } = facts;
    return understanding(
      `${ROOT_GROUP} has ${totalPartitions} partitions of ${partitionMb} MB, ${freePartitions} free, on ${countNames(members.keys(), "disk")}`,
      members.size === 0 ? wholeAnswer(answers) : [],
    );
  },
};

const logicalVolumes: SelfTestQuestion = {
  name: "logical-volumes",
  title: "logical volumes and their mount points",
  points: ["6.1"],
  async ask(sys, answers) {
    const found = await readLogicalVolumes(sys);
    const lists = answers.filter(({ argv }) => argv.includes("-l"));
    const unread = lists.flatMap((answer) =>
      unreadLines(
        [answer],
        (line) =>
          /^\S+:\s*$|^LV NAME\s/u.test(line) || parseLogicalVolumes(`x:\n${line}`).length === 1,
      ),
    );
    return understanding(
      countNames(
        found.map(({ name }) => name),
        "volume",
      ),
      found.length === 0 ? wholeAnswer(answers) : unread,
    );
  },
};

const volumeFacts: SelfTestQuestion = {
  name: "volume-details",
  title: "partitions of a logical volume",
  points: ["6.1"],
  async ask(sys, answers) {
    const facts = await readLogicalVolumeFacts(sys, ROOT_VOLUME);
    return typeof facts === "string"
      ? understanding("not told", [facts, ...wholeAnswer(answers)])
      : understanding(
          `${ROOT_VOLUME} has ${facts.partitions} of ${facts.partitionsMax} partitions of ${facts.partitionMb} MB`,
        );
  },
};

/** "hd6  hdisk0  rootvg  512MB  1  yes  yes  lv  0"; of another machine's it has the host and the file. */
const PAGING_ROW = /^\S+\s+\S+\s+\S+\s+\d+[KMGT]B\s/u;

const pagingSpaces: SelfTestQuestion = {
  name: "paging-spaces",
  title: "paging spaces",
  points: ["6.1"],
  async ask(sys, answers) {
    const found = await readPagingSpaces(silentContext(sys), ROOT_GROUP);
    const lists = answers.filter(({ argv }) => argv.includes("-a"));
    const volumes = parseLogicalVolumes(answers.at(-1)?.stdout ?? "");
    const paging = volumes.filter(({ type }) => type === "paging").map(({ name }) => name);
    const unread = unreadLines(
      lists,
      (line) => /^Page Space\s/u.test(line) || PAGING_ROW.test(line),
    );
    return understanding(
      countNames(
        found.map(({ name, sizeBytes }) => `${name} ${Math.floor(sizeBytes / 1_048_576)} MB`),
        "paging space",
      ),
      found.length === 0
        ? wholeAnswer(lists)
        : [
            ...unread,
            ...missingFrom(
              `the list of paging volumes of ${ROOT_GROUP}`,
              paging,
              found.map(({ name }) => name),
            ),
          ],
    );
  },
};

const fileSystems: SelfTestQuestion = {
  name: "file-systems",
  title: "size of a file system",
  points: ["6.1"],
  async ask(sys, answers) {
    const target = await findGrowthTarget(sys, "/");
    return typeof target === "string"
      ? understanding("not told", [target, ...wholeAnswer(answers)])
      : understanding(`/ is ${target.logicalVolume}, ${target.sizeMb} MB`);
  },
};

const mounts: SelfTestQuestion = {
  name: "mounts",
  title: "mounted file systems",
  points: ["1"],
  async ask(sys, answers) {
    const found = await readMounts(sys);
    // Two lines of heading; file systems of other nodes begin in the first column.
    const unread = unreadLines(
      answers,
      (line) =>
        /^(?:\s*node\s|[\s-]+$)/u.test(line) || parseMounts(line.replace(/^\S+/u, "")).length === 1,
    );
    return understanding(
      countNames(
        found.map(({ mountPoint }) => mountPoint),
        "file system",
      ),
      found.some(({ mountPoint }) => mountPoint === "/") ? unread : wholeAnswer(answers),
    );
  },
};

const room: SelfTestQuestion = {
  name: "room",
  title: "room in the file systems",
  points: ["6.1"],
  async ask(sys, answers) {
    const found = await readRooms(sys);
    const unread = unreadLines(
      answers,
      (line) => line.startsWith("Filesystem") || parseDf(line).length === 1,
    );
    return understanding(
      found
        .map(({ mountPoint, freeKib }) => `${mountPoint} ${Math.floor(freeKib / 1024)} MiB free`)
        .join(", "),
      found.length === 0 ? wholeAnswer(answers) : unread,
    );
  },
};
