import { readFileOrEmpty } from "../account-files.ts";
import { findUser } from "../accounts.ts";
import { done, failed, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { hasStanza, readStanzaValue } from "../stanza-text.ts";
import { isSecurityAttribute, securityPath } from "../user-attributes.ts";

const USAGE = "lssec [-c] -f File -s Stanza -a Attribute ...";

/** Shows attributes of a file of stanzas: `STANZA attribute=value`, colon form with -c. */
export const lssec: SimulatedCommand = {
  path: "/usr/bin/lssec",
  isChange: () => false,
  run(ctx, args) {
    const flags = parseFlags(args, "cf:s:a:");
    if (typeof flags === "string") {
      return usageError("lssec", flags, USAGE, 1);
    }
    const [file, stanza] = [flags.value("f"), flags.value("s")];
    const attributes = flags.values("a");
    if (
      file === undefined ||
      stanza === undefined ||
      attributes.length === 0 ||
      flags.operands.length > 0
    ) {
      return usageError("lssec", "", USAGE, 1);
    }
    if (isSecurityAttribute(file, "") === undefined) {
      return failed(1, `3004-722 Invalid file "${file}".`);
    }
    const text = readFileOrEmpty(ctx.fs, securityPath(file));
    if (!hasStanza(text, stanza) && findUser(ctx.fs, stanza) === undefined) {
      return failed(1, `3004-725 Invalid stanza "${stanza}".`);
    }
    const unknown = attributes.find((attribute) => isSecurityAttribute(file, attribute) !== true);
    if (unknown !== undefined) {
      return failed(1, `3004-703 Check "${unknown}" attribute.`);
    }
    const values = attributes.map((attribute) => readStanzaValue(text, stanza, attribute) ?? "");
    return done(
      flags.has("c")
        ? `#${["name", ...attributes].join(":")}\n${[stanza, ...values].join(":")}\n`
        : `${[stanza, ...attributes.map((attribute, index) => `${attribute}=${values[index] ?? ""}`)].join(" ")}\n`,
    );
  },
};
