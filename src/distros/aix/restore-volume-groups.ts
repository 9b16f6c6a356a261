import { Buffer } from "node:buffer";
import { CommandError } from "../../system/command-error.ts";
import { FileError } from "../../system/file-error.ts";
import { pollUntil } from "../../system/retry.ts";
import type { Problem } from "../../text/problem.ts";
import type { DistroContext } from "../distro.ts";
import { mountRestored } from "./mount-restored.ts";
import { type PhysicalVolume, readPhysicalVolumes, readVolumeGroups } from "./physical-volumes.ts";
import {
  restoreVolumeGroup,
  type RestoreOutcome,
  type WantedVolumeGroup,
} from "./restore-volume-group.ts";
import {
  type MappingEntry,
  readMapping,
  VOLUME_GROUP_MAPPING_PATH,
} from "./volume-group-mapping.ts";

const CFGMGR = "/usr/sbin/cfgmgr";
const CFGMGR_TIMEOUT_MS = 600_000;
/** After cfgmgr, a disk may take a moment to show its PVID. */
const DISK_TIMEOUT_MS = 10_000;
const DISK_INTERVAL_MS = 1000;
const FILE_SIZE_MAX = 1024 * 1024;
const PROBLEM_COUNT_MAX = 20;

/**
 * Gives a deployed machine the volume groups that it was captured with, from the mapping file: disks
 * are found by their PVID, each volume group that is not there is imported once from one of them,
 * then what /etc/filesystems wants mounted is mounted. The lines of what worked leave the file,
 * which goes with the last of them, so that a run that was cut off goes on where it stopped.
 */
export async function restoreVolumeGroups(ctx: DistroContext): Promise<readonly Problem[]> {
  const file = readFile(ctx);
  if ("problems" in file) {
    return file.problems;
  }
  const mapping = readMapping(file.text);
  const problems = limit(mapping.problems);
  const doneLines = new Set(mapping.idleLines);
  if (mapping.entries.length > 0) {
    let disks = await findDisks(ctx, mapping.entries);
    const known = await readVolumeGroups(ctx.sys);
    const outcomes: RestoreOutcome[] = [];
    for (const [volumeGroup, entries] of groupByName(mapping.entries)) {
      const outcome = await tryRestore(ctx, { volumeGroup, entries, disks, known });
      outcomes.push(outcome);
      disks = outcome.disks ?? disks;
      for (const line of outcome.doneLines) {
        doneLines.add(line);
      }
    }
    problems.push(...limit(outcomes.flatMap((outcome) => outcome.problems)));
    if (outcomes.some(({ isPresent }) => isPresent)) {
      const isPlanned = outcomes.some((outcome) => outcome.isPlanned === true);
      problems.push(...(await tryMount(ctx, isPlanned)));
    }
  }
  problems.push(...keepLines(ctx, file, doneLines));
  return problems;
}

/** What cannot be mounted or written does not hide what is wrong with the volume groups. */
async function tryMount(ctx: DistroContext, isPlanned: boolean): Promise<readonly Problem[]> {
  try {
    return await mountRestored(ctx, { isPlanned });
  } catch (error) {
    if (!(error instanceof FileError)) {
      throw error;
    }
    return [{ message: `Cannot mount what /etc/filesystems wants mounted: ${error.message}` }];
  }
}

/** One volume group whose commands fail does not stop the next. */
async function tryRestore(ctx: DistroContext, wanted: WantedVolumeGroup): Promise<RestoreOutcome> {
  try {
    return await restoreVolumeGroup(ctx, wanted);
  } catch (error) {
    if (!(error instanceof CommandError)) {
      throw error;
    }
    const message = `Cannot restore volume group "${wanted.volumeGroup}": ${error.message}`;
    return { isPresent: false, doneLines: [], problems: [{ message }] };
  }
}

interface MappingFile {
  /** One character for each byte, so that what is kept is kept byte for byte. */
  readonly text: string;
  readonly mode: number;
}

