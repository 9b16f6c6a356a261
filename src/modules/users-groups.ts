import type { UserSpec } from "../distros/distro.ts";
import { errorMessage } from "../text/error-message.ts";
import type { Problem } from "../text/problem.ts";
import { readGroupList, type WantedGroup } from "./group-list.ts";
import { ensureUserAccess } from "./user-access.ts";
import { isMarkedNew, markNew, unmarkNew } from "./new-user-mark.ts";
import { readUserEntry, type UserEntry } from "./user-entry.ts";
import { defaultUserName, readUserList } from "./user-list.ts";
import { readDistroUser } from "./distro-user.ts";
import { defineModule, type ModuleContext } from "./module.ts";
import { usersGroupsSchema } from "./users-groups-schema.ts";

/** Makes groups and users, or completes those that exist (compat modules.md, users_groups). */
export const usersGroups = defineModule({
  name: "users_groups",
  title: "Users and groups",
  description: [
    "Makes groups, then users with their groups, keys, passwords and sudo rules, then puts members",
    "into groups. A user that exists keeps everything and gains groups, keys and rules. `default` is",
    "the default user: root on AIX, where it exists already.",
    "",
    "On AIX: `mkuser`, `mkgroup` and `chgrpmem -m +`; passwords by `chpasswd -c`, hashes only in",
    "AIX's formats; `lock_passwd` sets the password to `*` and leaves the account open for keys;",
    "`lock_account: true` is `account_locked`. The groups root and wheel are `system`; a shell that",
    "login.cfg does not list is added there; there is no doas.",
    "On Linux: `useradd`, `groupadd`, `usermod -a -G`, `chpasswd`, `passwd -l`, /etc/doas.conf.",
    "Rules for sudo are checked with `visudo -c` where it is installed. Source: upstream's users and",
    "groups; IBM's mkuser, chgrpmem and chpasswd command references.",
  ].join("\n"),
  aix: "`mkgroup`, `mkuser`, `chgrpmem -m +`, `chpasswd -c`, sudoers file",
  linux: "`groupadd`, `useradd`, `usermod -a -G`, `chpasswd`, sudoers file",
  frequency: "once-per-instance",
  schema: usersGroupsSchema,
  itemKeys: ["groups", "user", "users"],
  examples: [
    [
      "#cloud-config",
      "groups:",
      "  - admins: [root]",
      "  - dba",
      "users:",
      "  - default",
      "  - name: alice",
      "    gecos: Alice Example",
      "    groups: [admins, dba]",
      "    shell: /usr/bin/ksh",
      "    sudo: ALL=(ALL) NOPASSWD:ALL",
      "    ssh_authorized_keys:",
      "      - ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEXAMPLEexampleEXAMPLEexampleEXAMPLEexample0 alice@example.com",
      "",
    ].join("\n"),
    ["#cloud-config", "user:", "  name: operator", "  lock_passwd: false", ""].join("\n"),
  ],
  async run(ctx) {
    const distroUser = readDistroUser(ctx);
    const { groups, problems: groupProblems } = readGroupList(ctx.cloudConfig["groups"]);
    const { users, problems: userProblems } = readUserList(ctx.cloudConfig, distroUser);
    for (const problem of [...groupProblems, ...userProblems]) {
      fail(ctx, problem);
    }
    for (const group of groups) {
      await ensureGroup(ctx, { ...group, members: [] });
    }
    for (const user of users) {
      const { entry, problems } = readUserEntry(user);
      for (const problem of problems) {
        fail(ctx, problem);
      }
      await ensureUser(ctx, entry, defaultUserName(ctx.cloudConfig, distroUser));
    }
    // Only now: a member may be one of the users above.
    for (const group of groups.filter(({ members }) => members.length > 0)) {
      await ensureGroup(ctx, group);
    }
  },
});

async function ensureGroup(ctx: ModuleContext, group: WantedGroup): Promise<void> {
  try {
    await ctx.distro.users.ensureGroup(group.name, group.members);
  } catch (error) {
    const message = `Failed to create group ${group.name}: ${errorMessage(error)}`;
    fail(ctx, { message, path: group.path }, error);
  }
}

