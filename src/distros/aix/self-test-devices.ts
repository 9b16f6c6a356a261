import { countNames, understanding, unreadLines, wholeAnswer } from "../posix/understanding.ts";
import type { SelfTestQuestion } from "../self-test-adapter.ts";
import { askBootDevice, parseBootDisks, parseBootList, readBootList } from "./boot-list.ts";
import { readCdDevices } from "./cd-devices.ts";
import { findCleanDevicesSetting } from "./clean-devices.ts";
import { readAixMachineId } from "./machine-id.ts";
import { readAttribute, readAttributes } from "./odm.ts";
import { listDisks, listUnderstood, missingFrom } from "./self-test-listed.ts";

/** The device database, sys0, optical drives and the boot list. */
export function aixDeviceQuestions(): readonly SelfTestQuestion[] {
  return [
    devices,
    missingDevices,
    machineId,
    cleanDevices,
    longNames,
    drives,
    bootDevice,
    bootList,
  ];
}

const CLASSES = ["adapter", "if", "disk", "cdrom"];

const devices: SelfTestQuestion = {
  name: "devices",
  title: "adapters, interfaces, disks and drives of the device database",
  points: ["5"],
  async ask(sys, answers) {
    const names: string[] = [];
    const unread: string[] = [];
    for (const each of CLASSES) {
      const found = await listUnderstood(sys, answers, each);
      names.push(...found.devices.map(({ name }) => name));
      unread.push(...found.unread);
    }
    return understanding(countNames(names, "device"), unread);
  },
};

const NO_DEVICE = "hdisk999";
const NO_ATTRIBUTE = "no_such_attribute";

/** What tells them from devices that are there is the exit code alone. */
const missingDevices: SelfTestQuestion = {
  name: "missing-devices",
  title: "a device and an attribute that are not there",
  points: ["6"],
  async ask(sys, answers) {
    const unread: string[] = [];
    const expectNone = (what: string, found: unknown): void => {
      if (found !== undefined) {
        unread.push(`(exit code 0 for ${what})`, ...wholeAnswer(answers));
      }
    };
    expectNone(`device ${NO_DEVICE}`, await readAttributes(sys, NO_DEVICE));
    expectNone("an attribute of ent999", await readAttribute(sys, "ent999", "alt_addr"));
    expectNone(
      `attribute ${NO_ATTRIBUTE} of inet0`,
      await readAttribute(sys, "inet0", NO_ATTRIBUTE),
    );
    const codes = answers.map(({ exitCode }) => exitCode).join(", ");
    return understanding(`told by exit codes ${codes}`, unread);
  },
};

const machineId: SelfTestQuestion = {
  name: "machine-id",
  title: "which partition this is, by sys0",
  points: ["7"],
  async ask(sys, answers) {
    const id = await readAixMachineId(sys);
    return id === undefined
      ? understanding("none of partition_uuid, os_uuid, id_to_partition", wholeAnswer(answers))
      : understanding(id);
  },
};

const cleanDevices: SelfTestQuestion = {
  name: "clean-devices",
  title: "clouddev or ghostdev of sys0",
  points: ["7"],
  async ask(sys, answers) {
    const { attribute, value } = await findCleanDevicesSetting(sys);
    return understanding(
      `${attribute}=${value ?? ""}`,
      value === "0" || value === "1"
        ? []
        : [`(${attribute}="${value ?? ""}")`, ...wholeAnswer(answers)],
    );
  },
};

const longNames: SelfTestQuestion = {
  name: "name-length",
  title: "longest name of a user, by max_logname of sys0",
  async ask(sys, answers) {
    const value = await readAttribute(sys, "sys0", "max_logname");
    return understanding(
      `max_logname=${value ?? ""}`,
      Number(value) > 0 ? [] : wholeAnswer(answers),
    );
  },
};

const drives: SelfTestQuestion = {
  name: "optical-drives",
  title: "optical drives",
  points: ["1"],
  async ask(sys, answers) {
    const { devices: found, fault } = await readCdDevices(sys);
    const names = new Set(found.map(({ name }) => name));
    const unread = unreadLines(answers, (line) => names.has(line.trim().split(/[:\s]/u)[0] ?? ""));
    const listed = (await listUnderstood(sys, answers, "cdrom")).devices.map(({ name }) => name);
    // A machine without a drive says nothing: the same question in other words tells that apart.
    const strange = [
      ...missingFrom("the list with types", listed, names),
      ...missingFrom("the list without types", names, listed),
    ];
    return understanding(
      countNames(
        found.map(({ name, isAvailable }) => (isAvailable ? name : `${name} (not configured)`)),
        "drive",
      ),
      [...(fault === undefined ? [] : [fault]), ...unread, ...strange],
    );
  },
};

const bootDevice: SelfTestQuestion = {
  name: "boot-device",
  title: "the disk that this boot came from",
  points: ["6.7"],
  needsRoot: "bootinfo -b opens the firmware's variables",
  async ask(sys, answers) {
    const { stdout } = await askBootDevice(sys);
    const disks = parseBootDisks(stdout);
    const unread = disks.length === 0 ? wholeAnswer(answers) : [];
    const strange = missingFrom("the device database", await listDisks(sys), disks);
    return understanding(
      disks.join(" "),
      strange.length === 0 ? unread : [...strange, ...stdout.trim().split("\n")],
    );
  },
};

/** "hdisk0 blv=hd5 pathid=0", "-" where it is empty. */
const BOOT_LIST_LINE = /^(?:-|[A-Za-z][\w.-]*(?:\s+[a-z_-]+=\S+)*)$/u;

const bootList: SelfTestQuestion = {
  name: "boot-list",
  title: "the boot list of the firmware",
  points: ["6.7"],
  needsRoot: "bootlist opens the firmware's variables",
  isOptional: true,
  async ask(sys, answers) {
    const names = await readBootList(sys);
    const last = answers.at(-1);
    if (last?.exitCode === 0 && last.stdout.trim() === "") {
      // An empty list is told by "-".
      return understanding("empty", wholeAnswer(answers));
    }
    // A device of the list is one that this system knows, or knew.
    const unread = unreadLines(
      answers,
      (line) => BOOT_LIST_LINE.test(line.trim()) && parseBootList(line).every(isDeviceName),
    );
    return understanding(names.length === 0 ? "empty" : names.join(" "), unread);
  },
};

function isDeviceName(name: string): boolean {
  return /^[A-Za-z]+\d+$/u.test(name);
}
