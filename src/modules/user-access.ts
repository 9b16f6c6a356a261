import { errorMessage } from "../text/error-message.ts";
import { disabledKeyOptions } from "./disabled-key-options.ts";
import { importSshIds } from "./import-ssh-ids.ts";
import type { ModuleContext } from "./module.ts";
import type { UserEntry } from "./user-entry.ts";

/** What is known of the user beside its entry. */
export interface AccessOptions {
  /** Whether the user has only just been made. */
  readonly isNew: boolean;
  readonly defaultName: string | undefined;
  failUser(message: string, cause?: unknown): void;
}

/**
 * How a user gets in: password and its lock, sudo rules, keys. Each step is tried whatever becomes
 * of the others; keys before the account is locked, if it is.
 */
export async function ensureUserAccess(
  ctx: ModuleContext,
  user: UserEntry,
  options: AccessOptions,
): Promise<void> {
  const { users } = ctx.distro;
  const attempt = async (what: string, step: () => Promise<void>): Promise<void> => {
    try {
      await step();
    } catch (error) {
      options.failUser(`Failed to ${what} ${user.name}: ${errorMessage(error)}`, error);
    }
  };
  const isLocked = isPasswordLocked(ctx, user, options);
  const password = findPassword(ctx, user, options);
  if (password !== undefined && isLocked && ctx.distro.family === "aix") {
    // AIX has no lock that keeps the hash: it would be gone a moment later.
    ctx.log.info(
      `The password of user "${user.name}" is not set: lock_passwd is true, as it is unless "lock_passwd: false" is written`,
    );
  } else if (password !== undefined) {
    await attempt("set the password of user", () =>
      users.setPassword(user.name, password.text, password.form),
    );
  }
  await attempt("set the lock of user", () =>
    ensureLock(ctx, user, { isLocked, hasPassword: password !== undefined }),
  );
  if (user.sudoRules.length > 0) {
    await attempt("give sudo rules to user", () =>
      users.ensureSudoRules(user.name, user.sudoRules),
    );
  }
  await ensureDoas(ctx, user, attempt);
  await attempt("add SSH keys of user", () => ensureKeys(ctx, user, options.defaultName));
  if (user.lockAccount) {
    await attempt("lock the account of user", () => users.ensureAccountLocked(user.name));
  }
  if (user.importIds.length > 0) {
    await importSshIds(ctx, user.name, user.importIds, options.failUser);
  }
  if (user.snapUser !== undefined) {
    ctx.log.warn(
      `snapuser of user "${user.name}" has no effect: no snap account is made. Use ssh_import_id or ssh_authorized_keys for the user's keys`,
    );
  }
}

async function ensureDoas(
  ctx: ModuleContext,
  user: UserEntry,
  attempt: (what: string, step: () => Promise<void>) => Promise<void>,
): Promise<void> {
  if (user.doasRules.length === 0) {
    return;
  }
  const { users } = ctx.distro;
  if (users.ensureDoasRules === undefined) {
    ctx.log.warn(
      `doas of user "${user.name}" has no effect: there is no doas on ${ctx.distro.name}. Install sudo in the image and give the rules as sudo: "ALL=(ALL) NOPASSWD:ALL"`,
    );
    return;
  }
  await attempt("give doas rules to user", async () => {
    await users.ensureDoasRules?.(user.name, user.doasRules);
  });
}

/**
 * True unless said otherwise, as in cloud-init; but root, and on AIX, where the hash would be lost,
 * any user that was there before, is locked only where the entry itself says so (DECISIONS 12).
 */
function isPasswordLocked(
  ctx: ModuleContext,
  user: UserEntry,
  options: AccessOptions,
): boolean | undefined {
  if (user.lockPassword !== undefined) {
    return user.lockPassword;
  }
  const isKept = user.name === "root" || (!options.isNew && ctx.distro.family === "aix");
  return isKept ? undefined : true;
}

interface Password {
  readonly text: string;
  readonly form: "plain" | "hashed";
}

function findPassword(
  ctx: ModuleContext,
  user: UserEntry,
  options: AccessOptions,
): Password | undefined {
  if (user.plainTextPassword !== undefined) {
    return { text: user.plainTextPassword, form: "plain" };
  }
  if (user.hashedPassword !== undefined) {
    return { text: user.hashedPassword, form: "hashed" };
  }
  if (user.newUserHash !== undefined && !options.isNew) {
    ctx.log.warn(
      `'passwd' in user-data is ignored for existing user ${user.name}: hashed_passwd and plain_text_passwd are for these too`,
    );
    return undefined;
  }
  return user.newUserHash === undefined ? undefined : { text: user.newUserHash, form: "hashed" };
}

async function ensureLock(
  ctx: ModuleContext,
  user: UserEntry,
  state: { readonly isLocked: boolean | undefined; readonly hasPassword: boolean },
): Promise<void> {
  if (state.isLocked === true) {
    await ctx.distro.users.ensurePasswordLocked(user.name);
    return;
  }
  if (state.isLocked === undefined || user.lockAccount) {
    return;
  }
  const isUnlocked = await ctx.distro.users.ensureUnlocked(user.name);
  if (!isUnlocked && !state.hasPassword) {
    const message = `Not unlocking password for user ${user.name}: 'lock_passwd: false' is there, and neither a password nor one of 'passwd', 'plain_text_passwd', 'hashed_passwd'`;
    // The distro's own default user comes like this: nobody made a mistake.
    if (user.isDefault) {
      ctx.log.debug(message);
    } else {
      ctx.log.warn(message);
    }
  }
}

async function ensureKeys(
  ctx: ModuleContext,
  user: UserEntry,
  defaultName: string | undefined,
): Promise<void> {
  if (user.sshKeys.length > 0) {
    await ctx.distro.users.ensureAuthorizedKeys(user.name, user.sshKeys);
  }
  if (!user.isRedirected) {
    return;
  }
  if (defaultName === undefined || defaultName === user.name) {
    ctx.log.warn(
      `Ignoring ssh_redirect_user: true for ${user.name}. There is no other default user: is "default" missing in users?`,
    );
    return;
  }
  if (ctx.instance.publicKeys.length === 0) {
    ctx.log.warn(
      `Unable to disable SSH logins for ${user.name} given ssh_redirect_user: the cloud gave no public SSH keys`,
    );
    return;
  }
  const options = disabledKeyOptions(user.name, defaultName);
  await ctx.distro.users.ensureAuthorizedKeys(user.name, ctx.instance.publicKeys, options);
}
