import { Type } from "typebox";
import { ensureSshdOption } from "../distros/posix/sshd-config-edit.ts";
import { isFalse, isTrue } from "../text/boolean-option.ts";
import { describeKind } from "../text/describe-kind.ts";
import { errorMessage } from "../text/error-message.ts";
import { readDistroUser } from "./distro-user.ts";
import { defineModule, type ModuleContext } from "./module.ts";
import { postPassword } from "./openstack-password.ts";
import { readPasswordList, type WantedPassword } from "./password-list.ts";
import { randomPassword } from "./random-password.ts";
import { reportProblems } from "./report-problems.ts";
import { defaultUserName } from "./user-list.ts";

const userEntry = Type.Object({
  name: Type.Optional(Type.String({ description: "Login name. Needed." })),
  type: Type.Optional(
    Type.Union([Type.Literal("hash"), Type.Literal("text"), Type.Literal("RANDOM")], {
      description: "What the password is. Default hash; RANDOM makes one.",
    }),
  ),
  password: Type.Optional(
    Type.Union([Type.String(), Type.Number()], { description: "The hash, or the password." }),
  ),
});

/** Sets passwords, and says whether SSH takes them (compat modules.md, set_passwords). */
export const setPasswords = defineModule({
  name: "set_passwords",
  title: "Passwords",
  description: [
    "Sets passwords of users that exist: of the default user (`password`) or of those that",
    "`chpasswd` names, as text, as hash or made at random (`RANDOM`: 20 characters, shown on the",
    "console only). With `expire`, true unless said otherwise, each has to be changed at the first",
    "login. One password that cannot be set does not stop the next. `ssh_pwauth` is sshd's",
    "PasswordAuthentication; sshd tests the file and is restarted only if it runs and something has",
    "changed.",
    "",
    "On AIX: `chpasswd -c` by its standard input, checked in /etc/security/passwd, since its exit",
    "code tells nothing on some levels; hashes only in AIX's formats; `pwdadm -f ADMCHG` for expire.",
    "`password` is root's there, since root is the default user. With the crypt algorithm only 8",
    "characters count, which is warned of. On Linux: `chpasswd`, `passwd --expire`.",
    "Source: IBM's chpasswd and pwdadm command references; upstream's set_passwords.",
  ].join("\n"),
  aix: "`chpasswd -c`, checked in `/etc/security/passwd`; `pwdadm -f ADMCHG`; `sshd_config`",
  linux: "`chpasswd`, `passwd --expire`; `sshd_config` or `sshd_config.d/50-cloud-init.conf`",
  frequency: "once-per-instance",
  itemKeys: ["password", "chpasswd", "ssh_pwauth"],
  schema: Type.Object({
    password: Type.Optional(
      Type.Union([Type.String(), Type.Number(), Type.Null()], {
        description: "The default user's password: root's on AIX.",
      }),
    ),
    chpasswd: Type.Optional(
      Type.Object(
        {
          expire: Type.Optional(
            Type.Union([Type.Boolean(), Type.String()], {
              description: "Whether it has to be changed at the first login. Default true.",
            }),
          ),
          users: Type.Optional(
            Type.Array(userEntry, { description: "Users and their passwords." }),
          ),
          list: Type.Optional(
            Type.Union([Type.String(), Type.Array(Type.String())], {
              description: "Lines user:password; R or RANDOM makes one. Deprecated: use users.",
            }),
          ),
        },
        { description: "Passwords of several users." },
      ),
    ),
    ssh_pwauth: Type.Optional(
      Type.Union([Type.Boolean(), Type.String(), Type.Null()], {
        description: "Whether SSH takes passwords: true, false or unchanged.",
      }),
    ),
  }),
  examples: [
    [
      "#cloud-config",
      "ssh_pwauth: false",
      "users:",
      "  - default",
      "  - {name: oracle, lock_passwd: false}",
      "  - {name: backup2, lock_passwd: false}",
      "chpasswd:",
      "  expire: false",
      "  users:",
      "    - {name: oracle, type: text, password: correct-horse-battery}",
      "    - {name: backup2, type: RANDOM}",
      "",
    ].join("\n"),
    "#cloud-config\npassword: correct-horse-battery\nchpasswd: {expire: true}\n",
  ],
  async run(ctx) {
    const distroUser = readDistroUser(ctx);
    const [argument] = ctx.args;
    const { passwords, isExpired, problems } = readPasswordList(ctx.cloudConfig, {
      defaultName: defaultUserName(ctx.cloudConfig, distroUser),
      ...(argument === undefined ? {} : { argument }),
    });
    reportProblems(ctx, problems);
    const random: string[] = [];
    for (const wanted of passwords) {
      const made = wanted.form === "random" ? randomPassword(ctx.sys.random) : undefined;
      const isSet = await setPassword(ctx, wanted, made);
      if (isSet && made !== undefined) {
        random.push(`${wanted.name}:${made}`);
      }
      if (isSet && isExpired) {
        await expirePassword(ctx, wanted);
      }
    }
    if (random.length > 0) {
      // The console alone: never the log, nor a file of ours.
      const lines = ["Set the following 'random' passwords", ...random, ""];
      ctx.sys.output.writeConsole(lines.join("\n"));
      ctx.log.debug(`Made ${random.length} random passwords, shown on the console only`);
      await postPassword(ctx, random, defaultUserName(ctx.cloudConfig, distroUser));
    }
    await ensurePasswordLogin(ctx, ctx.cloudConfig["ssh_pwauth"]);
  },
});

