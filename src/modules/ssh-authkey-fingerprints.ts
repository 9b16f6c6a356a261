import { Type } from "typebox";
import { type AuthorizedKey, parseAuthorizedKey } from "../distros/posix/authorized-keys.ts";
import { readAuthorizedKeysFile } from "../distros/posix/authorized-keys-file.ts";
import { hexFingerprint } from "../distros/posix/key-fingerprint.ts";
import { renderTable } from "../text/boxed-table.ts";
import { isTrue } from "../text/boolean-option.ts";
import { errorMessage } from "../text/error-message.ts";
import { printable } from "../text/printable.ts";
import { readDistroUser } from "./distro-user.ts";
import { defineModule, type ModuleContext } from "./module.ts";
import { readUserList } from "./user-list.ts";

const HASHES = ["md5", "sha256", "sha512"] as const;

/** Shows on the console who may log in with which key (compat modules.md, ssh_authkey_fingerprints). */
export const sshAuthkeyFingerprints = defineModule({
  name: "ssh_authkey_fingerprints",
  title: "Fingerprints of the users' keys",
  description: [
    "Shows a table on the console for each user of the configuration: type, fingerprint, options and",
    "comment of the keys in its authorized_keys. The same on AIX and on Linux. Source: upstream's",
    "ssh_authkey_fingerprints.",
  ].join("\n"),
  aix: "a table on the console for each user",
  linux: "the same",
  frequency: "once-per-instance",
  schema: Type.Object({
    no_ssh_fingerprints: Type.Optional(
      Type.Union([Type.Boolean(), Type.String()], {
        description: "True: show none. Default false.",
      }),
    ),
    authkey_hash: Type.Optional(
      Type.String({ description: "md5, sha256 or sha512. Default sha256." }),
    ),
  }),
  examples: ["#cloud-config\nauthkey_hash: sha512\n", "#cloud-config\nno_ssh_fingerprints: true\n"],
  async run(ctx, config) {
    if (isTrue(config.no_ssh_fingerprints)) {
      ctx.log.debug(`Skipping module named ${ctx.entryName}, logging of SSH fingerprints disabled`);
      return;
    }
    const hash = chooseHash(ctx, config.authkey_hash ?? "sha256");
    const distroUser = readDistroUser(ctx);
    for (const { name } of readUserList(ctx.cloudConfig, distroUser).users) {
      try {
        await showUser(ctx, name, hash);
      } catch (error) {
        ctx.log.warn(`Cannot show the keys of user ${name}: ${errorMessage(error)}`);
      }
    }
  },
});

type Hash = (typeof HASHES)[number];

function chooseHash(ctx: ModuleContext, written: string): Hash {
  const hash = HASHES.find((name) => name === written.toLowerCase());
  if (hash === undefined) {
    const path = ["authkey_hash"];
    ctx.fail({
      message: `Unknown authkey_hash "${printable(written.slice(0, 60))}": expected ${HASHES.join(", ")}; using sha256`,
      path,
      ...ctx.locate(path),
    });
  }
  return hash ?? "sha256";
}

async function showUser(ctx: ModuleContext, name: string, hash: Hash): Promise<void> {
  const user = await ctx.distro.users.find(name);
  if (user === undefined) {
    ctx.log.warn(`Cannot show the keys of user ${name}: there is no such user`);
    return;
  }
  const { path, text } = readAuthorizedKeysFile(ctx.sys.fs, user);
  const keys = text.split(/\r?\n/u).flatMap((line): readonly AuthorizedKey[] => {
    const key = /^\s*(?:#|$)/u.test(line) ? undefined : parseAuthorizedKey(line);
    return key === undefined || "refused" in key ? [] : [key];
  });
  const lines =
    keys.length === 0
      ? [`no authorized SSH keys fingerprints found for user ${name}.`]
      : renderTable(
          `Authorized keys from ${path} for user ${name}`,
          ["Keytype", `Fingerprint (${hash})`, "Options", "Comment"],
          keys.map((key) => [
            key.type,
            hexFingerprint(key.base64, hash),
            shown(key.options),
            shown(key.comment),
          ]),
        );
  ctx.sys.output.writeConsole(lines.map((line) => `ci-info: ${line}\n`).join(""));
}

/** "-" where there is nothing, as upstream's table has it. */
function shown(text: string): string {
  return text === "" ? "-" : printable(text);
}
