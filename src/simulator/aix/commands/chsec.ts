import { editFile, readFileOrEmpty } from "../account-files.ts";
import { findUser } from "../accounts.ts";
import { done, failed, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { hasStanza, setStanzaValue } from "../stanza-text.ts";
import { isSecurityAttribute, securityPath } from "../user-attributes.ts";
import { invalidValue } from "../user-command.ts";

const USAGE = "chsec -f File -s Stanza -a Attribute=Value ...";

/** Changes an attribute in a file of stanzas; an empty value removes it. Silent on success. */
export const chsec: SimulatedCommand = {
  path: "/usr/bin/chsec",
  isChange: () => true,
  run(ctx, args) {
    const flags = parseFlags(args, "f:s:a:");
    if (typeof flags === "string") {
      return usageError("chsec", flags, USAGE, 1);
    }
    const [file, stanza] = [flags.value("f"), flags.value("s")];
    const pairs = flags.values("a").map((text) => /^([^=]+)=(.*)$/su.exec(text));
    if (
      file === undefined ||
      stanza === undefined ||
      pairs.length === 0 ||
      pairs.includes(null) ||
      flags.operands.length > 0
    ) {
      return usageError("chsec", "", USAGE, 1);
    }
    if (isSecurityAttribute(file, "") === undefined) {
      return failed(1, `3004-722 Invalid file "${file}".`);
    }
    const path = securityPath(file);
    if (
      !hasStanza(readFileOrEmpty(ctx.fs, path), stanza) &&
      findUser(ctx.fs, stanza) === undefined
    ) {
      return failed(1, `3004-725 Invalid stanza "${stanza}".`);
    }
    for (const pair of pairs) {
      const [, attribute = "", value = ""] = pair ?? [];
      if (isSecurityAttribute(file, attribute) !== true || value.includes("\n")) {
        return invalidValue({ attribute, value });
      }
      editFile(ctx.fs, path, (text) =>
        setStanzaValue(text, stanza, attribute, value === "" ? undefined : value),
      );
    }
    return done();
  },
};
