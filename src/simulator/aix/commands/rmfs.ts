import { done, failed, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { dropStanza, readStanzas } from "../file-system-stanzas.ts";
import { findVolumeOfDevice, isOpen, openGroup } from "../lvm.ts";
import { storeOf } from "../mount-table.ts";

/** Removes an unmounted file system with its volume and its stanza; -r its directory too. */
export const rmfs: SimulatedCommand = {
  path: "/usr/sbin/rmfs",
  isChange: () => true,
  run(ctx, args) {
    const flags = parseFlags(args, "ri");
    if (typeof flags === "string" || flags.operands.length !== 1) {
      return usageError("rmfs", "", "rmfs [-r] [-i] FileSystem", 1);
    }
    const [name = ""] = flags.operands;
    const stanza = readStanzas(ctx.fs).find(({ mountPoint }) => mountPoint === name);
    if (stanza === undefined) {
      return failed(1, `rmfs: 0506-921 No record matching ${name} was found in /etc/filesystems.`);
    }
    const found = findVolumeOfDevice(ctx.machine, stanza.values["dev"] ?? "");
    if (found !== undefined) {
      const opened = openGroup(ctx, "rmfs", found.group.name);
      if ("refusal" in opened) {
        return opened.refusal;
      }
      if (isOpen(ctx.machine, found.volume)) {
        return failed(1, `rmfs: 0506-923 The file system ${name} is mounted.`);
      }
      found.group.volumes = found.group.volumes.filter((volume) => volume !== found.volume);
      ctx.fs.remove(storeOf({ device: `/dev/${found.volume.name}` }));
    }
    dropStanza(ctx.fs, name);
    if (
      flags.has("r") &&
      ctx.fs.stat(name)?.kind === "directory" &&
      ctx.fs.list(name).length === 0
    ) {
      ctx.fs.remove(name);
    }
    return done(
      found === undefined ? "" : `rmlv: Logical volume ${found.volume.name} is removed.\n`,
    );
  },
};
