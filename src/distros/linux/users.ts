import type { DistroContext, FoundUser, UserAdapter, UserSpec } from "../distro.ts";
import {
  findGroupEntry,
  findPasswdEntry,
  findUserNameByUid,
  ownerOf,
  parsePasswd,
} from "../posix/accounts.ts";
import { ensureAuthorizedKeysFile, type KeyOwner } from "../posix/authorized-keys-file.ts";
import { ensureDoasRules } from "../posix/doas.ts";
import { ensureSudoRules } from "../posix/sudoers.ts";
import { finishLinuxUser } from "./finish-user.ts";
import {
  ensureLinuxAccountLocked,
  ensureLinuxPasswordExpired,
  ensureLinuxPasswordLocked,
  ensureLinuxUnlocked,
  setLinuxPassword,
} from "./passwords.ts";

const USERADD = "/usr/sbin/useradd";
const USERMOD = "/usr/sbin/usermod";
const GROUPADD = "/usr/sbin/groupadd";
const GETENT = "/usr/bin/getent";
const SUDO_PLACES = { sudoers: ["/etc/sudoers"], visudo: ["/usr/sbin/visudo", "/sbin/visudo"] };

/** Users and groups by shadow's tools. A user that exists keeps everything and gains groups. */
export function createLinuxUsers(ctx: DistroContext): UserAdapter {
  const { sys, log } = ctx;
  const made: MadeAccounts = {
    users: new Map(),
    groups: new Set(),
    memberships: new Set(),
    absent: new Set(),
  };

  /** Asks getent once for a name that nobody has. */
  async function find(name: string): Promise<FoundUser | undefined> {
    if (made.absent.has(name) && findPasswdEntry(sys.fs, name) === undefined) {
      return undefined;
    }
    const found = await findLinuxUser(ctx, name);
    if (found === undefined) {
      made.absent.add(name);
    }
    return found;
  }

  async function ensureUser(user: UserSpec): Promise<void> {
    const groups = [...new Set(user.groups)];
    if ((await find(user.name)) !== undefined) {
      log.info(`User ${user.name} already exists, skipping.`);
      for (const group of groups) {
        await addMembers(ctx, made, group, [user.name]);
      }
      return;
    }
    const refusal = refuseName("user", user.name) ?? refuseFields(ctx, user);
    if (refusal !== undefined) {
      throw new Error(refusal);
    }
    const primaryGroup = await choosePrimaryGroup(ctx, made, user);
    await sys.exec.run(renderUseradd({ ...user, groups, primaryGroup }), {
      verify: async () =>
        findPasswdEntry(sys.fs, user.name) === undefined
          ? `there is no user "${user.name}"`
          : undefined,
    });
    made.users.set(user.name, { ...user, primaryGroup });
    made.absent.delete(user.name);
    for (const group of groups) {
      made.memberships.add(`${group}:${user.name}`);
    }
  }

  async function ensureGroup(name: string, members: readonly string[]): Promise<void> {
    if (!(await isGroup(ctx, made, name))) {
      const refusal = refuseName("group", name);
      if (refusal !== undefined) {
        throw new Error(refusal);
      }
      await sys.exec.run([GROUPADD, name]);
    }
    made.groups.add(name);
    await addMembers(ctx, made, name, members);
  }

  return {
    find,
    ensureUser,
    finishUser: (user) => finishLinuxUser(sys, user),
    ensureGroup,
    setPassword: (name, password, form, options) =>
      setLinuxPassword(sys, { name, password, form, ...options }),
    ensurePasswordExpired: (name) => ensureLinuxPasswordExpired(sys, name),
    ensurePasswordLocked: (name) => ensureLinuxPasswordLocked(sys, name),
    ensureUnlocked: (name) => ensureLinuxUnlocked(sys, name),
    ensureAccountLocked: (name) => ensureLinuxAccountLocked(sys, name),
    ensureSudoRules: (name, rules) => ensureSudoRules(sys, log, SUDO_PLACES, { name, rules }),
    ensureDoasRules: (name, rules) => ensureDoasRules(sys, log, { name, rules }),
    async ensureAuthorizedKeys(name, keys, options) {
      const owner = await findKeyOwner(ctx, made, name);
      ensureAuthorizedKeysFile(sys, log, owner, {
        keys,
        ...(options === undefined ? {} : { options }),
      });
    },
  };
}

type PrimaryGroup =
  | { readonly kind: "named"; readonly name: string }
  /** useradd makes a group of the user's own name. */
  | { readonly kind: "own" }
  /** GROUP of useradd's defaults. */
  | { readonly kind: "default" };

interface NewUser extends Omit<UserSpec, "primaryGroup"> {
  readonly primaryGroup: PrimaryGroup;
}

/** What this process made: a plan does not find it on the machine. */
interface MadeAccounts {
  readonly users: Map<string, NewUser>;
  readonly groups: Set<string>;
  /** "group:user" */
  readonly memberships: Set<string>;
  /** Names that neither /etc/passwd nor getent knew. */
  readonly absent: Set<string>;
}

/** /etc/passwd first; getent also knows the users of LDAP and other services. */
async function findLinuxUser(ctx: DistroContext, name: string): Promise<FoundUser | undefined> {
  const local = findPasswdEntry(ctx.sys.fs, name);
  const entry = local ?? (await findServiceUser(ctx, name));
  return entry === undefined ? undefined : { name, uid: entry.uid, home: entry.home };
}

