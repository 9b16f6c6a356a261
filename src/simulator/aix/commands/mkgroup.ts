import { readGroups, writeGroups } from "../account-files.ts";
import { findGroup, findUser, isValidName, nextGid, splitList } from "../accounts.ts";
import { done, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { alreadyExists, badName, invalidValue, parseAttributeWords } from "../user-command.ts";

const USAGE = "mkgroup [-R load_module] [-A] [-a] [Attribute=Value ...] Group";

/** Adds a group; silent on success. */
export const mkgroup: SimulatedCommand = {
  path: "/usr/bin/mkgroup",
  isChange: () => true,
  run(ctx, args) {
    const flags = parseFlags(args, "R:Aa");
    if (typeof flags === "string") {
      return usageError("mkgroup", flags, USAGE, 22);
    }
    const name = flags.operands.at(-1);
    const attributes = parseAttributeWords(flags.operands.slice(0, -1));
    if (name === undefined || name.includes("=") || typeof attributes === "string") {
      return usageError("mkgroup", "", USAGE, 22);
    }
    if (!isValidName(ctx, name)) {
      return badName(name);
    }
    if (findGroup(ctx.fs, name) !== undefined) {
      return alreadyExists("Group", name);
    }
    const unknown = [...attributes.keys()].find(
      (key) => !["id", "users", "adms", "admin"].includes(key),
    );
    if (unknown !== undefined) {
      return invalidValue({ attribute: unknown, value: attributes.get(unknown) ?? "" });
    }
    const rows = readGroups(ctx.fs);
    const id = attributes.get("id") ?? String(nextGid(ctx.fs));
    if (!/^\d{1,10}$/u.test(id) || rows.some(({ gid }) => gid === Number(id))) {
      return invalidValue({ attribute: "id", value: id });
    }
    const members = splitList(attributes.get("users") ?? "");
    if (members.some((member) => findUser(ctx.fs, member) === undefined)) {
      return invalidValue({ attribute: "users", value: members.join(",") });
    }
    writeGroups(ctx.fs, [...rows, { name, password: "!", gid: Number(id), members }]);
    return done();
  },
};
