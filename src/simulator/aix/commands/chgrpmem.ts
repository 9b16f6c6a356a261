import { readGroups, writeGroups } from "../account-files.ts";
import { findUser, splitList } from "../accounts.ts";
import { done, failed, type SimulatedCommand } from "../command.ts";
import { noSuchGroup, noSuchUser } from "../user-command.ts";

const USAGE = "chgrpmem [{ -a | -m } { + | - | = } User ...] Group";

/** Adds (+), removes (-) or replaces (=) members (-m) or administrators (-a) of a group. */
export const chgrpmem: SimulatedCommand = {
  path: "/usr/bin/chgrpmem",
  isChange: (args) => args.length > 1,
  run(ctx, args) {
    const [kind = "", sign = "", list = "", name, ...rest] = args;
    const rows = readGroups(ctx.fs);
    if (args.length === 1) {
      const shown = rows.find((row) => row.name === kind);
      return shown === undefined
        ? noSuchGroup(kind)
        : done(`${kind}:\n\tmembers = ${shown.members.join(",")}\n`);
    }
    if (!/^-[am]$/u.test(kind) || !/^[+=-]$/u.test(sign) || name === undefined || rest.length > 0) {
      return failed(22, `Usage: ${USAGE}`);
    }
    const group = rows.find((row) => row.name === name);
    if (group === undefined) {
      return noSuchGroup(name);
    }
    const users = splitList(list);
    const unknown = users.find((user) => findUser(ctx.fs, user) === undefined);
    if (unknown !== undefined) {
      return noSuchUser(unknown);
    }
    if (kind === "-a") {
      return done();
    }
    const absent = users.find((user) => !group.members.includes(user));
    if (sign === "-" && absent !== undefined) {
      return failed(1, `3004-641 User "${absent}" is not a member of group "${name}".`);
    }
    group.members =
      sign === "="
        ? users
        : sign === "+"
          ? [...new Set([...group.members, ...users])]
          : group.members.filter((member) => !users.includes(member));
    writeGroups(ctx.fs, rows);
    return done();
  },
};
