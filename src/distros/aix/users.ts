import { readTextIfExists } from "../../system/files.ts";
import type { System } from "../../system/system.ts";
import type { DistroContext, FoundUser, UserAdapter, UserSpec } from "../distro.ts";
import {
  findGroupEntry,
  findPasswdEntry,
  findUserNameByUid,
  ownerOf,
  readPasswdEntries,
} from "../posix/accounts.ts";
import { ensureAuthorizedKeysFile, type KeyOwner } from "../posix/authorized-keys-file.ts";
import { ensureSudoRules } from "../posix/sudoers.ts";
import { ensureValidShell, formatExpiry, refuseName, refuseShell } from "./account-limits.ts";
import {
  ensureAixAccountLocked,
  ensureAixPasswordExpired,
  ensureAixPasswordLocked,
  ensureAixUnlocked,
  setAixPassword,
} from "./passwords.ts";
import { mapGroup } from "./root-group.ts";
import { findStanzaAttribute } from "./stanza-file.ts";

const MKUSER = "/usr/bin/mkuser";
const USERADD = "/usr/sbin/useradd";
const CHUSER = "/usr/bin/chuser";
const LSUSER = "/usr/sbin/lsuser";
const MKGROUP = "/usr/bin/mkgroup";
const CHGRPMEM = "/usr/bin/chgrpmem";
const MKUSER_DEFAULT = "/usr/lib/security/mkuser.default";
/** What mkuser puts into a new home directory. */
const PROFILE = "/etc/security/.profile";
/** The toolbox's sudo reads one of the two (aix/commands.md §7.6). */
const SUDO_PLACES = {
  sudoers: ["/etc/sudoers", "/opt/freeware/etc/sudoers"],
  visudo: ["/opt/freeware/sbin/visudo", "/usr/sbin/visudo", "/usr/bin/visudo"],
};

/**
 * Users and groups of AIX. A user that exists keeps everything and gains groups. `system` has no
 * counterpart, and neither have `inactiveDays`, `selinuxUser` and `noLogInit`.
 */
export function createAixUsers(ctx: DistroContext): UserAdapter {
  const { sys, log } = ctx;
  const made = createMadeAccounts();

  /** Asks lsuser once for a name that nobody has: with thousands of new users each question counts. */
  async function find(name: string): Promise<FoundUser | undefined> {
    if (made.absent.has(name) && findPasswdEntry(sys.fs, name) === undefined) {
      return undefined;
    }
    const found = await findAixUser(ctx, name);
    if (found === undefined) {
      made.absent.add(name);
    }
    return found;
  }

  async function ensureUser(user: UserSpec): Promise<void> {
    const groups = [...new Set(user.groups.map(mapGroup))];
    if ((await find(user.name)) !== undefined) {
      log.info(`User ${user.name} already exists, skipping.`);
      for (const group of groups) {
        await addMembers(ctx, made, group, [user.name]);
      }
      return;
    }
    const wanted = { ...user, groups, primaryGroup: choosePrimaryGroup(ctx, user) };
    await createUser(ctx, wanted);
    made.users.set(user.name, wanted);
    made.absent.delete(user.name);
    for (const group of groups) {
      made.memberships.add(`${group}:${user.name}`);
    }
  }

  async function finishUser(user: UserSpec): Promise<void> {
    const groups = [...new Set(user.groups.map(mapGroup))];
    const primaryGroup = choosePrimaryGroup(ctx, user);
    await completeUser(ctx, { ...user, groups, primaryGroup });
    // mkuser lists a user in its primary group too, as its last step.
    if (findGroupEntry(sys.fs, primaryGroup)?.members.includes(user.name) === false) {
      await sys.exec.run([CHGRPMEM, "-m", "+", user.name, primaryGroup]);
    }
  }

  async function ensureGroup(name: string, members: readonly string[]): Promise<void> {
    const group = mapGroup(name);
    if (!made.groups.has(group) && findGroupEntry(sys.fs, group) === undefined) {
      const refusal = await refuseName(sys, "group", group);
      if (refusal !== undefined) {
        throw new Error(refusal);
      }
      await sys.exec.run([MKGROUP, group]);
    }
    made.groups.add(group);
    await addMembers(ctx, made, group, members);
  }

  return {
    find,
    ensureUser,
    finishUser,
    ensureGroup,
    setPassword: (name, password, form) => setAixPassword(sys, log, { name, password, form }),
    ensurePasswordExpired: (name) => ensureAixPasswordExpired(sys, name),
    ensurePasswordLocked: (name) => ensureAixPasswordLocked(sys, name),
    ensureUnlocked: (name) => ensureAixUnlocked(sys, name),
    ensureAccountLocked: (name) => ensureAixAccountLocked(sys, name),
    ensureSudoRules: (name, rules) => ensureSudoRules(sys, log, SUDO_PLACES, { name, rules }),
    async ensureAuthorizedKeys(name, keys, options) {
      const owner = await findKeyOwner(ctx, made, name);
      ensureAuthorizedKeysFile(sys, log, owner, {
        keys,
        ...(options === undefined ? {} : { options }),
      });
    },
  };
}

