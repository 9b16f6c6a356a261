import { Buffer } from "node:buffer";
import type { FileSystem } from "../../system/system.ts";
import { addMember, findAccount, freeId, writeAccount } from "./accounts.ts";
import {
  done,
  failed,
  type LinuxCommand,
  type LinuxFlags,
  type LinuxOutcome,
  readFlags,
} from "./command.ts";

/** useradd(8), usermod(8), groupadd(8), chpasswd(8), passwd(1), getent(1), as far as they are used. */
export function accountCommands(): readonly LinuxCommand[] {
  return [
    { path: "/usr/sbin/useradd", isChange: () => true, run: ({ fs }, args) => useradd(fs, args) },
    { path: "/usr/sbin/usermod", isChange: () => true, run: ({ fs }, args) => usermod(fs, args) },
    { path: "/usr/sbin/groupadd", isChange: () => true, run: ({ fs }, args) => groupadd(fs, args) },
    {
      path: "/usr/sbin/chpasswd",
      isChange: () => true,
      run: ({ fs, stdin }, args) => chpasswd(fs, args, stdin),
    },
    { path: "/usr/bin/passwd", isChange: () => true, run: ({ fs }, args) => passwd(fs, args) },
    { path: "/usr/bin/getent", isChange: () => false, run: ({ fs }, args) => getent(fs, args) },
  ];
}

const USERADD_VALUES = [
  "--home-dir",
  "--gid",
  "--groups",
  "--shell",
  "--comment",
  "--uid",
  "--expiredate",
  "--inactive",
  "--selinux-user",
];
const USERADD_FLAGS = [
  "--create-home",
  "--no-create-home",
  "--user-group",
  "--no-user-group",
  "--system",
  "--no-log-init",
];
/** What a shadow line has after the password: never asked to change it. */
const SHADOW_REST = ["20000", "0", "99999", "7", "", "", ""];
const USERS_GROUP_ID = "100";

function useradd(fs: FileSystem, args: readonly string[]): LinuxOutcome {
  const flags = readFlags(args, USERADD_VALUES, USERADD_FLAGS);
  if (typeof flags === "string" || flags.operands.length !== 1) {
    return refuse("useradd", flags);
  }
  const [name = ""] = flags.operands;
  // Debian's useradd is as strict as this since shadow 4.
  if (!/^[a-z_][a-z0-9_-]{0,31}\$?$/u.test(name)) {
    return failed(3, `useradd: invalid user name '${name}': use --badname to ignore`);
  }
  if (findAccount(fs, "/etc/passwd", name) !== undefined) {
    return failed(9, `useradd: user '${name}' already exists`);
  }
  const groups = (flags.values.get("--groups") ?? "").split(",").filter((group) => group !== "");
  const wanted = [...groups, ...[flags.values.get("--gid") ?? []].flat()];
  const missing = wanted.find((group) => findAccount(fs, "/etc/group", group) === undefined);
  if (missing !== undefined) {
    return failed(6, `useradd: group '${missing}' does not exist`);
  }
  if (flags.values.has("--user-group") && findAccount(fs, "/etc/group", name) !== undefined) {
    return failed(
      9,
      `useradd: group ${name} exists - if you want to add this user to that group, use -g.`,
    );
  }
  makeUser(fs, name, groups, flags);
  return done();
}

function makeUser(
  fs: FileSystem,
  name: string,
  groups: readonly string[],
  { values }: LinuxFlags,
): void {
  const isSystem = values.has("--system");
  const uid = values.get("--uid") ?? String(freeId(fs, "/etc/passwd", isSystem));
  if (values.has("--user-group")) {
    writeAccount(fs, "/etc/group", [name, "x", String(freeId(fs, "/etc/group", isSystem)), ""]);
  }
  const primary = values.get("--gid") ?? (values.has("--user-group") ? name : undefined);
  const gid =
    primary === undefined ? USERS_GROUP_ID : (findAccount(fs, "/etc/group", primary)?.[2] ?? "");
  const home = values.get("--home-dir") ?? `/home/${name}`;
  const comment = values.get("--comment") ?? "";
  const shell = values.get("--shell") ?? "/bin/sh";
  writeAccount(fs, "/etc/passwd", [name, "x", uid, gid, comment, home, shell]);
  writeAccount(fs, "/etc/shadow", [name, "!", ...SHADOW_REST]);
  for (const group of groups) {
    addMember(fs, group, name);
  }
  if (values.has("--create-home")) {
    fs.makeDirectory(home, { mode: 0o755, owner: `${uid}:${gid}` });
  }
}

function usermod(fs: FileSystem, args: readonly string[]): LinuxOutcome {
  const flags = readFlags(args, ["-G", "--expiredate"], ["-a"]);
  if (typeof flags === "string" || flags.operands.length !== 1) {
    return refuse("usermod", flags);
  }
  const [name = ""] = flags.operands;
  if (findAccount(fs, "/etc/passwd", name) === undefined) {
    return failed(6, `usermod: user '${name}' does not exist`);
  }
  const groups = (flags.values.get("-G") ?? "").split(",").filter((group) => group !== "");
  const missing = groups.find((group) => findAccount(fs, "/etc/group", group) === undefined);
  if (missing !== undefined) {
    return failed(6, `usermod: group '${missing}' does not exist`);
  }
  for (const group of groups) {
    addMember(fs, group, name);
  }
  const day = flags.values.get("--expiredate");
  if (day !== undefined) {
    changeShadow(fs, name, (fields) => [...fields.slice(0, 7), day, ...fields.slice(8)]);
  }
  return done();
}

