import { Buffer } from "node:buffer";
import type { Logger } from "../../report/logger.ts";
import { readTextIfExists } from "../../system/files.ts";
import type { FileSystem, System } from "../../system/system.ts";
import { isPasswordTruncated } from "./account-limits.ts";
import { findStanza, findStanzaAttribute } from "./stanza-file.ts";

const PASSWD_FILE = "/etc/security/passwd";
const USER_FILE = "/etc/security/user";
const LASTLOG_FILE = "/etc/security/lastlog";
const CHPASSWD = "/usr/bin/chpasswd";
const PWDADM = "/usr/bin/pwdadm";
const CHSEC = "/usr/bin/chsec";
const CHUSER = "/usr/bin/chuser";
const CRYPT_LENGTH = 8;

export interface PasswordRequest {
  readonly name: string;
  readonly password: string;
  readonly form: "plain" | "hashed";
}

/**
 * Sets a password by chpasswd's standard input, without the flag that makes it expire at the first
 * login (`-c`). chpasswd's exit code tells nothing on some levels: what counts is the stanza in
 * /etc/security/passwd afterwards. Throws where that has not changed, and for hashes that AIX does
 * not read. No message holds the password.
 */
export async function setAixPassword(
  sys: System,
  log: Logger,
  request: PasswordRequest,
): Promise<void> {
  const { name, password, form } = request;
  const refusal = form === "hashed" ? refuseHash(password) : refusePlain(password);
  if (refusal !== undefined) {
    throw new Error(`Cannot set the password of user "${name}": ${refusal}`);
  }
  const before = readStanza(sys.fs, name);
  if (form === "hashed" && before?.get("password") === password) {
    return;
  }
  if (
    form === "plain" &&
    Buffer.byteLength(password) > CRYPT_LENGTH &&
    isPasswordTruncated(sys.fs)
  ) {
    log.warn(
      `The password of user "${name}" has more than ${CRYPT_LENGTH} characters and this machine looks at the first ${CRYPT_LENGTH} only: set pwd_algorithm in /etc/security/login.cfg (stanza usw) to ssha256 in the image`,
    );
  }
  let hasRun = false;
  const result = await sys.exec.run([CHPASSWD, ...(form === "hashed" ? ["-e"] : []), "-c"], {
    stdin: `${name}:${password}\n`,
    okExitCodes: "any",
    verify: async () => {
      hasRun = true;
      return undefined;
    },
  });
  // A plan has not run it, and has nothing to look at.
  const wrong = hasRun ? findUnchanged(before, readStanza(sys.fs, name), request) : undefined;
  if (wrong !== undefined) {
    const said = `${result.stderr}${result.stdout}`.trim().replaceAll(password, "***");
    throw new Error(
      `Cannot set the password of user "${name}": chpasswd ended with exit code ${result.exitCode} and ${wrong}${said === "" ? "" : `: ${said}`}`,
    );
  }
}

/** Sets the flag ADMCHG, unless it is set: the password has to be changed at the next login. */
export async function ensureAixPasswordExpired(sys: System, name: string): Promise<void> {
  const flags = readStanza(sys.fs, name)?.get("flags") ?? "";
  if (!flags.split(/[\s,]+/u).includes("ADMCHG")) {
    await sys.exec.run([PWDADM, "-f", "ADMCHG", name]);
  }
}

/** Makes no password fit (`*`), and leaves keys, `su` from root and the account itself as they are. */
export async function ensureAixPasswordLocked(sys: System, name: string): Promise<void> {
  const password = readStanza(sys.fs, name)?.get("password");
  // No stanza, or none of a password: nothing fits already.
  if (password === undefined || password === "*") {
    return;
  }
  await sys.exec.run([CHSEC, "-f", PASSWD_FILE, "-s", name, "-a", "password=*"], {
    verify: async () =>
      readStanza(sys.fs, name)?.get("password") === "*"
        ? undefined
        : `the password of "${name}" in ${PASSWD_FILE} is not "*"`,
  });
}

/** Takes away `account_locked` and failed logins; false where the user has no password. */
export async function ensureAixUnlocked(sys: System, name: string): Promise<boolean> {
  if (isAccountLocked(sys.fs, name)) {
    await sys.exec.run([CHUSER, "account_locked=false", name]);
  }
  const failures = readAttribute(sys.fs, LASTLOG_FILE, name, "unsuccessful_login_count");
  if (failures !== undefined && failures !== "0" && failures !== "") {
    const reset = "unsuccessful_login_count=0";
    await sys.exec.run([CHSEC, "-f", LASTLOG_FILE, "-s", name, "-a", reset]);
  }
  const password = readStanza(sys.fs, name)?.get("password");
  return password !== undefined && password !== "" && password !== "*";
}

/** Blocks every login, keys included. */
export async function ensureAixAccountLocked(sys: System, name: string): Promise<void> {
  if (!isAccountLocked(sys.fs, name)) {
    await sys.exec.run([CHUSER, "account_locked=true", name]);
  }
}

/** What keeps a hash from being used on AIX, or undefined. Shows the hash's scheme, nothing more. */
export function refuseHash(hash: string): string | undefined {
  // {algorithm}cost$salt$hash, or 13 characters of crypt (aix/commands.md §7.1).
  if (/^\{[a-z0-9_]+\}[A-Za-z0-9./$]+$/u.test(hash) || /^[A-Za-z0-9./]{13}$/u.test(hash)) {
    return undefined;
  }
  const scheme = /^\$[a-z0-9-]{1,10}\$/u.exec(hash)?.[0];
  const was =
    scheme === undefined
      ? "it is in no format that AIX reads"
      : `"${scheme}…" is a format of Linux`;
  return `${was}; give a hash made on AIX ("{ssha256}…", "{ssha512}…", "{smd5}…" from /etc/security/passwd, or 13 characters of crypt), or the password itself (users: plain_text_passwd, chpasswd: type: text)`;
}

function refusePlain(password: string): string | undefined {
  return password === "" || /\p{Cc}/u.test(password)
    ? "it is empty or has a line end or another control character in it"
    : undefined;
}

function findUnchanged(
  before: ReadonlyMap<string, string> | undefined,
  after: ReadonlyMap<string, string> | undefined,
  request: PasswordRequest,
): string | undefined {
  const hash = after?.get("password");
  if (hash === undefined) {
    return `there is no password in the user's stanza in ${PASSWD_FILE}`;
  }
  const isSet =
    request.form === "hashed"
      ? hash === request.password
      : hash !== "" &&
        hash !== "*" &&
        (hash !== before?.get("password") ||
          after?.get("lastupdate") !== before?.get("lastupdate"));
  return isSet ? undefined : `the user's stanza in ${PASSWD_FILE} does not have the new password`;
}

function isAccountLocked(fs: FileSystem, name: string): boolean {
  const value = readAttribute(fs, USER_FILE, name, "account_locked") ?? "false";
  return ["true", "yes", "always"].includes(value.toLowerCase());
}

function readStanza(fs: FileSystem, name: string): ReadonlyMap<string, string> | undefined {
  return findStanza(readTextIfExists(fs, PASSWD_FILE) ?? "", name);
}

function readAttribute(
  fs: FileSystem,
  path: string,
  name: string,
  attribute: string,
): string | undefined {
  return findStanzaAttribute(readTextIfExists(fs, path) ?? "", name, attribute);
}
