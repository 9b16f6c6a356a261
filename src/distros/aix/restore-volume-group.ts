import { CommandError } from "../../system/command-error.ts";
import { errorMessage } from "../../text/error-message.ts";
import type { Problem } from "../../text/problem.ts";
import type { DistroContext } from "../distro.ts";
import { runOdm } from "./odm.ts";
import {
  type PhysicalVolume,
  readActiveVolumeGroups,
  readPhysicalVolumes,
  readVolumeGroups,
} from "./physical-volumes.ts";
import { type MappingEntry, VOLUME_GROUP_MAPPING_PATH } from "./volume-group-mapping.ts";

const IMPORTVG = "/usr/sbin/importvg";
const VARYONVG = "/usr/sbin/varyonvg";
/** importvg reads every disk that the machine has, to find the members. */
const IMPORT_TIMEOUT_MS = 900_000;

/** One volume group of the mapping, and the machine as it is before it is restored. */
export interface WantedVolumeGroup {
  readonly volumeGroup: string;
  readonly entries: readonly MappingEntry[];
  readonly disks: readonly PhysicalVolume[];
  /** Names that are taken. */
  readonly known: ReadonlySet<string>;
}

/** What became of it. */
export interface RestoreOutcome {
  /** Whether the volume group is there now, or would be after a planned import. */
  readonly isPresent: boolean;
  /** In a plan, where importvg did not run: what it would have added is not known. */
  readonly isPlanned?: boolean;
  readonly problems: readonly Problem[];
  /** Lines of the mapping that nothing is left to do for. */
  readonly doneLines: readonly number[];
  /** The disks after an import. */
  readonly disks?: readonly PhysicalVolume[];
}

/**
 * Imports one volume group from the first of its disks that belongs to none; importvg finds the
 * others itself. A volume group that is there is left as it is, on or off.
 */
export async function restoreVolumeGroup(
  ctx: DistroContext,
  wanted: WantedVolumeGroup,
): Promise<RestoreOutcome> {
  const { volumeGroup, known } = wanted;
  const found = sortDisks(wanted);
  const problems = [...found.problems];
  const fail = (reason: string): RestoreOutcome => {
    problems.push(problemAt(wanted, `Volume group "${volumeGroup}" is not present. ${reason}`));
    return { isPresent: false, problems, doneLines: [] };
  };
  if (known.has(volumeGroup)) {
    if (found.members.length === 0 && found.free.length > 0) {
      return fail(
        `Its disk "${found.free[0]?.disk.disk ?? ""}" belongs to none, and another volume group has its name: rename that one, or import this one under another name`,
      );
    }
    const isActive = (await readActiveVolumeGroups(ctx.sys)).has(volumeGroup);
    ctx.log.debug(`Volume group "${volumeGroup}" is there: it is left alone`);
    problems.push(...checkPresent(wanted, found, isActive));
    // One that is off may be what an import left that failed: its lines stay until it is on.
    return { isPresent: true, problems, doneLines: isActive ? linesOf(found.members) : [] };
  }
  const [first] = found.free;
  if (first === undefined) {
    return fail("None of its disks is there to import it from");
  }
  const failure = await importFrom(ctx, volumeGroup, first.disk.disk);
  if (failure === "planned") {
    return { isPresent: true, isPlanned: true, problems, doneLines: linesOf(found.free) };
  }
  if (failure !== undefined) {
    return fail(failure);
  }
  ctx.log.info(`Imported volume group "${volumeGroup}" from disk "${first.disk.disk}"`);
  const disks = await readPhysicalVolumes(ctx.sys);
  const after = sortDisks({ ...wanted, disks });
  problems.push(...after.free.map((place) => notMember(wanted, place)));
  return { isPresent: true, problems, doneLines: linesOf(after.members), disks };
}

interface Place {
  readonly entry: MappingEntry;
  readonly disk: PhysicalVolume;
}

interface SortedDisks {
  /** Disks that are in the volume group. */
  readonly members: readonly Place[];
  /** Disks that are in none. */
  readonly free: readonly Place[];
  /** About the others: missing, ambiguous, or in another one. */
  readonly problems: readonly Problem[];
}

