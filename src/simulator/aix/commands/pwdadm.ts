import { editFile, readFileOrEmpty } from "../account-files.ts";
import { findUser, PASSWORD_FILE } from "../accounts.ts";
import { done, failed, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { readStanzaValue, setStanzaValue } from "../stanza-text.ts";
import { noSuchUser } from "../user-command.ts";

const USAGE = "pwdadm [-R load_module] [-f Flags | -q | -c] User";
const FLAGS = new Set(["ADMIN", "ADMCHG", "NOCHECK"]);

/** Sets (-f), shows (-q) or clears (-c) the flags of a user's password. */
export const pwdadm: SimulatedCommand = {
  path: "/usr/bin/pwdadm",
  isChange: (args) => !args.includes("-q"),
  run(ctx, args) {
    const flags = parseFlags(args, "R:f:qc");
    if (typeof flags === "string") {
      return usageError("pwdadm", flags, USAGE, 1);
    }
    const [name, ...rest] = flags.operands;
    const modes = ["f", "q", "c"].filter((letter) => flags.has(letter));
    const given = flags.value("f")?.split(/[\s,]+/u) ?? [];
    if (
      name === undefined ||
      rest.length > 0 ||
      modes.length > 1 ||
      given.some((flag) => !FLAGS.has(flag))
    ) {
      return usageError("pwdadm", "", USAGE, 1);
    }
    if (findUser(ctx.fs, name) === undefined) {
      return noSuchUser(name);
    }
    if (modes.length === 0) {
      return failed(1, "pwdadm: there is no terminal to ask for a password on");
    }
    if (flags.has("q")) {
      const text = readFileOrEmpty(ctx.fs, PASSWORD_FILE);
      const lines = ["lastupdate", "flags"].flatMap((attribute) => {
        const value = readStanzaValue(text, name, attribute);
        return value === undefined ? [] : [`\t${attribute} = ${value}\n`];
      });
      return done(`${name}:\n${lines.join("")}`);
    }
    const value = flags.has("c") ? undefined : given.join(",");
    editFile(ctx.fs, PASSWORD_FILE, (text) => setStanzaValue(text, name, "flags", value));
    return done();
  },
};
