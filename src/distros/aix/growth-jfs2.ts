import type { DistroContext } from "../distro.ts";
import { type FileSystemTarget, findGrowthTarget } from "./growth-file-system-target.ts";
import {
  type LockPatience,
  type LogicalVolumeFacts,
  readLogicalVolumeFacts,
  runLvm,
} from "./growth-lvm.ts";

const CHFS = "/usr/sbin/chfs";
const CHLV = "/usr/sbin/chlv";

/** One file system, and how many logical partitions it is to have. */
export interface Jfs2Growth {
  readonly mountPoint: string;
  readonly target: FileSystemTarget;
  readonly volume: LogicalVolumeFacts;
  readonly partitions: number;
}

/**
 * Makes a file system so large, by a size and not by a difference: run again after a power cut it
 * adds nothing. `chlv -x` first where the volume may not have so many partitions, taken back where
 * the file system then does not grow (aix commands.md §6.4). Returns why it did not.
 */
export async function growJfs2(
  ctx: DistroContext,
  growth: Jfs2Growth,
  patience: LockPatience,
): Promise<string | undefined> {
  const { mountPoint, volume, partitions } = growth;
  const isRaised = partitions > volume.partitionsMax;
  if (isRaised) {
    const raised = await runLvm(ctx.sys, [CHLV, "-x", String(partitions), volume.name], patience);
    if (!raised.isDone) {
      return `logical volume ${volume.name} may have ${volume.partitionsMax} partitions, ${partitions} are needed, and ${raised.failure}${hintOf(raised.isLocked, volume)}. Nothing is changed`;
    }
  }
  const targetMb = partitions * volume.partitionMb;
  const grown = await runLvm(ctx.sys, [CHFS, "-a", `size=${targetMb}M`, mountPoint], patience);
  if (grown.isDone && grown.isPlanned) {
    return undefined;
  }
  const now = await findGrowthTarget(ctx.sys, mountPoint);
  if (grown.isDone) {
    return typeof now === "string" || now.sizeMb >= targetMb
      ? undefined
      : `"${CHFS}" ended well, yet the file system has ${now.sizeMb} MB and not ${targetMb} MB`;
  }
  const left = await tellWhatIsLeft(ctx, growth, isRaised, patience);
  const sizeMb = typeof now === "string" ? growth.target.sizeMb : now.sizeMb;
  return `${grown.failure}${hintOf(grown.isLocked, volume)}. It has ${sizeMb} MB${left}`;
}

function hintOf(isLocked: boolean, { volumeGroup }: LogicalVolumeFacts): string {
  return isLocked
    ? `. Another LVM command works on volume group ${volumeGroup}: the next boot tries again. Where none does, "chvg -u ${volumeGroup}" takes the lock away`
    : "";
}

/** The volume's limit is put back where its size is still what it was. */
async function tellWhatIsLeft(
  ctx: DistroContext,
  { volume }: Jfs2Growth,
  isRaised: boolean,
  patience: LockPatience,
): Promise<string> {
  const now = await readLogicalVolumeFacts(ctx.sys, volume.name);
  if (typeof now !== "string" && now.partitions > volume.partitions) {
    return `; its logical volume ${volume.name} did grow, from ${volume.partitions} to ${now.partitions} partitions, and stays so: "chfs -a size=${now.partitions * volume.partitionMb}M" gives them to the file system`;
  }
  if (!isRaised) {
    return " as before";
  }
  const back = await runLvm(
    ctx.sys,
    [CHLV, "-x", String(volume.partitionsMax), volume.name],
    patience,
  );
  return back.isDone
    ? " as before"
    : ` as before; its logical volume ${volume.name} may have more partitions than before, since ${back.failure}`;
}
