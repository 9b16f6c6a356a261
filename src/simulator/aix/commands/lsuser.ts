import { type PasswdRow, readGroups, readPasswd } from "../account-files.ts";
import { findUser, groupsOfUser, splitList, stanzaAttribute } from "../accounts.ts";
import { type CommandContext, done, failed, type SimulatedCommand } from "../command.ts";
import { type Flags, parseFlags, usageError } from "../flags.ts";
import { stanzaFileOf } from "../user-attributes.ts";
import { noSuchUser } from "../user-command.ts";

const USAGE = "lsuser [-R load_module] [-c | -C | -f] [-a [Attribute ...]] {ALL | Name[,Name ...]}";
const SHOWN = [
  "id",
  "pgrp",
  "groups",
  "home",
  "shell",
  "gecos",
  "login",
  "su",
  "rlogin",
  "daemon",
  "admin",
  "sugroups",
  "umask",
  "expires",
  "SYSTEM",
  "maxage",
  "loginretries",
  "account_locked",
];

/** Shows users: `NAME attribute=value …`, colon form with -c, stanzas with -f. */
export const lsuser: SimulatedCommand = {
  path: "/usr/sbin/lsuser",
  isChange: () => false,
  run(ctx, args) {
    const flags = parseFlags(args, "R:cCfa");
    if (typeof flags === "string") {
      return usageError("lsuser", flags, USAGE, 22);
    }
    const target = flags.operands.at(-1);
    const asked = flags.operands.slice(0, -1);
    if (target === undefined || (asked.length > 0 && !flags.has("a"))) {
      return usageError("lsuser", "", USAGE, 22);
    }
    const names = target === "ALL" ? readPasswd(ctx.fs).map(({ name }) => name) : splitList(target);
    const users: PasswdRow[] = [];
    for (const name of names) {
      const user = findUser(ctx.fs, name);
      if (user === undefined) {
        return noSuchUser(name);
      }
      users.push(user);
    }
    const unknown = asked.find((attribute) => !isKnown(attribute));
    if (unknown !== undefined) {
      return failed(22, `3004-703 Check "${unknown}" attribute.`);
    }
    const attributes = flags.has("a") ? asked : SHOWN;
    return done(format(ctx, flags, users, attributes));
  },
};

function format(
  ctx: CommandContext,
  flags: Flags,
  users: readonly PasswdRow[],
  attributes: readonly string[],
): string {
  if (flags.has("c") || flags.has("C")) {
    const header = `#${["name", ...attributes].join(":")}\n`;
    const rows = users.map((user) => {
      const values = attributes.map((each) =>
        (valueOf(ctx, user, each) ?? "").replaceAll(":", "#!:"),
      );
      return `${[user.name, ...values].join(":")}\n`;
    });
    return flags.has("C") ? header + rows.join("") : rows.map((row) => header + row).join("");
  }
  return users
    .map((user) => {
      const pairs = attributes.flatMap((each) => {
        const value = valueOf(ctx, user, each);
        return value === undefined ? [] : [`${each}=${value}`];
      });
      return flags.has("f")
        ? `${user.name}:\n${pairs.map((pair) => `\t${pair}\n`).join("")}\n`
        : `${[user.name, ...pairs].join(" ")}\n`;
    })
    .join("");
}

function valueOf(ctx: CommandContext, user: PasswdRow, attribute: string): string | undefined {
  switch (attribute) {
    case "id":
      return String(user.uid);
    case "pgrp":
      return readGroups(ctx.fs).find(({ gid }) => gid === user.gid)?.name ?? String(user.gid);
    case "groups":
      return groupsOfUser(ctx.fs, user).join(",");
    case "home":
      return user.home;
    case "shell":
      return user.shell === "" ? undefined : user.shell;
    case "gecos":
      return user.gecos === "" ? undefined : user.gecos;
    default:
      return stanzaAttribute(ctx.fs, user.name, attribute);
  }
}

function isKnown(attribute: string): boolean {
  return (
    ["id", "pgrp", "groups", "home", "shell", "gecos"].includes(attribute) ||
    stanzaFileOf(attribute) !== undefined
  );
}
