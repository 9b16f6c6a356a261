import { readTextIfExists } from "../../system/files.ts";
import type { FileSystem } from "../../system/system.ts";
import type { PasswdEntry } from "../posix/accounts.ts";
import type { PasswordState } from "../posix/seal-accounts.ts";

const SHADOW = "/etc/shadow";

/** Whose password opens the account: passwd(5) has "x" where shadow(5) has it; what begins with "!" or "*" fits nothing. */
export function readLinuxPasswordStates(fs: FileSystem): (user: PasswdEntry) => PasswordState {
  const shadow = new Map<string, string>();
  for (const line of (readTextIfExists(fs, SHADOW) ?? "").split("\n")) {
    const [name = "", password] = line.split(":");
    if (password !== undefined) {
      shadow.set(name, password);
    }
  }
  return ({ name, password }) => {
    const held = password === "x" ? (shadow.get(name) ?? "*") : password;
    return held === "" ? "empty" : /^[!*]/u.test(held) ? "none" : "set";
  };
}
