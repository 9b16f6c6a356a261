import type { System } from "../../system/system.ts";
import type { Problem } from "../../text/problem.ts";
import type { NamedDevice } from "../growth-adapter.ts";
import { type PhysicalVolume, readActiveVolumeGroups } from "./physical-volumes.ts";

/** Volume groups to look at, each once, and what of the wanted ones is none. */
export interface GrowthTargets {
  readonly groups: readonly string[];
  readonly problems: readonly Problem[];
}

const ROOTVG = "rootvg";

/**
 * The volume groups that `growpart.devices` means: by name, by one of their disks, "/" for rootvg.
 * Without it, all that are varied on.
 */
export async function findGrowthTargets(
  sys: System,
  disks: readonly PhysicalVolume[],
  devices: readonly NamedDevice[] | undefined,
): Promise<GrowthTargets> {
  const known = new Set(disks.flatMap(({ volumeGroup }) => volumeGroup ?? []));
  const problems: Problem[] = [];
  const wanted = new Map<string, NamedDevice | undefined>();
  if (devices === undefined) {
    known.forEach((group) => wanted.set(group, undefined));
  }
  for (const device of devices ?? []) {
    const found = resolve(device.name, disks, known);
    if ("group" in found) {
      wanted.set(found.group, device);
    } else {
      problems.push({ message: found.refusal, path: device.path });
    }
  }
  // rootvg is on while AIX runs: a machine that has no other is not asked.
  const isAskedFor = [...wanted.keys()].some((group) => group !== ROOTVG);
  const active = isAskedFor ? await readActiveVolumeGroups(sys) : new Set([ROOTVG]);
  for (const [group, device] of wanted) {
    if (device !== undefined && !active.has(group)) {
      problems.push({
        message: `Cannot grow volume group "${group}": it is not varied on ("varyonvg ${group}" does that)`,
        path: device.path,
      });
    }
  }
  return { groups: [...wanted.keys()].filter((group) => active.has(group)), problems };
}

function resolve(
  name: string,
  disks: readonly PhysicalVolume[],
  known: ReadonlySet<string>,
): { readonly group: string } | { readonly refusal: string } {
  if (name === "/") {
    return { group: ROOTVG };
  }
  if (known.has(name)) {
    return { group: name };
  }
  const disk = disks.find((each) => each.disk === name.replace(/^\/dev\/r?/u, ""));
  if (disk?.volumeGroup !== undefined) {
    return { group: disk.volumeGroup };
  }
  if (disk !== undefined) {
    return { refusal: `Cannot grow "${name}": the disk belongs to no volume group` };
  }
  const groups = [...known].sort().join(", ");
  const there = `Volume groups of this machine: ${groups === "" ? "none" : groups}`;
  return {
    refusal: isOfLinux(name)
      ? `Cannot grow "${name}": that is a name of Linux. AIX has no partitions; "/" means rootvg, another volume group is named as "datavg" or by a disk of it, "hdisk1". ${there}`
      : `Cannot grow "${name}": expected "/", a volume group or a disk. ${there}`,
  };
}

function isOfLinux(name: string): boolean {
  return (
    /^(?:LABEL|UUID|PARTLABEL|PARTUUID)=/iu.test(name) ||
    /^(?:\/dev\/)?(?:(?:sd|vd|xvd|hd)[a-z]\d*|nvme\d.*|mmcblk\d.*|dm-\d+)$/u.test(name) ||
    /^\/dev\/(?:disk|mapper)\//u.test(name) ||
    /^(?:ephemeral|swap)\d/u.test(name)
  );
}
