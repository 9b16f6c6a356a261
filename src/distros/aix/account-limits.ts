import { isFile, readTextIfExists } from "../../system/files.ts";
import type { FileSystem, System } from "../../system/system.ts";
import { readAttribute } from "./odm.ts";
import { findStanzaAttribute } from "./stanza-file.ts";

/** Names of this length fit every AIX: `max_logname` is 9 where nobody raised it, one byte is the end. */
const NAME_LENGTH_ALWAYS = 8;
const LOGIN_CFG = "/etc/security/login.cfg";

/**
 * What keeps `name` from being a user or a group on this machine, or undefined. Asks the machine
 * only for names that are longer than every AIX allows.
 *
 * Characters: mkuser and mkgroup commands, IBM AIX documentation, "Name" parameter; here ASCII only.
 */
export async function refuseName(
  sys: System,
  kind: "user" | "group",
  name: string,
): Promise<string | undefined> {
  if (!/^[A-Za-z0-9_.][A-Za-z0-9_.@$-]*$/u.test(name) || name === "ALL" || name === "default") {
    return `Cannot create ${kind} "${name}": AIX takes ASCII letters, digits, "_", ".", "-" in a name, not "-" first, and not the words "ALL" and "default"`;
  }
  if (name.length <= NAME_LENGTH_ALWAYS) {
    return undefined;
  }
  const maxLogname = Number(await readAttribute(sys, "sys0", "max_logname"));
  // Not told (NaN, 0): the command is left to decide.
  if (!(maxLogname > 0) || name.length < maxLogname) {
    return undefined;
  }
  return `Cannot create ${kind} "${name}": the name has ${name.length} characters and this machine takes ${maxLogname - 1} (max_logname of sys0 is ${maxLogname}): choose a shorter name, or run "chdev -l sys0 -a max_logname=65" in the image and reboot it`;
}

/** The shells that login.cfg names, or undefined where it names none and so accepts any. */
export function readValidShells(fs: FileSystem): readonly string[] | undefined {
  const list = findStanzaAttribute(readTextIfExists(fs, LOGIN_CFG) ?? "", "usw", "shells");
  return list
    ?.split(",")
    .map((shell) => shell.trim())
    .filter((shell) => shell !== "");
}

/** What keeps `shell` from being a login shell on this machine, or undefined. */
export function refuseShell(fs: FileSystem, shell: string): string | undefined {
  if (!/^\/[^\s:,="'`\\]+$/u.test(shell)) {
    return "it is no absolute path";
  }
  return isFile(fs, shell) ? undefined : "there is no such file";
}

/** Adds a shell to those that login.cfg names. */
export async function ensureValidShell(sys: System, shell: string): Promise<boolean> {
  const shells = readValidShells(sys.fs);
  if (shells === undefined || shells.includes(shell)) {
    return false;
  }
  const list = [...shells, shell].join(",");
  await sys.exec.run(["/usr/bin/chsec", "-f", LOGIN_CFG, "-s", "usw", "-a", `shells=${list}`]);
  return true;
}

/** Whether new passwords are kept by crypt(), which looks at 8 characters: the default of old levels. */
export function isPasswordTruncated(fs: FileSystem): boolean {
  const text = readTextIfExists(fs, LOGIN_CFG);
  if (text === undefined) {
    return false;
  }
  return (findStanzaAttribute(text, "usw", "pwd_algorithm") ?? "crypt") === "crypt";
}

/** `expires` of mkuser: MMDDhhmmyy. Undefined for a date that its two-digit year cannot say. */
export function formatExpiry(isoDate: string): string | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/u.exec(isoDate);
  const [, year, month, day] = match ?? [];
  if (year === undefined || month === undefined || day === undefined) {
    return undefined;
  }
  // 00–38 are 2000–2038 and 39–99 are 1939–1999 (mkuser command, attribute expires).
  const isSayable = Number(year) >= 1970 && Number(year) <= 2038;
  return isSayable ? `${month}${day}0000${year.slice(2)}` : undefined;
}
