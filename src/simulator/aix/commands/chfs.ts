import { done, failed, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { addStanza, readStanzas } from "../file-system-stanzas.ts";
import { parseSize } from "../file-system-size.ts";
import { allocate, BLOCKS_PER_MB, findVolumeOfDevice, openGroup, release } from "../lvm.ts";

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
      const size = parseSize(pair.replace(/^size=/u, ""));
      if (!pair.startsWith("size=") || size === undefined) {
        return failed(1, `chfs: 0506-954 Invalid attribute ${pair}.`);
      }
      const { group, volume } = found;
      const perLp = group.ppMb * BLOCKS_PER_MB;
      const signed = size.sign === "-" ? -size.blocks : size.blocks;
      const wanted = Math.ceil((size.sign === "" ? size.blocks : system.blocks + signed) / perLp);
      if (wanted < 1) {
        return failed(1, "chfs: 0506-954 The size must be positive.");
      }
      if (wanted * perLp === system.blocks) {
        text += `The filesystem size is already ${system.blocks}.\n`;
        continue;
      }
      if (wanted > volume.maxLps) {
        return failed(
          1,
          `0516-787 extendlv: Maximum allocation for logical volume ${volume.name}\n        is ${volume.maxLps}.`,
        );
      }
      const more = wanted - volume.lps;
      if (more > 0 && !allocate(ctx.machine.storage, group, volume, more)) {
        return failed(
          1,
          "0516-404 allocp: This system cannot fulfill the allocation request.\n        There are not enough free partitions or not enough physical volumes\n        to keep strictness and satisfy allocation requests.  The command\n        should be retried with different allocation characteristics.",
        );
      }
      if (more < 0) {
        release(volume, -more);
      }
      system.blocks = wanted * perLp;
      text += `Filesystem size changed to ${system.blocks}\n`;
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
