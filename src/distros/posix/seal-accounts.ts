import { isDirectory, isFile, readTextIfExists } from "../../system/files.ts";
import type { FileSystem, System } from "../../system/system.ts";
import type { InstanceTraces, SealFinding, SealStep } from "../seal-adapter.ts";
import { type PasswdEntry, readPasswdEntries } from "./accounts.ts";
import { hasWord } from "./has-word.ts";
import { sealRemovals } from "./seal-removals.ts";

/** Of ksh, bash, zsh, csh. */
const HISTORIES = [".sh_history", ".ksh_history", ".bash_history", ".zsh_history", ".history"];

/** What root and the users typed. A history that is a link (to /dev/null, say) or empty tells nothing. */
export function sealHistories({ fs }: System): SealStep {
  return {
    name: "shell-histories",
    why: "Command lines hold passwords and names of other machines, and every clone would show them",
    find: async () =>
      sealRemovals(
        fs,
        [...homes(fs).keys()].flatMap((home) =>
          HISTORIES.map((name) => `${home}/${name}`).filter((path) => {
            const stat = fs.stat(path);
            return stat?.kind === "file" && stat.sizeBytes > 0;
          }),
        ),
      ),
  };
}

/**
 * Who gets into a clone, and where a clone gets in: passwords, keys and sudo rules. They are told
 * and stay, since an image may well be meant to have them.
 */
export function sealAccess(
  { fs }: System,
  traces: InstanceTraces,
  system: {
    readonly sudoers: readonly string[];
    /** Asked once for all users. */
    readonly readPasswords: () => (user: PasswdEntry) => PasswordState;
  },
): SealStep {
  return {
    name: "access",
    why: "Who gets into this machine gets into every clone",
    find: async () => [
      ...passwordsOf(fs, traces, system.readPasswords()),
      ...[...homes(fs)].flatMap(([home, user]) =>
        keysOf(fs, traces, user, `${home}/.ssh/authorized_keys`),
      ),
      ...[...homes(fs).keys()].flatMap((home) => privateKeysIn(fs, `${home}/.ssh`)),
      ...system.sudoers.flatMap((path) => rulesIn(fs, path)),
    ],
  };
}

/** "set": it opens the account. "none": nothing does. "empty": it opens without one. */
export type PasswordState = "set" | "none" | "empty";

function passwordsOf(
  fs: FileSystem,
  traces: InstanceTraces,
  stateOf: (user: PasswdEntry) => PasswordState,
): readonly SealFinding[] {
  return [...readPasswdEntries(fs).values()].flatMap((user): readonly SealFinding[] => {
    const state = stateOf(user);
    if (state === "none") {
      return [];
    }
    const origin = hasWord(traces.text, user.name) ? ", whom the data of this instance name," : "";
    const what = state === "set" ? "has a password, which opens" : "needs no password: it opens";
    return [{ kind: "notice", what: `"${user.name}"${origin} ${what} each clone` }];
  });
}

/** Home directories and whose they are; the first user of a shared one. "" for "/". */
function homes(fs: FileSystem): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { name, home } of readPasswdEntries(fs).values()) {
    const path = home.replace(/\/+$/u, "");
    // "/" is the home of system users too: root's, where root has it.
    if (home.startsWith("/") && (!found.has(path) || name === "root")) {
      found.set(path, name);
    }
  }
  return found;
}

const FILE_SIZE_BYTES_MAX = 1024 * 1024;

function keysOf(
  fs: FileSystem,
  traces: InstanceTraces,
  user: string,
  path: string,
): readonly SealFinding[] {
  const keys = linesOf(fs, path);
  if (keys.length === 0) {
    return [];
  }
  const own = keys.filter((line) => {
    const blob = /AAAA[0-9A-Za-z+/=]{16,}/u.exec(line)?.[0];
    return blob !== undefined && traces.text.includes(blob);
  });
  const injected = own.length === 0 ? "" : `, ${own.length} of them from cloud-init`;
  return [
    {
      kind: "notice",
      what: `${path} lets ${keys.length} ${keys.length === 1 ? "key" : "keys"} log in as "${user}"${injected}`,
    },
  ];
}

/** As ssh-keygen(1) names them: `id_ed25519`. */
function privateKeysIn(fs: FileSystem, directory: string): readonly SealFinding[] {
  const names = isDirectory(fs, directory) ? fs.list(directory) : [];
  return names
    .filter((name) => /^id_[a-z0-9_]+$/u.test(name))
    .map((name) => ({
      kind: "notice",
      what: `${directory}/${name} is a private key: each clone logs in with it wherever this machine does`,
    }));
}

function rulesIn(fs: FileSystem, path: string): readonly SealFinding[] {
  const users = [...new Set(linesOf(fs, path).map((line) => line.split(/\s/u)[0] ?? ""))];
  return users.length === 0
    ? []
    : [
        {
          kind: "notice",
          what: `${path} has sudo rules of ${users.map((user) => `"${user}"`).join(", ")}`,
        },
      ];
}

/** Lines without comments and blank ones; none of what is no file, or too long for one. */
function linesOf(fs: FileSystem, path: string): readonly string[] {
  if (!isFile(fs, path)) {
    return [];
  }
  const text = (readTextIfExists(fs, path) ?? "").slice(0, FILE_SIZE_BYTES_MAX);
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}
