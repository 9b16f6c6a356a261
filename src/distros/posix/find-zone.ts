import { isFile } from "../../system/files.ts";
import type { FileSystem } from "../../system/system.ts";
import { nearestWord } from "../../text/nearest-word.ts";

/** Whether a zone's file is in the database at `directory`; `zone` has been checked by `isZoneText`. */
export function hasZone(fs: FileSystem, directory: string, zone: string): boolean {
  return isFile(fs, `${directory}/${zone}`);
}

/** " (did you mean "Europe/Berlin"?)" or "". */
export function zoneAdvice(fs: FileSystem, directory: string, zone: string): string {
  const near = nearestWord(lastPart(zone), listOrNothing(fs, parentOf(directory, zone)));
  const at = zone.lastIndexOf("/");
  return near === undefined ? "" : ` (did you mean "${zone.slice(0, at + 1)}${near}"?)`;
}

function lastPart(zone: string): string {
  return zone.slice(zone.lastIndexOf("/") + 1);
}

function parentOf(directory: string, zone: string): string {
  const at = zone.lastIndexOf("/");
  return at === -1 ? directory : `${directory}/${zone.slice(0, at)}`;
}

function listOrNothing(fs: FileSystem, directory: string): readonly string[] {
  try {
    return fs.list(directory);
  } catch {
    return [];
  }
}