/** What this process made: a plan does not find it on the machine. */
interface MadeAccounts {
  readonly users: Map<string, UserSpec & { readonly primaryGroup: string }>;
  /** Groups that are there, made or found. */
  readonly groups: Set<string>;
  /** "group:user" */
  readonly memberships: Set<string>;
  /** Names that neither /etc/passwd nor lsuser knew. */
  readonly absent: Set<string>;
}

function createMadeAccounts(): MadeAccounts {
  return { users: new Map(), groups: new Set(), memberships: new Set(), absent: new Set() };
}

/** /etc/passwd first; lsuser also knows the users of LDAP and other registries. */
async function findAixUser(ctx: DistroContext, name: string): Promise<FoundUser | undefined> {
  const entry = findPasswdEntry(ctx.sys.fs, name);
  if (entry !== undefined) {
    return { name, uid: entry.uid, home: entry.home };
  }
  return !/^[A-Za-z0-9_.][^\s:]*$/u.test(name) || name === "ALL"
    ? undefined
    : findRegistryUser(ctx.sys, name);
}

/** A user of any registry by lsuser; undefined where there is none of this name. */
export async function findRegistryUser(sys: System, name: string): Promise<FoundUser | undefined> {
  const argv = [LSUSER, "-c", "-a", "id", "home", name];
  return parseLsuser(name, (await sys.exec.query(argv, { okExitCodes: "any" })).stdout);
}

/** `lsuser -c -a id home U`: a line "#name:id:home", then "U:205:/home/U"; a colon in a value is "#!:". */
function parseLsuser(name: string, text: string): FoundUser | undefined {
  const line = text.split("\n").find((candidate) => candidate.startsWith(`${name}:`));
  const [id, home] = (line ?? "").replaceAll("#!:", "\0").split(":").slice(1);
  if (id === undefined || home === undefined || !/^\d+$/u.test(id)) {
    return undefined;
  }
  return { name, uid: Number(id), home: home.replaceAll("\0", ":") };
}

type NewUser = UserSpec & { readonly primaryGroup: string };

function choosePrimaryGroup(ctx: DistroContext, user: UserSpec): string {
  return mapGroup(user.primaryGroup ?? readDefault(ctx, "pgrp") ?? "staff");
}

async function createUser(ctx: DistroContext, user: NewUser): Promise<void> {
  const settings = await chooseSettings(ctx, user);
  await ctx.sys.exec.run(user.createHome ? renderMkuser(settings) : renderUseradd(settings), {
    verify: async () =>
      (await findAixUser(ctx, user.name)) === undefined
        ? `there is no user "${user.name}"`
        : undefined,
  });
}

