import {
  type CommandContext,
  type CommandOutcome,
  done,
  failed,
  type SimulatedCommand,
} from "../command.ts";
import { addStanza, readStanzas } from "../file-system-stanzas.ts";
import { parseSize } from "../file-system-size.ts";
import { parseFlags, usageError } from "../flags.ts";
import {
  allocate,
  BLOCKS_PER_MB,
  cannotAllocate,
  findVolumeOfDevice,
  openGroup,
  overMaximum,
  release,
} from "../lvm.ts";
import type { Jfs2, LogicalVolume, VolumeGroup } from "../volumes.ts";

const USAGE = "chfs [-A {yes | no}] [-p {ro | rw}] [-a Attribute=Value]... FileSystem";

/** Changes a jfs2 file system: -a size= (blocks, nM, nG, with sign), up to whole partitions; -A, -p in the stanza. */
export const chfs: SimulatedCommand = {
  path: "/usr/sbin/chfs",
  isChange: () => true,
  run(ctx, args) {
    const flags = parseFlags(args, "A:p:a:");
    if (typeof flags === "string" || flags.operands.length !== 1 || flags.order.length === 0) {
      return usageError("chfs", typeof flags === "string" ? flags : "", USAGE, 1);
    }
    const [name = ""] = flags.operands;
    const stanza = readStanzas(ctx.fs).find(
      ({ mountPoint, values }) => mountPoint === name || values["dev"] === name,
    );
    const found = findVolumeOfDevice(ctx.machine, stanza?.values["dev"] ?? "");
    const system = found?.volume.fileSystem;
    if (stanza === undefined || found === undefined || system === undefined) {
      return failed(1, `chfs: 0506-915 No record matching ${name} was found in /etc/filesystems.`);
    }
    const opened = openGroup(ctx, "chfs", found.group.name);
    if ("refusal" in opened) {
      return opened.refusal;
    }
    let text = "";
    for (const pair of flags.values("a")) {
      const changed = changeSize(ctx, { ...found, system }, pair);
      if (changed.exitCode !== 0) {
        return changed;
      }
      text += changed.stdout;
    }
    if (flags.has("A") || flags.has("p")) {
      const mount = flags.value("A");
      addStanza(ctx.fs, stanza.mountPoint, {
        ...stanza.values,
        ...(mount === undefined ? {} : { mount: mount === "yes" ? "true" : "false" }),
        options: flags.value("p") ?? stanza.values["options"] ?? "rw",
      });
    }
    return done(text);
  },
};

interface Found {
  readonly group: VolumeGroup;
  readonly volume: LogicalVolume;
  readonly system: Jfs2;
}

/** Does one "size=…"; the volume grows with its file system where that does not fit, and shrinks with it. */
function changeSize(ctx: CommandContext, found: Found, pair: string): CommandOutcome {
  const { group, volume, system } = found;
  const size = parseSize(pair.replace(/^size=/u, ""));
  if (!pair.startsWith("size=") || size === undefined) {
    return failed(1, `chfs: 0506-954 Invalid attribute ${pair}.`);
  }
  const perLp = group.ppMb * BLOCKS_PER_MB;
  const signed = size.sign === "-" ? -size.blocks : size.blocks;
  const wanted = Math.ceil((size.sign === "" ? size.blocks : system.blocks + signed) / perLp);
  if (wanted < 1) {
    return failed(1, "chfs: 0506-954 The size must be positive.");
  }
  const blocks = wanted * perLp;
  if (blocks === system.blocks) {
    return done(`The filesystem size is already ${blocks}.\n`);
  }
  if (wanted > volume.maxLps) {
    return overMaximum("extendlv", volume);
  }
  const more = wanted - volume.lps;
  if (more > 0 && !allocate(ctx.machine.storage, group, volume, more)) {
    return cannotAllocate();
  }
  if (more < 0 && blocks < system.blocks) {
    release(volume, -more);
  }
  system.blocks = blocks;
  return done(`Filesystem size changed to ${blocks}\n`);
}
