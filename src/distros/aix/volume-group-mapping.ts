import { printable } from "../../text/printable.ts";
import type { Problem } from "../../text/problem.ts";
import type { PhysicalVolume } from "./physical-volumes.ts";

/** Written before a capture (`seal`, or IBM's create_pvid_to_vg_mappings.sh), read after the deploy. */
export const VOLUME_GROUP_MAPPING_PATH = "/opt/freeware/etc/cloud/pvid_to_vg_mappings";

/** One disk that belonged to a volume group when the machine was captured. */
export interface MappingEntry {
  readonly volumeGroup: string;
  /** 16 hexadecimal digits, lower case. */
  readonly pvid: string;
  /** 1-based. */
  readonly line: number;
}

/** A mapping file, each line judged on its own. */
export interface VolumeGroupMapping {
  readonly entries: readonly MappingEntry[];
  readonly problems: readonly Problem[];
  /** Numbers of the lines that say nothing that could be done: blank, free disks, repeated. */
  readonly idleLines: readonly number[];
}

/**
 * Lines "VG PVID" (compat modules.md, restore_volume_groups). The old tool also wrote disks that
 * were in no volume group, as "None PVID": these are told and passed over. What is no such line is
 * a problem with its number.
 */
export function readMapping(text: string): VolumeGroupMapping {
  const entries = new Map<string, MappingEntry>();
  const problems: Problem[] = [];
  const idleLines: number[] = [];
  const said = new Set<string>();
  for (const [index, content] of text.split("\n").entries()) {
    const line = index + 1;
    const read = readLine(content);
    if (read.kind === "blank") {
      idleLines.push(line);
    } else if (read.kind === "wrong") {
      problems.push(problemAt(line, read.message));
    } else if (read.kind === "idle") {
      idleLines.push(line);
      problems.push({ ...problemAt(line, read.message), severity: "warning" });
    } else {
      const known = entries.get(read.pvid);
      const isRepeated = said.has(`${read.volumeGroup} ${read.pvid}`);
      said.add(`${read.volumeGroup} ${read.pvid}`);
      if (known === undefined) {
        entries.set(read.pvid, { volumeGroup: read.volumeGroup, pvid: read.pvid, line });
      } else if (isRepeated) {
        // Of a line that is in conflict with another one too.
        idleLines.push(line);
      } else {
        const message = `The physical volume "${read.pvid}" is given to volume group "${read.volumeGroup}", and line ${known.line} gives it to "${known.volumeGroup}": only the first one is used`;
        problems.push(problemAt(line, message));
      }
    }
  }
  return { entries: [...entries.values()], problems, idleLines };
}

/** The file's text for the disks of a machine: those of rootvg, of its old copies and of no volume group stay out. */
export function renderMapping(disks: readonly PhysicalVolume[]): string {
  return disks
    .flatMap(({ pvid, volumeGroup }) =>
      pvid === undefined || volumeGroup === undefined || isOfRoot(volumeGroup)
        ? []
        : [`${volumeGroup} ${pvid}\n`],
    )
    .join("");
}

type Line =
  | { readonly kind: "blank" }
  | { readonly kind: "entry"; readonly volumeGroup: string; readonly pvid: string }
  | { readonly kind: "wrong"; readonly message: string }
  | { readonly kind: "idle"; readonly message: string };

/** At most 15 characters of these (AIX, mkvg); none that a command could take for a flag. */
const VOLUME_GROUP = /^[A-Za-z0-9_.][A-Za-z0-9_.-]{0,14}$/u;
/** lsattr prints 16 more zeros after the 16 digits of lspv. */
const PVID = /^([0-9a-f]{16})(?:0{16})?$/iu;
const SHOWN_LENGTH_MAX = 60;
const FORM = 'expected a volume group and a PVID, as in "datavg 00fa00d6b552f41b"';

function readLine(content: string): Line {
  const words = content.trim().split(/\s+/u);
  const [volumeGroup = "", written = ""] = words;
  if (volumeGroup === "") {
    return { kind: "blank" };
  }
  if (words.length !== 2) {
    return { kind: "wrong", message: `Cannot use "${shorten(content.trim())}": ${FORM}` };
  }
  if (volumeGroup === "rootvg") {
    const message = `Cannot restore volume group "rootvg": the machine runs from it`;
    return { kind: "wrong", message };
  }
  if (written.toLowerCase() === "none") {
    const message = `Cannot find a disk of volume group "${shorten(volumeGroup)}": its PVID is "${written}"`;
    return { kind: "wrong", message };
  }
  const pvid = PVID.exec(written)?.[1]?.toLowerCase();
  if (pvid === undefined || !VOLUME_GROUP.test(volumeGroup)) {
    return { kind: "wrong", message: `Cannot use "${shorten(content.trim())}": ${FORM}` };
  }
  if (volumeGroup.toLowerCase() === "none") {
    const message = `The physical volume "${pvid}" was in no volume group: nothing to restore`;
    return { kind: "idle", message };
  }
  if (isOfRoot(volumeGroup)) {
    const message = `The physical volume "${pvid}" held a copy of rootvg ("${volumeGroup}"), which is not restored`;
    return { kind: "idle", message };
  }
  return { kind: "entry", volumeGroup, pvid };
}

/** rootvg, and the names that alt_disk_copy gives its copies. */
function isOfRoot(volumeGroup: string): boolean {
  return ["rootvg", "old_rootvg", "altinst_rootvg"].includes(volumeGroup);
}

function problemAt(line: number, message: string): Problem {
  return { source: VOLUME_GROUP_MAPPING_PATH, line, message };
}

function shorten(text: string): string {
  const shown = printable(text.slice(0, SHOWN_LENGTH_MAX));
  return text.length > SHOWN_LENGTH_MAX ? `${shown}…` : shown;
}
