import { readGroups, readPasswd, writeGroups } from "../account-files.ts";
import { done, failed, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { noSuchGroup } from "../user-command.ts";

const USAGE = "rmgroup [-R load_module] [-p] Name";

/** Removes a group, not one that is somebody's primary group; silent on success. */
export const rmgroup: SimulatedCommand = {
  path: "/usr/sbin/rmgroup",
  isChange: () => true,
  run({ fs }, args) {
    const flags = parseFlags(args, "R:p");
    const [name, ...rest] = typeof flags === "string" ? [] : flags.operands;
    if (name === undefined || rest.length > 0) {
      return usageError("rmgroup", typeof flags === "string" ? flags : "", USAGE, 22);
    }
    const rows = readGroups(fs);
    const group = rows.find((row) => row.name === name);
    if (group === undefined) {
      return noSuchGroup(name);
    }
    if (readPasswd(fs).some(({ gid }) => gid === group.gid)) {
      return failed(1, `rmgroup: Group "${name}" is the primary group of a user.`);
    }
    writeGroups(
      fs,
      rows.filter((row) => row !== group),
    );
    return done();
  },
};
