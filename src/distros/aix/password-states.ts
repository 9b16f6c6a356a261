import { readTextIfExists } from "../../system/files.ts";
import type { FileSystem } from "../../system/system.ts";
import type { PasswdEntry } from "../posix/accounts.ts";
import type { PasswordState } from "../posix/seal-accounts.ts";
import { parseStanzas, type Stanzas } from "./stanza-file.ts";

const PASSWD_FILE = "/etc/security/passwd";
const USER_FILE = "/etc/security/user";

/** Whose password opens the account: /etc/passwd has "!" where /etc/security/passwd has it, there "*" fits nothing. */
export function readAixPasswordStates(fs: FileSystem): (user: PasswdEntry) => PasswordState {
  const passwords = parseStanzas(readTextIfExists(fs, PASSWD_FILE) ?? "");
  const users = parseStanzas(readTextIfExists(fs, USER_FILE) ?? "");
  return ({ name, password }) => {
    if (isLocked(users, name)) {
      return "none";
    }
    const held = password === "!" ? (passwords.get(name)?.get("password") ?? "*") : password;
    return held === "" ? "empty" : held.startsWith("*") ? "none" : "set";
  };
}

function isLocked(users: Stanzas, name: string): boolean {
  const value =
    users.get(name)?.get("account_locked") ?? users.get("default")?.get("account_locked");
  return value !== undefined && /^(?:true|yes|always)$/iu.test(value);
}