function readFile(ctx: DistroContext): MappingFile | { readonly problems: readonly Problem[] } {
  const { fs } = ctx.sys;
  const path = VOLUME_GROUP_MAPPING_PATH;
  const unreadable = (reason: string): { readonly problems: readonly Problem[] } => ({
    problems: [
      {
        message: `Cannot read "${path}", which names the volume groups of the captured machine: ${reason}. None is restored; import them with importvg, or mend the file and run this module again`,
        severity: "warning",
      },
    ],
  });
  const stat = fs.stat(path);
  if (stat === undefined) {
    ctx.log.info(`No volume groups to restore: there is no "${path}"`);
    return { problems: [] };
  }
  if (stat.sizeBytes > FILE_SIZE_MAX) {
    return unreadable(`it has ${stat.sizeBytes} bytes, more than ${FILE_SIZE_MAX}`);
  }
  try {
    return { text: Buffer.from(fs.readBytes(path)).toString("latin1"), mode: stat.mode };
  } catch (error) {
    if (error instanceof FileError) {
      return unreadable(error.message);
    }
    throw error;
  }
}

/** The disks; where one of the mapping is missing, after one look for devices that were attached late. */
async function findDisks(
  ctx: DistroContext,
  entries: readonly MappingEntry[],
): Promise<readonly PhysicalVolume[]> {
  let disks = await readPhysicalVolumes(ctx.sys);
  const missingCount = (): number => {
    const pvids = new Set(disks.map(({ pvid }) => pvid));
    return entries.filter(({ pvid }) => !pvids.has(pvid)).length;
  };
  if (missingCount() === 0) {
    return disks;
  }
  ctx.log.info(
    `Disks of volume groups that are not there: ${missingCount()}. Looking for new devices`,
  );
  await ctx.sys.exec.run([CFGMGR], {
    okExitCodes: "any",
    timeoutMs: CFGMGR_TIMEOUT_MS,
    verify: async () => {
      const check = async (): Promise<true | undefined> => {
        disks = await readPhysicalVolumes(ctx.sys);
        return missingCount() === 0 ? true : undefined;
      };
      await pollUntil(ctx.sys, check, {
        timeoutMs: DISK_TIMEOUT_MS,
        intervalMs: DISK_INTERVAL_MS,
      });
      return undefined;
    },
  });
  return disks;
}

function groupByName(
  entries: readonly MappingEntry[],
): ReadonlyMap<string, readonly MappingEntry[]> {
  const groups = new Map<string, MappingEntry[]>();
  for (const entry of entries) {
    const known = groups.get(entry.volumeGroup);
    if (known === undefined) {
      groups.set(entry.volumeGroup, [entry]);
    } else {
      known.push(entry);
    }
  }
  return groups;
}

function keepLines(
  ctx: DistroContext,
  file: MappingFile,
  doneLines: ReadonlySet<number>,
): readonly Problem[] {
  const { fs } = ctx.sys;
  const path = VOLUME_GROUP_MAPPING_PATH;
  const lines = file.text.split("\n");
  const kept = lines.filter((_, index) => !doneLines.has(index + 1));
  const text = `${kept.join("\n")}\n`;
  try {
    if (kept.length === 0) {
      fs.remove(path);
      return [];
    }
    if (text !== file.text) {
      fs.write(path, Buffer.from(text, "latin1"), { mode: file.mode });
    }
  } catch (error) {
    if (!(error instanceof FileError)) {
      throw error;
    }
    const message = `Cannot take the lines that are done out of "${path}": ${error.message}. They do no harm: a volume group that is there is left alone`;
    return [{ message }];
  }
  ctx.log.info(`Lines of "${path}" that could not be done and stay: ${kept.length}`);
  return [];
}

/** The first ones, and how many more there are; failures before warnings. */
function limit(problems: readonly Problem[]): Problem[] {
  if (problems.length <= PROBLEM_COUNT_MAX) {
    return [...problems];
  }
  const failures = problems.filter(({ severity }) => severity === undefined);
  const warnings = problems.filter(({ severity }) => severity !== undefined);
  const shown = [...failures, ...warnings].slice(0, PROBLEM_COUNT_MAX);
  return [
    ...shown,
    {
      source: VOLUME_GROUP_MAPPING_PATH,
      message: `${problems.length - shown.length} more lines or volume groups have such problems`,
      ...(failures.length > 0 ? {} : { severity: "warning" as const }),
    },
  ];
}