function sortDisks(wanted: WantedVolumeGroup): SortedDisks {
  const { volumeGroup } = wanted;
  const members: Place[] = [];
  const free: Place[] = [];
  const problems: Problem[] = [];
  const warn = (line: number, message: string): void => {
    problems.push({ source: VOLUME_GROUP_MAPPING_PATH, line, message, severity: "warning" });
  };
  for (const entry of wanted.entries) {
    const disks = wanted.disks.filter(({ pvid }) => pvid === entry.pvid);
    const [disk] = disks;
    const member = disks.find((each) => each.volumeGroup === volumeGroup);
    if (disk === undefined) {
      warn(
        entry.line,
        `The physical volume with ID "${entry.pvid}" was not found, so it cannot be associated with volume group "${volumeGroup}".`,
      );
    } else if (member !== undefined) {
      members.push({ entry, disk: member });
    } else if (disks.length > 1) {
      const names = disks.map((each) => `"${each.disk}"`).join(", ");
      warn(
        entry.line,
        `The disks ${names} have the same PVID "${entry.pvid}": none of them is used for volume group "${volumeGroup}"`,
      );
    } else if (disk.volumeGroup === undefined) {
      free.push({ entry, disk });
    } else {
      warn(
        entry.line,
        `Disk "${disk.disk}" belongs to volume group "${disk.volumeGroup}", not to "${volumeGroup}": it is left alone`,
      );
    }
  }
  return { members, free, problems };
}

function checkPresent(
  wanted: WantedVolumeGroup,
  found: SortedDisks,
  isActive: boolean,
): readonly Problem[] {
  const { volumeGroup } = wanted;
  const off = `Volume group "${volumeGroup}" is there and varied off, and is left so: varyonvg turns it on`;
  return [
    ...found.free.map((place) => notMember(wanted, place)),
    ...(isActive ? [] : [problemAt(wanted, off, "warning")]),
  ];
}

/** What went wrong, or "planned" where nothing ran. importvg varies on itself; where it did not, varyonvg does. */
async function importFrom(
  ctx: DistroContext,
  volumeGroup: string,
  disk: string,
): Promise<string | undefined> {
  const { sys } = ctx;
  const argv = [IMPORTVG, "-y", volumeGroup, disk];
  let isDone = false;
  const result = await runOdm(sys, argv, {
    okExitCodes: "any",
    timeoutMs: IMPORT_TIMEOUT_MS,
    verify: async () => {
      isDone = true;
      return undefined;
    },
  });
  if (!isDone) {
    return "planned";
  }
  const said = result.exitCode === 0 ? undefined : new CommandError(argv, result).message;
  // The list counts, not the exit code: a volume group can be there although it was not varied on.
  if (!(await readVolumeGroups(sys)).has(volumeGroup)) {
    return said ?? `Command "${argv.join(" ")}" ended with exit code 0, yet lsvg does not list it`;
  }
  if ((await readActiveVolumeGroups(sys)).has(volumeGroup)) {
    return undefined;
  }
  try {
    await runOdm(sys, [VARYONVG, volumeGroup], {
      timeoutMs: IMPORT_TIMEOUT_MS,
      verify: async () =>
        (await readActiveVolumeGroups(sys)).has(volumeGroup)
          ? undefined
          : `volume group "${volumeGroup}" is not varied on`,
    });
    return undefined;
  } catch (error) {
    const why = said === undefined ? "" : `${said.replace(/\.$/u, "")}. `;
    return `It is defined, and cannot be varied on: ${why}${errorMessage(error)}`;
  }
}

function notMember(wanted: WantedVolumeGroup, { entry, disk }: Place): Problem {
  const { volumeGroup } = wanted;
  return {
    source: VOLUME_GROUP_MAPPING_PATH,
    line: entry.line,
    message: `Disk "${disk.disk}" is no member of volume group "${volumeGroup}", though that is there: look at it with "lsvg -p ${volumeGroup}"`,
    severity: "warning",
  };
}

function problemAt({ entries }: WantedVolumeGroup, message: string, severity?: "warning"): Problem {
  const line = entries[0]?.line;
  return {
    source: VOLUME_GROUP_MAPPING_PATH,
    message,
    ...(line === undefined ? {} : { line }),
    ...(severity === undefined ? {} : { severity }),
  };
}

function linesOf(places: readonly Place[]): readonly number[] {
  return places.map(({ entry }) => entry.line);
}
