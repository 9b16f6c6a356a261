import type { MountEntry } from "../distros/volume-adapter.ts";
import { describeKind } from "../text/describe-kind.ts";
import type { Problem } from "../text/problem.ts";

const ENTRY_COUNT_MAX = 1000;
const FIELD_LENGTH_MAX = 4096;
const KEY = "mounts";

/** What is in the key `mounts`. */
export interface MountList {
  readonly entries: readonly MountEntry[];
  /** Devices whose mount point is null. */
  readonly removed: readonly string[];
  readonly problems: readonly Problem[];
}

/**
 * The key `mounts` (compat modules.md, mounts): lists of device, mount point, type, options, dump
 * and pass. What an entry leaves out comes from `defaults`. A mount point of null takes back the
 * earlier entries of its device, which is then one of `removed`. What does not fit is a problem, the
 * rest is used.
 */
export function parseMountList(
  value: unknown,
  defaults: readonly (string | undefined)[],
): MountList {
  const problems: Problem[] = [];
  const removed: string[] = [];
  let entries: MountEntry[] = [];
  if (!Array.isArray(value)) {
    const message = `Cannot mount anything: expected a list, got ${describeKind(value)}`;
    return { entries, removed, problems: [{ message, path: [KEY] }] };
  }
  if (value.length > ENTRY_COUNT_MAX) {
    const message = `Only the first ${ENTRY_COUNT_MAX} of ${value.length} entries are used`;
    problems.push({ message, path: [KEY] });
  }
  for (const [index, item] of value.slice(0, ENTRY_COUNT_MAX).entries()) {
    const path = [KEY, index];
    if (!Array.isArray(item)) {
      const message = `Mount option ${index + 1} not a list, got a ${typeName(item)} instead`;
      problems.push({ message, path });
      continue;
    }
    const fields = item.map(textOf);
    const bad = item.findIndex((field, at) => field !== null && fields[at] === undefined);
    if (bad !== -1) {
      const message = `Cannot mount entry ${index}: expected text without line ends, got ${describeKind(item[bad])} that is not`;
      problems.push({ message, path: [...path, bad] });
      continue;
    }
    const [device, mountPoint = defaults[1], type = defaults[2], options = defaults[3]] = fields;
    const [dump = defaults[4], pass = defaults[5]] = fields.slice(4);
    if (device === undefined || device === "") {
      problems.push({ message: `Cannot mount entry ${index}: its device is missing`, path });
    } else if (item.length > 1 && item[1] === null) {
      entries = entries.filter((entry) => entry.device !== device);
      removed.push(device);
    } else if (mountPoint === undefined) {
      const message = `Cannot mount "${device}": its mount point is missing`;
      problems.push({ message, path });
    } else {
      entries.push({
        device,
        mountPoint,
        type: type ?? "auto",
        options: options ?? "",
        ...(dump === undefined ? {} : { dump }),
        ...(pass === undefined ? {} : { pass }),
        path,
      });
    }
  }
  return { entries, removed, problems };
}

/** `mount_default_fields`: undefined where a field has none. */
export function parseMountDefaults(value: unknown): readonly (string | undefined)[] {
  return Array.isArray(value) ? value.map(textOf) : [];
}

/** As Python calls it: the message is one that people search for. */
function typeName(value: unknown): string {
  if (value === null || value === undefined) {
    return "NoneType";
  }
  switch (typeof value) {
    case "string":
      return "str";
    case "number":
      return Number.isInteger(value) ? "int" : "float";
    case "boolean":
      return "bool";
    default:
      return "dict";
  }
}

/** Control characters would end the entry's line, in fstab as in /etc/filesystems. */
function textOf(value: unknown): string | undefined {
  const text = typeof value === "number" || typeof value === "boolean" ? String(value) : value;
  return typeof text === "string" &&
    text.length <= FIELD_LENGTH_MAX &&
    !/[\u0000-\u001F\u007F]/u.test(text) // oxlint-disable-line no-control-regex -- they are what is looked for
    ? text
    : undefined;
}