/** What mkuser does, on a user that it had got to in part: its own attributes, then home directory and .profile. */
async function completeUser(ctx: DistroContext, user: NewUser): Promise<void> {
  const { sys } = ctx;
  const attributes = renderAttributes(await chooseSettings(ctx, user));
  await sys.exec.run([CHUSER, "admin=false", ...attributes, user.name]);
  if (!user.createHome) {
    return;
  }
  const owner = `${user.name}:${user.primaryGroup}`;
  if (sys.fs.stat(user.home) === undefined) {
    sys.fs.makeDirectory(user.home, { mode: 0o755, owner });
  }
  const profile = sys.fs.readBytesIfExists(PROFILE);
  if (profile !== undefined && sys.fs.stat(`${user.home}/.profile`) === undefined) {
    sys.fs.write(`${user.home}/.profile`, profile, { mode: 0o644, owner });
  }
}

/** Refuses what AIX would not take, and says what it takes in another way. */
async function chooseSettings(ctx: DistroContext, user: NewUser): Promise<CreateSettings> {
  const { sys, log } = ctx;
  const refusal = (await refuseName(sys, "user", user.name)) ?? refuseFields(ctx, user);
  if (refusal !== undefined) {
    throw new Error(refusal);
  }
  const shell = await chooseShell(ctx, user);
  const expires = user.expireDate === undefined ? undefined : formatExpiry(user.expireDate);
  if (user.expireDate !== undefined && expires === undefined) {
    log.warn(
      `User "${user.name}" does not expire: AIX takes dates from 1970 to 2038 (YYYY-MM-DD), not "${user.expireDate}"`,
    );
  }
  if (user.inactiveDays !== undefined) {
    log.warn(
      `User "${user.name}" is not locked after ${user.inactiveDays} days of an expired password: AIX counts that in weeks for every user alike (maxexpired in /etc/security/user)`,
    );
  }
  return { ...user, shell, expires };
}

function refuseFields(ctx: DistroContext, user: UserSpec): string | undefined {
  const cannot = `Cannot create user "${user.name}"`;
  if (user.gecos !== undefined && /[:\p{Cc}]/u.test(user.gecos)) {
    return `${cannot}: gecos has a colon or a control character in it`;
  }
  if (!/^\/[^:\p{Cc}]*$/u.test(user.home)) {
    return `${cannot}: the home directory "${user.home}" is no absolute path without a colon`;
  }
  const other = user.uid === undefined ? undefined : findUserNameByUid(ctx.sys.fs, user.uid);
  return other === undefined || other === user.name
    ? undefined
    : `${cannot} with uid ${user.uid}: it is the uid of user "${other}"`;
}

/** A shell that the machine does not have would let nobody in: the default is better than that. */
async function chooseShell(ctx: DistroContext, user: UserSpec): Promise<string | undefined> {
  const { shell } = user;
  if (shell === undefined) {
    return undefined;
  }
  const refusal = refuseShell(ctx.sys.fs, shell);
  if (refusal !== undefined) {
    const fallback = readDefault(ctx, "shell") ?? "/usr/bin/ksh";
    ctx.log.warn(
      `User "${user.name}" gets the shell "${fallback}" instead of "${shell}": ${refusal}; install it in the image, or name another`,
    );
    return fallback;
  }
  if (await ensureValidShell(ctx.sys, shell)) {
    ctx.log.info(
      `Shell "${shell}" of user "${user.name}" is now one of the valid shells in login.cfg`,
    );
  }
  return shell;
}

interface CreateSettings extends Omit<UserSpec, "shell"> {
  readonly primaryGroup: string;
  readonly shell: string | undefined;
  readonly expires: string | undefined;
}

/** mkuser makes the home directory and .profile. */
function renderMkuser(user: CreateSettings): readonly string[] {
  return [MKUSER, ...renderAttributes(user), user.name];
}

function renderAttributes(user: CreateSettings): readonly string[] {
  const groups = [...new Set([user.primaryGroup, ...user.groups])];
  return [
    ...(user.uid === undefined ? [] : [`id=${user.uid}`]),
    `pgrp=${user.primaryGroup}`,
    ...(user.groups.length === 0 ? [] : [`groups=${groups.join(",")}`]),
    `home=${user.home}`,
    ...(user.shell === undefined ? [] : [`shell=${user.shell}`]),
    ...(user.gecos === undefined ? [] : [`gecos=${user.gecos}`]),
    ...(user.expires === undefined ? [] : [`expires=${user.expires}`]),
  ];
}

