import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { editFile, readFileOrEmpty, readPasswd, writePasswd } from "../account-files.ts";
import { findUser, PASSWORD_FILE } from "../accounts.ts";
import {
  type CommandContext,
  type CommandOutcome,
  done,
  failed,
  type SimulatedCommand,
} from "../command.ts";
import { type Flags, parseFlags, usageError } from "../flags.ts";
import { readStanzaValue, setStanzaValue } from "../stanza-text.ts";
import { noSuchUser } from "../user-command.ts";

const USAGE = "chpasswd [-R load_module] [-e] [-f flags | -c]";
const FLAGS = new Set(["ADMIN", "ADMCHG", "NOCHECK"]);
/** Forms of /etc/security/passwd: with a braced algorithm, or the 13 characters of traditional crypt. */
const AIX_HASH = /^(?:\{(?:smd5|ssha1|ssha256|ssha512)\}[\x21-\x7e]+|[./0-9A-Za-z]{13})$/u;
/** A password of traditional crypt may be longer, but only so much of it counts. */
const CRYPT_LENGTH_MAX = 8;

/** Sets passwords from `user:password` lines; each user must then change it (ADMCHG), unless -c. */
export const chpasswd: SimulatedCommand = {
  path: "/usr/bin/chpasswd",
  readsStdin: true,
  isChange: () => true,
  run(ctx, args) {
    const flags = parseFlags(args, "R:ef:c");
    if (typeof flags === "string") {
      return usageError("chpasswd", flags, USAGE, 1);
    }
    const given = flags.value("f")?.split(/[\s,]+/u) ?? [];
    if (
      flags.operands.length > 0 ||
      (flags.has("f") && flags.has("c")) ||
      given.some((flag) => !FLAGS.has(flag))
    ) {
      return usageError("chpasswd", "", USAGE, 1);
    }
    const lines = ctx.stdin.split("\n").filter((line) => line !== "");
    const failures = lines.map((line) => setPassword(ctx, flags, given, line));
    const stderr = failures.map((failure) => failure?.stderr ?? "").join("");
    const exitCode = stderr === "" ? ctx.machine.faults.chpasswdExitCode : 1;
    return { ...done(), stderr, exitCode };
  },
};

function setPassword(
  ctx: CommandContext,
  flags: Flags,
  given: readonly string[],
  line: string,
): CommandOutcome | undefined {
  const colon = line.indexOf(":");
  const name = colon === -1 ? line : line.slice(0, colon);
  const password = line.slice(colon + 1);
  const rows = readPasswd(ctx.fs);
  const user = rows.find((row) => row.name === name);
  if (user === undefined || findUser(ctx.fs, name) === undefined) {
    return noSuchUser(name);
  }
  if (colon === -1 || password === "") {
    return failed(1, `3004-334 Unable to change password for "${name}".`);
  }
  if (flags.has("e") && !AIX_HASH.test(password)) {
    return failed(
      1,
      `3004-334 Unable to change password for "${name}": the hash is of no known form.`,
    );
  }
  const hash = flags.has("e") ? password : hashOf(ctx, password);
  const set = flags.has("c") ? "" : flags.has("f") ? given.join(",") : "ADMCHG";
  editFile(ctx.fs, PASSWORD_FILE, (text) => {
    const seconds = String(Math.floor(ctx.nowMs / 1000));
    const withHash = setStanzaValue(text, name, "password", hash);
    const withTime = setStanzaValue(withHash, name, "lastupdate", seconds);
    return setStanzaValue(withTime, name, "flags", set === "" ? undefined : set);
  });
  if (user.password !== "!") {
    user.password = "!";
    writePasswd(ctx.fs, rows);
  }
  return undefined;
}

/** A hash in the form that login.cfg asks for; not one that a real AIX would accept. */
function hashOf(ctx: CommandContext, password: string): string {
  const config = readFileOrEmpty(ctx.fs, "/etc/security/login.cfg");
  const algorithm = readStanzaValue(config, "usw", "pwd_algorithm") ?? "crypt";
  const salt = text64(ctx.randomBytes(12));
  const counted = algorithm === "crypt" ? password.slice(0, CRYPT_LENGTH_MAX) : password;
  const digest = text64(createHash("sha512").update(`${salt}$${counted}`).digest());
  return algorithm === "crypt"
    ? `${salt.slice(0, 2)}${digest.slice(0, 11)}`
    : `{${algorithm}}06$${salt}$${digest.slice(0, algorithm === "ssha512" ? 86 : 43)}`;
}

function text64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64").replaceAll("+", ".").replaceAll("=", "");
}
