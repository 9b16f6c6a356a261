import { readGroups, writeGroups } from "../account-files.ts";
import { findUser, splitList } from "../accounts.ts";
import { done, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { invalidValue, noSuchGroup, parseAttributeWords } from "../user-command.ts";

const USAGE = "chgroup [-R load_module] Attribute=Value ... Group";

/** Changes a group; `users=` replaces the members. */
export const chgroup: SimulatedCommand = {
  path: "/usr/bin/chgroup",
  isChange: () => true,
  run(ctx, args) {
    const flags = parseFlags(args, "R:");
    if (typeof flags === "string") {
      return usageError("chgroup", flags, USAGE, 22);
    }
    const name = flags.operands.at(-1);
    const attributes = parseAttributeWords(flags.operands.slice(0, -1));
    if (name === undefined || typeof attributes === "string" || attributes.size === 0) {
      return usageError("chgroup", "", USAGE, 22);
    }
    const rows = readGroups(ctx.fs);
    const group = rows.find((row) => row.name === name);
    if (group === undefined) {
      return noSuchGroup(name);
    }
    for (const [attribute, value] of attributes) {
      const members = splitList(value);
      const isUsers =
        attribute === "users" && members.every((each) => findUser(ctx.fs, each) !== undefined);
      const isId =
        attribute === "id" &&
        /^\d{1,10}$/u.test(value) &&
        !rows.some((row) => row !== group && row.gid === Number(value));
      if (!isUsers && !isId && attribute !== "adms" && attribute !== "admin") {
        return invalidValue({ attribute, value });
      }
      group.members = isUsers ? members : group.members;
      group.gid = isId ? Number(value) : group.gid;
    }
    writeGroups(ctx.fs, rows);
    return done();
  },
};