/** One user, whatever becomes of it: the next one is not affected. */
async function ensureUser(
  ctx: ModuleContext,
  user: UserEntry,
  defaultName: string | undefined,
): Promise<void> {
  const startMs = ctx.sys.clock.monotonicMs();
  const failures: string[] = [];
  const failUser = (message: string, cause?: unknown): void => {
    failures.push(message);
    fail(ctx, { message, ...(user.path === undefined ? {} : { path: user.path }) }, cause);
  };
  const conflict = findConflict(user);
  if (conflict !== undefined) {
    failUser(`Not creating user ${user.name}. ${conflict}`);
  } else {
    try {
      const isThere = (await ctx.distro.users.find(user.name)) !== undefined;
      const isUnfinished = isThere && isMarkedNew(ctx, user.name);
      const isNew = !isThere || isUnfinished;
      const spec = await createSpec(ctx, user, failUser);
      if (isNew) {
        markNew(ctx, user.name);
      }
      if (isUnfinished) {
        ctx.log.info(`User ${user.name} was being made when the last boot was cut off: going on`);
        await ctx.distro.users.finishUser?.(spec);
      }
      await ctx.distro.users.ensureUser(spec);
      await ensureUserAccess(ctx, user, { isNew, defaultName, failUser });
    } catch (error) {
      failUser(`Failed to create user ${user.name}: ${errorMessage(error)}`, error);
    }
    unmarkNew(ctx, user.name);
  }
  const place = user.path === undefined ? undefined : ctx.locate(user.path);
  ctx.ledger.record({
    kind: "user",
    what: user.name,
    outcome: failures.length === 0 ? "ok" : "failed",
    durationMs: Math.round(ctx.sys.clock.monotonicMs() - startMs),
    ...(failures.length === 0 ? {} : { reason: failures.join("; ") }),
    ...place,
  });
}

/** Keys that make no sense together. */
function findConflict(user: UserEntry): string | undefined {
  if (user.sshKeys.length === 0 && user.importIds.length === 0) {
    return undefined;
  }
  const keys = user.sshKeys.length > 0 ? "ssh_authorized_keys" : "ssh_import_id";
  if (user.noCreateHome || user.isSystem) {
    const key = user.noCreateHome ? "no_create_home" : "system";
    return `Key(s) ${keys} cannot be provided with ${key}: leave one of them out`;
  }
  return user.isRedirected
    ? `Key(s) ${keys} cannot be provided with ssh_redirect_user: leave one of them out`
    : undefined;
}

/** The groups are made on the way; one that cannot be made is left out, so that the user is there. */
async function createSpec(
  ctx: ModuleContext,
  user: UserEntry,
  failUser: (message: string, cause?: unknown) => void,
): Promise<UserSpec> {
  const missing = new Set<string>();
  const wanted = user.primaryGroup === undefined ? [] : [user.primaryGroup];
  for (const group of user.createGroups ? [...user.groups, ...wanted] : []) {
    try {
      await ctx.distro.users.ensureGroup(group, []);
    } catch (error) {
      missing.add(group);
      failUser(
        `Failed to create group ${group} of user ${user.name}: ${errorMessage(error)}`,
        error,
      );
    }
  }
  const { primaryGroup, shell, gecos, uid, expireDate, inactiveDays, selinuxUser } = user;
  const createHome = !user.noCreateHome && !user.isSystem;
  const isHomeless = !createHome && ctx.distro.family === "aix";
  return {
    name: user.name,
    home: user.homedir ?? (isHomeless ? "/nonexistent" : `/home/${user.name}`),
    createHome,
    groups: user.groups.filter((group) => !missing.has(group)),
    system: user.isSystem,
    ...(primaryGroup === undefined || missing.has(primaryGroup) ? {} : { primaryGroup }),
    ...(shell === undefined ? {} : { shell }),
    ...(gecos === undefined ? {} : { gecos }),
    ...(uid === undefined ? {} : { uid }),
    ...(expireDate === undefined ? {} : { expireDate }),
    ...(inactiveDays === undefined ? {} : { inactiveDays }),
    ...(selinuxUser === undefined ? {} : { selinuxUser }),
    ...(user.noUserGroup ? { noUserGroup: true } : {}),
    ...(user.noLogInit ? { noLogInit: true } : {}),
  };
}

function fail(ctx: ModuleContext, problem: Problem, cause?: unknown): void {
  const place = problem.path === undefined ? undefined : ctx.locate(problem.path);
  ctx.fail({ ...problem, ...place }, cause);
}
