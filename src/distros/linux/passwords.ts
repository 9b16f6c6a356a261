import { readTextIfExists } from "../../system/files.ts";
import type { FileSystem, System } from "../../system/system.ts";

const SHADOW = "/etc/shadow";
const CHPASSWD = "/usr/sbin/chpasswd";
const PASSWD = "/usr/bin/passwd";
const USERMOD = "/usr/sbin/usermod";
/** The first day of 1970, in shadow(5)'s days: expired. */
const EXPIRED_DAY = "1";

/** Sets a password by chpasswd's standard input; a hash that is there already is not set again. */
export async function setLinuxPassword(
  sys: System,
  request: {
    readonly name: string;
    readonly password: string;
    readonly form: "plain" | "hashed";
    /** Sets a hash that is there behind a lock ("!") once more, without it. */
    readonly unlocks?: boolean;
  },
): Promise<void> {
  const { name, password, form } = request;
  if (password === "" || /\p{Cc}/u.test(password)) {
    throw new Error(
      `Cannot set the password of user "${name}": it is empty or has a line end or another control character in it`,
    );
  }
  const refusal = form === "hashed" ? refuseLinuxHash(password) : undefined;
  if (refusal !== undefined) {
    throw new Error(`Cannot set the password of user "${name}": ${refusal}`);
  }
  const current = readShadow(sys.fs, name)?.password;
  const counted = request.unlocks === true ? current : current?.replace(/^!+/u, "");
  if (form === "hashed" && counted === password) {
    return;
  }
  await sys.exec.run([CHPASSWD, ...(form === "hashed" ? ["-e"] : [])], {
    stdin: `${name}:${password}\n`,
  });
}

/** What keeps a hash from being used on Linux, or undefined. Shows the hash's scheme, nothing more. */
function refuseLinuxHash(hash: string): string | undefined {
  const scheme = /^\{[A-Za-z0-9_]{1,16}\}/u.exec(hash)?.[0];
  if (scheme !== undefined) {
    return `"${scheme}…" is a format of AIX; give a hash made on Linux ("$y$…", "$6$…", "$5$…" of crypt(5)), or the password itself as plain_text_passwd`;
  }
  return hash.includes(":") || /\s/u.test(hash)
    ? "a hash has neither blanks nor colons"
    : undefined;
}

/** The password has to be changed at the next login: the day of its last change is 0 (shadow(5)). */
export async function ensureLinuxPasswordExpired(sys: System, name: string): Promise<void> {
  if (readShadow(sys.fs, name)?.changedDay !== "0") {
    await sys.exec.run([PASSWD, "--expire", name]);
  }
}

/** Makes the password fit nothing, kept behind a "!" for `passwd -u`. */
export async function ensureLinuxPasswordLocked(sys: System, name: string): Promise<void> {
  const password = readShadow(sys.fs, name)?.password;
  if (password === undefined || /^[!*]/u.test(password)) {
    return;
  }
  await sys.exec.run([PASSWD, "-l", name]);
}

/** Takes the locks of password and account away; false where there is no password to unlock. */
export async function ensureLinuxUnlocked(sys: System, name: string): Promise<boolean> {
  const entry = readShadow(sys.fs, name);
  if (entry?.expireDay === EXPIRED_DAY) {
    await sys.exec.run([USERMOD, "--expiredate", "", name]);
  }
  const hash = entry?.password.replace(/^!+/u, "") ?? "";
  if (hash === "" || hash === "*") {
    return false;
  }
  if (entry?.password.startsWith("!") === true) {
    await sys.exec.run([PASSWD, "-u", name]);
  }
  return true;
}

/** Blocks every login, keys included: the account has expired. */
export async function ensureLinuxAccountLocked(sys: System, name: string): Promise<void> {
  if (readShadow(sys.fs, name)?.expireDay !== EXPIRED_DAY) {
    await sys.exec.run([USERMOD, "--expiredate", EXPIRED_DAY, name]);
  }
}

/** Fields 2, 3 and 8 of the user's line in shadow(5). */
function readShadow(
  fs: FileSystem,
  name: string,
):
  | { readonly password: string; readonly changedDay: string; readonly expireDay: string }
  | undefined {
  const text = readTextIfExists(fs, SHADOW) ?? "";
  const line = text.split("\n").find((candidate) => candidate.startsWith(`${name}:`));
  const fields = line?.split(":");
  return fields === undefined
    ? undefined
    : { password: fields[1] ?? "", changedDay: fields[2] ?? "", expireDay: fields[7] ?? "" };
}
