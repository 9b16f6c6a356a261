import { type Static, Type } from "typebox";
import { isMapping } from "../config/cloud-config.ts";
import { addSshdLine, SSHD_CONFIG } from "../distros/posix/sshd-config.ts";
import {
  readSshdText,
  testSshdConfig,
  writeKeepingAttributes,
} from "../distros/posix/sshd-config-edit.ts";
import { errorMessage } from "../text/error-message.ts";
import { disabledKeyOptions } from "./disabled-key-options.ts";
import { ensureHostKeys } from "./host-keys.ts";
import { readDistroUser } from "./distro-user.ts";
import { defineModule, type ModuleContext } from "./module.ts";
import { readUserList } from "./user-list.ts";

const sshSchema = Type.Object({
  ssh_deletekeys: Type.Optional(
    Type.Boolean({ description: "Delete the host keys of the image. Default true." }),
  ),
  ssh_keys: Type.Optional(
    Type.Record(Type.String(), Type.String(), {
      description:
        "Host keys to use: rsa_private, rsa_public, rsa_certificate, and so for ecdsa, ed25519, dsa.",
    }),
  ),
  ssh_genkeytypes: Type.Optional(
    Type.Array(Type.String(), {
      description: "Types of host keys to make. Default rsa, ecdsa, ed25519.",
    }),
  ),
  disable_root: Type.Optional(
    Type.Boolean({
      description: "Let root's keys only tell to log in as the default user. Default true.",
    }),
  ),
  disable_root_opts: Type.Optional(
    Type.String({
      description: "Options of root's keys then; $USER is the default user, $DISABLE_USER is root.",
    }),
  ),
  ssh_authorized_keys: Type.Optional(
    Type.Array(Type.String(), { description: "Public keys for the default user and root." }),
  ),
  allow_public_ssh_keys: Type.Optional(
    Type.Boolean({ description: "Use the public keys that the cloud gives. Default true." }),
  ),
  ssh_quiet_keygen: Type.Optional(
    Type.Boolean({ description: "Do not show what ssh-keygen prints. Default false." }),
  ),
  ssh_publish_hostkeys: Type.Optional(
    Type.Object(
      {
        enabled: Type.Optional(Type.Boolean({ description: "Default true." })),
        blacklist: Type.Optional(Type.Array(Type.String(), { description: "Types to keep back." })),
      },
      { description: "Which host keys to give to the cloud." },
    ),
  ),
});

/** Host keys and the keys that may log in (compat modules.md, ssh). */
export const ssh = defineModule({
  name: "ssh",
  title: "SSH",
  description: [
    "Gives the machine host keys of its own: those of the image are deleted, then the given ones are",
    "written or one of each type is made with `ssh-keygen`. Types that the installed OpenSSH does not",
    "make (dsa) are left out. Then the cloud's public keys and `ssh_authorized_keys` go to the",
    "default user and to root; with `disable_root` root's only tell whom to log in as. Where root is",
    "the default user, as on AIX, its keys come once and work.",
    "",
    "The SSH daemon is restarted only if it runs and a host key has changed: on AIX by `stopsrc` and",
    "`startsrc`, on Linux by systemd or the script in /etc/init.d. `ssh_publish_hostkeys` has no",
    "effect: no datasource here takes host keys.",
    "Source: upstream's module, sshd_config(5), ssh-keygen(1).",
  ].join("\n"),
  aix: "host keys by `ssh-keygen`, root's `/.ssh/authorized_keys`, `stopsrc` and `startsrc -s sshd` if something changed",
  linux: "the same, with systemd or the script in `/etc/init.d`",
  frequency: "once-per-instance",
  schema: sshSchema,
  itemKeys: ["ssh_keys"],
  examples: [
    [
      "#cloud-config",
      "ssh_genkeytypes: [rsa, ed25519]",
      "disable_root: false",
      "ssh_authorized_keys:",
      "  - ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEXAMPLEexampleEXAMPLEexampleEXAMPLEexample0 admin@example.com",
      "",
    ].join("\n"),
  ],
  async run(ctx, config) {
    const given = ctx.cloudConfig["ssh_keys"];
    try {
      const { isChanged, certificates } = await ensureHostKeys(ctx, {
        isDeleted: config.ssh_deletekeys ?? true,
        types: (config.ssh_genkeytypes ?? DEFAULT_TYPES).filter((type) => isType(ctx, type)),
        given: isMapping(given) ? given : {},
        isQuiet: config.ssh_quiet_keygen ?? false,
      });
      const isConfigChanged = await ensureCertificates(ctx, certificates);
      if (isChanged || isConfigChanged) {
        await ctx.distro.services.restart("ssh");
      }
    } catch (error) {
      ctx.fail(`Cannot set up the host keys: ${errorMessage(error)}`, error);
    }
    if (config.ssh_publish_hostkeys !== undefined) {
      ctx.log.debug("ssh_publish_hostkeys has no effect: this datasource takes no host keys");
    }
    await ensureLoginKeys(ctx, config);
  },
});