/** A user of any service that nsswitch.conf names, by getent(1). */
export async function findServiceUser(
  ctx: Pick<DistroContext, "sys">,
  name: string,
): Promise<ReturnType<typeof findPasswdEntry>> {
  // A number would be looked up as a uid.
  if (refuseName("user", name) !== undefined || /^\d+$/u.test(name)) {
    return undefined;
  }
  const result = await ctx.sys.exec.query([GETENT, "passwd", name], { okExitCodes: "any" });
  return parsePasswd(result.stdout).find((entry) => entry.name === name);
}

async function isGroup(ctx: DistroContext, made: MadeAccounts, name: string): Promise<boolean> {
  if (made.groups.has(name) || findGroupEntry(ctx.sys.fs, name) !== undefined) {
    return true;
  }
  if (refuseName("group", name) !== undefined || /^\d+$/u.test(name)) {
    return false;
  }
  const result = await ctx.sys.exec.query([GETENT, "group", name], { okExitCodes: "any" });
  return result.stdout.startsWith(`${name}:`);
}

/** What useradd would take for an option or would break the tables; the rest is useradd's to judge. */
function refuseName(kind: "user" | "group", name: string): string | undefined {
  return /^[^-+~:,/\s\p{Cc}][^:,/\s\p{Cc}]*$/u.test(name)
    ? undefined
    : `Cannot create ${kind} "${name}": a name has no blanks, colons, commas, slashes or control characters, and does not begin with "-", "+" or "~"`;
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
  return other === undefined
    ? undefined
    : `${cannot} with uid ${user.uid}: it is the uid of user "${other}"`;
}

/** A group of the user's name that is there already becomes the primary one: useradd refuses to make it. */
async function choosePrimaryGroup(
  ctx: DistroContext,
  made: MadeAccounts,
  user: UserSpec,
): Promise<PrimaryGroup> {
  if (user.primaryGroup !== undefined) {
    return { kind: "named", name: user.primaryGroup };
  }
  if (user.noUserGroup === true) {
    return { kind: "default" };
  }
  return (await isGroup(ctx, made, user.name))
    ? { kind: "named", name: user.name }
    : { kind: "own" };
}

/** useradd(8). Every choice is said, whatever login.defs has. */
function renderUseradd(user: NewUser): readonly string[] {
  return [
    USERADD,
    "--home-dir",
    user.home,
    user.createHome ? "--create-home" : "--no-create-home",
    ...renderPrimaryGroup(user.primaryGroup),
    ...(user.groups.length === 0 ? [] : ["--groups", user.groups.join(",")]),
    ...(user.shell === undefined ? [] : ["--shell", user.shell]),
    ...(user.gecos === undefined ? [] : ["--comment", user.gecos]),
    ...(user.uid === undefined ? [] : ["--uid", String(user.uid)]),
    ...(user.system ? ["--system"] : []),
    ...(user.expireDate === undefined ? [] : ["--expiredate", user.expireDate]),
    ...(user.inactiveDays === undefined ? [] : ["--inactive", String(user.inactiveDays)]),
    ...(user.noLogInit === true ? ["--no-log-init"] : []),
    ...(user.selinuxUser === undefined ? [] : ["--selinux-user", user.selinuxUser]),
    user.name,
  ];
}

function renderPrimaryGroup(group: PrimaryGroup): readonly string[] {
  switch (group.kind) {
    case "named":
      return ["--gid", group.name];
    case "own":
      return ["--user-group"];
    case "default":
      return ["--no-user-group"];
  }
}

async function addMembers(
  ctx: DistroContext,
  made: MadeAccounts,
  group: string,
  users: readonly string[],
): Promise<void> {
  const unknown: string[] = [];
  const entry = users.length === 0 ? undefined : findGroupEntry(ctx.sys.fs, group);
  const members = new Set(entry?.members);
  for (const user of new Set(users)) {
    const key = `${group}:${user}`;
    const isPrimary = entry !== undefined && findPasswdEntry(ctx.sys.fs, user)?.gid === entry.gid;
    if (isPrimary || members.has(user) || made.memberships.has(key)) {
      continue;
    }
    if (!made.users.has(user) && (await findLinuxUser(ctx, user)) === undefined) {
      unknown.push(user);
      continue;
    }
    await ctx.sys.exec.run([USERMOD, "-a", "-G", group, user]);
    made.memberships.add(key);
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
      owner: ownerOfMade(name, spec.primaryGroup),
      isHomeMade: spec.createHome,
    };
  }
  if (entry !== undefined) {
    return { name, home: entry.home, uid: entry.uid, owner: ownerOf(ctx.sys.fs, entry) };
  }
  const found = await findServiceUser(ctx, name);
  if (found === undefined) {
    throw new Error(`Cannot add SSH keys of user "${name}": there is no such user`);
  }
  return { name, home: found.home, uid: found.uid, owner: `${found.uid}:${found.gid}` };
}

function ownerOfMade(name: string, group: PrimaryGroup): string {
  switch (group.kind) {
    case "named":
      return `${name}:${group.name}`;
    case "own":
      return `${name}:${name}`;
    case "default":
      return name;
  }
}
