import type { System } from "../../system/system.ts";

/** One row of `lsvg -l`. */
export interface LogicalVolume {
  readonly name: string;
  readonly volumeGroup: string;
  /** "jfs2", "jfs2log", "paging", "boot". */
  readonly type: string;
  readonly logicalPartitions: number;
  readonly physicalPartitions: number;
  /** Undefined where it is "N/A". */
  readonly mountPoint?: string;
}

const LSVG = "/usr/sbin/lsvg";
const TIMEOUT_MS = 60_000;
const OPTIONS = { okExitCodes: "any", timeoutMs: TIMEOUT_MS } as const;

/** The logical volumes of the volume groups that are varied on. */
export async function readLogicalVolumes(sys: System): Promise<readonly LogicalVolume[]> {
  const groups = (await sys.exec.query([LSVG, "-o"], OPTIONS)).stdout;
  const found: LogicalVolume[] = [];
  for (const group of groups.split("\n").map((line) => line.trim())) {
    if (group !== "") {
      const { stdout } = await sys.exec.query([LSVG, "-l", group], OPTIONS);
      found.push(...parseLogicalVolumes(stdout));
    }
  }
  return found;
}

/** The output of `lsvg -l VG` (aix commands.md §6.2): the group's name, a heading, a row each. */
export function parseLogicalVolumes(text: string): readonly LogicalVolume[] {
  const volumeGroup = /^(\S+):[ \t]*$/mu.exec(text)?.[1];
  return volumeGroup === undefined
    ? []
    : text.split("\n").flatMap((line) => parseRow(line, volumeGroup));
}

function parseRow(line: string, volumeGroup: string): readonly LogicalVolume[] {
  const row = /^(\S+)\s+(\S+)\s+(\d+)\s+(\d+)\s+\d+\s+\S+\s+(\S.*?)\s*$/u.exec(line);
  const [, name, type, logical, physical, mountPoint] = row ?? [];
  if (name === undefined || type === undefined) {
    return [];
  }
  const volume = {
    name,
    volumeGroup,
    type,
    logicalPartitions: Number(logical),
    physicalPartitions: Number(physical),
  };
  return [mountPoint === undefined || mountPoint === "N/A" ? volume : { ...volume, mountPoint }];
}
