import type { System } from "../../system/system.ts";
import { unreadLines, wholeAnswer } from "../posix/understanding.ts";
import type { Answers } from "../self-test-adapter.ts";
import { listDevices, type OdmDevice } from "./odm.ts";

/** Device states of the ODM (lsdev command, IBM AIX documentation). */
const STATUSES = new Set(["Available", "Defined", "Stopped", "Diagnose"]);

/** Each AIX has a virtual serial adapter at least, a loopback interface, and a disk that it is on; a drive it need not have. */
const CLASSES_OF_ALL = new Set(["adapter", "if", "disk"]);

/** The devices of a class, and what of the answer is not understood; nothing at all is not, where each AIX has a device of the class. */
export async function listUnderstood(
  sys: System,
  answers: Answers,
  deviceClass: string,
): Promise<{ readonly devices: readonly OdmDevice[]; readonly unread: readonly string[] }> {
  const devices = await listDevices(sys, deviceClass);
  const wrong = devices.filter(
    ({ name, status, type }) =>
      !/^[A-Za-z][\w.-]{0,31}$/u.test(name) || !STATUSES.has(status) || type === "",
  );
  const isMissing = devices.length === 0 && CLASSES_OF_ALL.has(deviceClass);
  return {
    devices,
    unread: isMissing
      ? [`(no device of class "${deviceClass}")`, ...wholeAnswer(answers)]
      : unreadLines(answers, (line) => !wrong.some(({ name }) => line.trim().startsWith(name))),
  };
}

/** What one answer has and another has not, in words: both are about the same machine. */
export function missingFrom(
  where: string,
  known: Iterable<string>,
  names: Iterable<string>,
): readonly string[] {
  const all = new Set(known);
  const missing = [...new Set(names)].filter((name) => !all.has(name));
  return missing.length === 0 ? [] : [`(${where} has no ${missing.join(", ")})`];
}

/** Names of the disks that the device database has. */
export async function listDisks(sys: System): Promise<readonly string[]> {
  return (await listDevices(sys, "disk")).map(({ name }) => name);
}
