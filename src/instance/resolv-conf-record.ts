import { RESOLV_CONF_COPY_PATH, RESOLV_CONF_PATH } from "../network/renderers/resolv-conf.ts";
import { exists, isFile, readTextIfExists } from "../system/files.ts";
import type { FileSystem } from "../system/system.ts";
import { writeIfDifferent } from "../system/write-if-different.ts";
import { isRecord } from "../text/record.ts";
import type { Paths } from "./paths.ts";

const FILE_MODE = 0o600;

/** What cloud-init gave /etc/resolv.conf last, kept in the state so that `seal` touches no other. */
export interface ResolvConfRecord {
  readonly text: string;
  /** There was no file, and no copy of one, before cloud-init wrote the first. */
  readonly isNew: boolean;
  /** Cloud-init's own text before this one, where the file is new: a power cut may have left it. */
  readonly earlier?: string;
}

/** Remembers that cloud-init is about to write this text; nothing where the file has it already. */
export function announceResolvConfText(fs: FileSystem, paths: Paths, text: string): void {
  const before = isFile(fs, RESOLV_CONF_PATH) ? readTextIfExists(fs, RESOLV_CONF_PATH) : undefined;
  if (before === text) {
    return;
  }
  const last = readResolvConfRecord(fs, paths);
  const isNew =
    before === undefined
      ? !exists(fs, RESOLV_CONF_COPY_PATH)
      : last?.isNew === true && [last.text, last.earlier].includes(before);
  const record: ResolvConfRecord = {
    text,
    isNew,
    ...(isNew && before !== undefined ? { earlier: before } : {}),
  };
  writeIfDifferent(fs, recordFile(paths), `${JSON.stringify(record)}\n`, { mode: FILE_MODE });
}

/** Undefined where cloud-init is not known to have written any. */
export function readResolvConfRecord(fs: FileSystem, paths: Paths): ResolvConfRecord | undefined {
  try {
    const path = recordFile(paths);
    const value: unknown = isFile(fs, path) ? JSON.parse(readTextIfExists(fs, path) ?? "") : null;
    const { text, isNew, earlier } = isRecord(value) ? value : {};
    return typeof text === "string"
      ? { text, isNew: isNew === true, ...(typeof earlier === "string" ? { earlier } : {}) }
      : undefined;
  } catch {
    // Cut short: as good as none.
    return undefined;
  }
}

function recordFile(paths: Paths): string {
  return `${paths.dataDir}/resolv-conf.json`;
}