async function setPassword(
  ctx: ModuleContext,
  wanted: WantedPassword,
  made: string | undefined,
): Promise<boolean> {
  const { users } = ctx.distro;
  const { name } = wanted;
  try {
    await users.setPassword(
      name,
      made ?? wanted.password,
      wanted.form === "hashed" ? "hashed" : "plain",
      { unlocks: true },
    );
    return true;
  } catch (error) {
    const reason = await explain(ctx, name, error);
    fail(ctx, wanted, `Failed to set passwords with chpasswd for ["${name}"]`, {
      reason: made === undefined ? reason : reason.replaceAll(made, "***"),
      cause: error,
    });
    return false;
  }
}

async function expirePassword(ctx: ModuleContext, wanted: WantedPassword): Promise<void> {
  const { name } = wanted;
  try {
    await ctx.distro.users.ensurePasswordExpired(name);
  } catch (error) {
    fail(ctx, wanted, `Failed to set 'expire' for ${name}`, {
      reason: await explain(ctx, name, error),
      cause: error,
    });
  }
}

/** Tools say "user unknown" in many ways, and some say nothing. */
async function explain(ctx: ModuleContext, name: string, error: unknown): Promise<string> {
  let isThere = true;
  try {
    isThere = (await ctx.distro.users.find(name)) !== undefined;
  } catch {
    // What the tool said is all that is known.
  }
  return isThere
    ? errorMessage(error)
    : "there is no such user: write it under users, or leave its password out";
}

function fail(
  ctx: ModuleContext,
  wanted: WantedPassword,
  what: string,
  why: { readonly reason: string; readonly cause: unknown },
): void {
  const { path, password } = wanted;
  const reason = password === "" ? why.reason : why.reason.replaceAll(password, "***");
  ctx.fail({ message: `${what}: ${reason}`, path, ...ctx.locate(path) }, why.cause);
}

/** OpenSSH's own default, where the file does not say. */
const PASSWORD_LOGIN_DEFAULT = "yes";

async function ensurePasswordLogin(ctx: ModuleContext, written: unknown): Promise<void> {
  if (written === undefined || written === null || isUnchanged(written)) {
    ctx.log.debug("Leaving SSH config 'PasswordAuthentication' unchanged");
    return;
  }
  if (!isTrue(written) && !isFalse(written)) {
    const path = ["ssh_pwauth"];
    ctx.fail({
      message: `Unrecognized value ${JSON.stringify(written) ?? describeKind(written)} for ssh_pwauth: expected true, false or unchanged; PasswordAuthentication stays as it is`,
      path,
      ...ctx.locate(path),
    });
    return;
  }
  try {
    const value = isTrue(written) ? "yes" : "no";
    const isChanged = await ensureSshdOption(
      ctx.sys,
      "PasswordAuthentication",
      value,
      PASSWORD_LOGIN_DEFAULT,
    );
    if (!isChanged) {
      ctx.log.debug(`PasswordAuthentication is "${value}" already`);
      return;
    }
    ctx.log.info(`PasswordAuthentication is now "${value}"`);
    await ctx.distro.services.restart("ssh");
  } catch (error) {
    ctx.fail(`Cannot set PasswordAuthentication of sshd: ${errorMessage(error)}`, error);
  }
}

function isUnchanged(written: unknown): boolean {
  return typeof written === "string" && written.toLowerCase() === "unchanged";
}