const DEFAULT_TYPES = ["rsa", "ecdsa", "ed25519"];

/** A type becomes part of a file's name and an argument. */
function isType(ctx: ModuleContext, type: string): boolean {
  if (/^[a-z][a-z0-9-]{0,30}$/u.test(type)) {
    return true;
  }
  const path = ["ssh_genkeytypes"];
  const message = `Cannot make a host key of type "${type}": expected a name such as rsa, ecdsa or ed25519`;
  ctx.fail({ message, path, ...ctx.locate(path) });
  return false;
}

/** A line HostCertificate for each; a configuration that sshd then refuses is put back. */
async function ensureCertificates(
  ctx: ModuleContext,
  certificates: readonly string[],
): Promise<boolean> {
  const { fs } = ctx.sys;
  const old = readSshdText(fs, SSHD_CONFIG);
  if (old === undefined || certificates.length === 0) {
    return false;
  }
  let text = old;
  for (const certificate of certificates) {
    text = addSshdLine(text, "HostCertificate", certificate);
  }
  if (text === old) {
    return false;
  }
  const restore = writeKeepingAttributes(fs, SSHD_CONFIG, text);
  try {
    await testSshdConfig(ctx.sys, SSHD_CONFIG, restore);
    return true;
  } catch (error) {
    ctx.fail(`Cannot add the host certificates: ${errorMessage(error)}`, error);
    return false;
  }
}

async function ensureLoginKeys(ctx: ModuleContext, config: LoginConfig): Promise<void> {
  const isCloudUsed = config.allow_public_ssh_keys ?? true;
  if (!isCloudUsed) {
    ctx.log.debug(
      "Skipping import of public SSH keys of the cloud: allow_public_ssh_keys is false",
    );
  }
  const keys = [
    ...(isCloudUsed ? ctx.instance.publicKeys : []),
    ...(config.ssh_authorized_keys ?? []),
  ];
  if (keys.length === 0) {
    return;
  }
  const user = findDefaultUser(ctx);
  if (user !== undefined && user !== "root") {
    await ensureKeys(ctx, user, keys);
  }
  // Where root is the default user there is nobody else to log in as.
  const isRootDisabled = (config.disable_root ?? true) && user !== "root";
  await ensureKeys(ctx, "root", keys, isRootDisabled ? rootOptions(user, config) : undefined);
}

type LoginConfig = Pick<
  Static<typeof sshSchema>,
  "allow_public_ssh_keys" | "ssh_authorized_keys" | "disable_root" | "disable_root_opts"
>;

/** The user that `default` in `users` stands for, if it is there. */
function findDefaultUser(ctx: ModuleContext): string | undefined {
  const distroUser = readDistroUser(ctx);
  return readUserList(ctx.cloudConfig, distroUser).users.find(({ isDefault }) => isDefault)?.name;
}

function rootOptions(user: string | undefined, config: LoginConfig): string {
  const instead = user ?? "NONE";
  return (
    config.disable_root_opts?.replaceAll("$USER", instead).replaceAll("$DISABLE_USER", "root") ??
    disabledKeyOptions("root", instead)
  );
}

async function ensureKeys(
  ctx: ModuleContext,
  user: string,
  keys: readonly string[],
  options?: string,
): Promise<void> {
  try {
    await ctx.distro.users.ensureAuthorizedKeys(user, keys, options);
  } catch (error) {
    ctx.fail(`Applying ssh credentials of user ${user} failed: ${errorMessage(error)}`, error);
  }
}
