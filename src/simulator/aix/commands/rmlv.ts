import { done, failed, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { dropStanza } from "../file-system-stanzas.ts";
import { findVolume, isOpen, openGroup, unknownVolume } from "../lvm.ts";
import { storeOf } from "../mount-table.ts";

/** Removes a closed logical volume with what is in it and its stanza; -f without asking. The words of the question are [U]. */
export const rmlv: SimulatedCommand = {
  path: "/usr/sbin/rmlv",
  readsStdin: true,
  isChange: () => true,
  run(ctx, args) {
    const flags = parseFlags(args, "f");
    if (typeof flags === "string" || flags.operands.length !== 1) {
      return usageError("rmlv", "", "rmlv [-f] LogicalVolume", 1);
    }
    const [name = ""] = flags.operands;
    const found = findVolume(ctx.machine, name);
    if (found === undefined) {
      return unknownVolume("rmlv", name);
    }
    const opened = openGroup(ctx, "rmlv", found.group.name);
    if ("refusal" in opened) {
      return opened.refusal;
    }
    if (!flags.has("f") && !/^y/iu.test(ctx.stdin)) {
      return failed(
        1,
        `Warning, all data contained on logical volume ${name} will be destroyed.\nrmlv: Logical volume ${name} is not removed.`,
      );
    }
    if (isOpen(ctx.machine, found.volume)) {
      return failed(
        1,
        `0516-1008 rmlv: Logical volume ${name} must be closed. If the logical\n        volume contains a filesystem, the umount command will close\n        the LV device.`,
      );
    }
    found.group.volumes = found.group.volumes.filter((volume) => volume !== found.volume);
    const { storage } = ctx.machine;
    storage.pagingSpaces = storage.pagingSpaces.filter(({ volume }) => volume !== name);
    ctx.fs.remove(storeOf({ device: `/dev/${name}` }));
    if (found.volume.fileSystem !== undefined) {
      dropStanza(ctx.fs, found.volume.fileSystem.mountPoint);
    }
    return done(`rmlv: Logical volume ${name} is removed.\n`);
  },
};
