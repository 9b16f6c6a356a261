import { type GroupRow, readGroups, readPasswd } from "../account-files.ts";
import { splitList } from "../accounts.ts";
import { type CommandContext, done, failed, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { noSuchGroup } from "../user-command.ts";

const USAGE = "lsgroup [-R load_module] [-c | -f] [-a [Attribute ...]] {ALL | Group[,Group ...]}";
const SHOWN = ["id", "admin", "users"];

/** Shows groups: `NAME id=… users=…`, colon form with -c, stanzas with -f. */
export const lsgroup: SimulatedCommand = {
  path: "/usr/sbin/lsgroup",
  isChange: () => false,
  run(ctx, args) {
    const flags = parseFlags(args, "R:cfa");
    if (typeof flags === "string") {
      return usageError("lsgroup", flags, USAGE, 22);
    }
    const target = flags.operands.at(-1);
    const asked = flags.operands.slice(0, -1);
    if (target === undefined || (asked.length > 0 && !flags.has("a"))) {
      return usageError("lsgroup", "", USAGE, 22);
    }
    const rows = readGroups(ctx.fs);
    const names = target === "ALL" ? rows.map(({ name }) => name) : splitList(target);
    const missing = names.find((name) => !rows.some((row) => row.name === name));
    if (missing !== undefined) {
      return noSuchGroup(missing);
    }
    const unknown = asked.find((attribute) => !SHOWN.includes(attribute));
    if (unknown !== undefined) {
      return failed(22, `3004-703 Check "${unknown}" attribute.`);
    }
    const attributes = flags.has("a") ? asked : SHOWN;
    const text = rows
      .filter(({ name }) => names.includes(name))
      .map((row) => {
        const values = attributes.map((attribute) => valueOf(ctx, row, attribute));
        const pairs = attributes.map((attribute, index) => `${attribute}=${values[index] ?? ""}`);
        return flags.has("c")
          ? `#${["name", ...attributes].join(":")}\n${[row.name, ...values].join(":")}\n`
          : flags.has("f")
            ? `${row.name}:\n${pairs.map((pair) => `\t${pair}\n`).join("")}\n`
            : `${[row.name, ...pairs].join(" ")}\n`;
      });
    return done(text.join(""));
  },
};

/** Users whose primary group it is are members too. */
function valueOf(ctx: CommandContext, group: GroupRow, attribute: string): string {
  switch (attribute) {
    case "id":
      return String(group.gid);
    case "admin":
      return group.gid < 100 && group.name !== "staff" ? "true" : "false";
    default: {
      const primary = readPasswd(ctx.fs)
        .filter(({ gid }) => gid === group.gid)
        .map(({ name }) => name);
      return [...new Set([...group.members, ...primary])].join(",");
    }
  }
}