/** Unlike mkuser, useradd without -m leaves the home directory alone. */
function renderUseradd(user: CreateSettings): readonly string[] {
  return [
    USERADD,
    ...(user.uid === undefined ? [] : ["-u", String(user.uid)]),
    "-g",
    user.primaryGroup,
    ...(user.groups.length === 0 ? [] : ["-G", user.groups.join(",")]),
    "-d",
    user.home,
    ...(user.shell === undefined ? [] : ["-s", user.shell]),
    ...(user.gecos === undefined ? [] : ["-c", user.gecos]),
    ...(user.expires === undefined ? [] : ["-e", user.expires]),
    user.name,
  ];
}

/** Of a command line: 200 names of 64 bytes are 13 kB, far below what any AIX takes (ncargs). */
const MEMBERS_AT_ONCE = 200;

/** Adds to the group, never `usermod -G`, which takes the user out of all others. */
async function addMembers(
  ctx: DistroContext,
  made: MadeAccounts,
  group: string,
  users: readonly string[],
): Promise<void> {
  if (users.length === 0) {
    return;
  }
  const entry = findGroupEntry(ctx.sys.fs, group);
  const missing: string[] = [];
  const unknown: string[] = [];
  const members = new Set(entry?.members);
  const passwd = users.length > 1 ? readPasswdEntries(ctx.sys.fs) : undefined;
  for (const user of new Set(users)) {
    const known = passwd === undefined ? findPasswdEntry(ctx.sys.fs, user) : passwd.get(user);
    const isMember = members.has(user) || made.memberships.has(`${group}:${user}`);
    const hasPrimaryGroup =
      made.users.get(user)?.primaryGroup === group ||
      (entry !== undefined && known?.gid === entry.gid);
    if (isMember || hasPrimaryGroup) {
      continue;
    }
    const isThere =
      known !== undefined || made.users.has(user) || (await findAixUser(ctx, user)) !== undefined;
    (isThere ? missing : unknown).push(user);
  }
  for (let from = 0; from < missing.length; from += MEMBERS_AT_ONCE) {
    const some = missing.slice(from, from + MEMBERS_AT_ONCE);
    await ctx.sys.exec.run([CHGRPMEM, "-m", "+", some.join(","), group]);
    for (const user of some) {
      made.memberships.add(`${group}:${user}`);
    }
  }
  if (unknown.length > 0) {
    throw new Error(
      `Unable to add group member ${unknown.map((user) => `"${user}"`).join(", ")} to group "${group}"; user does not exist`,
    );
  }
}

async function findKeyOwner(
  ctx: DistroContext,
  made: MadeAccounts,
  name: string,
): Promise<KeyOwner> {
  const entry = findPasswdEntry(ctx.sys.fs, name);
  const spec = made.users.get(name);
  if (spec !== undefined) {
    return {
      name,
      home: spec.home,
      ...(entry === undefined ? {} : { uid: entry.uid }),
      owner: `${name}:${spec.primaryGroup}`,
      isHomeMade: spec.createHome,
    };
  }
  if (entry !== undefined) {
    return { name, home: entry.home, uid: entry.uid, owner: ownerOf(ctx.sys.fs, entry) };
  }
  const found = await findAixUser(ctx, name);
  if (found === undefined) {
    throw new Error(`Cannot add SSH keys of user "${name}": there is no such user`);
  }
  return { ...found, owner: String(found.uid) };
}

/** What mkuser takes where it is told nothing (stanza "user" of mkuser.default). */
function readDefault(ctx: DistroContext, attribute: "pgrp" | "shell"): string | undefined {
  const text = readTextIfExists(ctx.sys.fs, MKUSER_DEFAULT) ?? "";
  const value = findStanzaAttribute(text, "user", attribute);
  return value === "" ? undefined : value;
}