function groupadd(fs: FileSystem, args: readonly string[]): LinuxOutcome {
  const flags = readFlags(args, [], []);
  if (typeof flags === "string" || flags.operands.length !== 1) {
    return refuse("groupadd", flags);
  }
  const [name = ""] = flags.operands;
  if (!/^[a-z_][a-z0-9_-]{0,31}\$?$/u.test(name)) {
    return failed(3, `groupadd: '${name}' is not a valid group name`);
  }
  if (findAccount(fs, "/etc/group", name) !== undefined) {
    return failed(9, `groupadd: group '${name}' already exists`);
  }
  writeAccount(fs, "/etc/group", [name, "x", String(freeId(fs, "/etc/group", false)), ""]);
  return done();
}

function chpasswd(fs: FileSystem, args: readonly string[], stdin: string): LinuxOutcome {
  const flags = readFlags(args, [], ["-e"]);
  if (typeof flags === "string" || flags.operands.length > 0) {
    return refuse("chpasswd", flags);
  }
  for (const line of stdin.split("\n").filter((text) => text !== "")) {
    const [name = "", ...password] = line.split(":");
    if (findAccount(fs, "/etc/passwd", name) === undefined) {
      return failed(1, `chpasswd: line 1: user '${name}' does not exist`);
    }
    // Which hash it is does not matter here, only that there is one.
    const hash = flags.values.has("-e") ? password.join(":") : "$y$j9T$simulated$simulated";
    changeShadow(fs, name, (fields) => [name, hash, ...fields.slice(2)]);
  }
  return done();
}

function passwd(fs: FileSystem, args: readonly string[]): LinuxOutcome {
  const flags = readFlags(args, [], ["-l", "-u", "--expire"]);
  if (typeof flags === "string" || flags.operands.length !== 1) {
    return refuse("passwd", flags);
  }
  const [name = ""] = flags.operands;
  const hash = findAccount(fs, "/etc/shadow", name)?.[1];
  if (hash === undefined) {
    return failed(1, `passwd: user '${name}' does not exist`);
  }
  if (flags.values.has("--expire")) {
    changeShadow(fs, name, (fields) => [...fields.slice(0, 2), "0", ...fields.slice(3)]);
    return done("passwd: password expiry information changed.\n");
  }
  const open = hash.replace(/^!+/u, "");
  if (flags.values.has("-u") && open === "") {
    return failed(3, "passwd: unlocking the password would result in a passwordless account.");
  }
  const next = flags.values.has("-l") ? `!${open}` : open;
  changeShadow(fs, name, (fields) => [name, next, ...fields.slice(2)]);
  return done("passwd: password changed.\n");
}

function getent(fs: FileSystem, args: readonly string[]): LinuxOutcome {
  const [database, key, ...rest] = args;
  if ((database === "hosts" || database === "ahosts") && key !== undefined && rest.length === 0) {
    return getentHosts(fs, database, key);
  }
  if ((database !== "passwd" && database !== "group") || key === undefined || rest.length > 0) {
    return failed(1, "Try `getent --help' or `getent --usage' for more information.");
  }
  const fields = findAccount(fs, `/etc/${database}`, key);
  return fields === undefined ? { ...done(), exitCode: 2 } : done(`${fields.join(":")}\n`);
}

/** What /etc/hosts says of a name or an address; there is no DNS in the simulator. */
function getentHosts(fs: FileSystem, database: "hosts" | "ahosts", key: string): LinuxOutcome {
  const text = Buffer.from(fs.readBytesIfExists("/etc/hosts") ?? new Uint8Array()).toString();
  const rows = text
    .split("\n")
    .map((line) => line.replace(/#.*$/u, "").trim().split(/\s+/u))
    .filter((words) => words.length > 1 && words.includes(key));
  const lines = rows.flatMap(([address = "", ...names]) =>
    database === "hosts"
      ? [`${address.padEnd(15)} ${names.join(" ")}`]
      : ["STREAM", "DGRAM", "RAW"].map(
          (type, index) =>
            `${address.padEnd(15)} ${type.padEnd(6)} ${index === 0 ? (names[0] ?? "") : ""}`,
        ),
  );
  return lines.length === 0 ? { ...done(), exitCode: 2 } : done(`${lines.join("\n")}\n`);
}

function changeShadow(
  fs: FileSystem,
  name: string,
  change: (fields: readonly string[]) => readonly string[],
): void {
  writeAccount(
    fs,
    "/etc/shadow",
    change(findAccount(fs, "/etc/shadow", name) ?? [name, "!", ...SHADOW_REST]),
  );
}

function refuse(program: string, flags: LinuxFlags | string): LinuxOutcome {
  const reason =
    typeof flags === "string" ? `unrecognized option '${flags}'` : "wrong number of arguments";
  return failed(2, `${program}: ${reason}`);
}
