import { Type } from "typebox";
import { describeKind } from "../text/describe-kind.ts";
import { importSshIds } from "./import-ssh-ids.ts";
import { readDistroUser } from "./distro-user.ts";
import { defineModule, type ModuleContext } from "./module.ts";
import { defaultUserName, splitNames } from "./user-list.ts";

/** Public keys from GitHub and Launchpad for the default user (compat modules.md, ssh_import_id). */
export const sshImportId = defineModule({
  name: "ssh_import_id",
  title: "SSH keys from GitHub and Launchpad",
  description: [
    "Fetches the public keys of `gh:NAME` (GitHub) or `lp:NAME` (Launchpad) by https and adds them to",
    "the default user's authorized_keys; a name without a prefix is one of Launchpad. Users have a",
    "key `ssh_import_id` of their own in `users`. Needs no tool: the same on AIX and on Linux. A name",
    "that cannot be fetched is a failure, and the next one is tried. What a server sends beside plain",
    "keys is refused. Source: ssh-import-id(1); upstream's ssh_import_id.",
  ].join("\n"),
  aix: "fetched by https and added to the default user's authorized_keys: root's",
  linux: "the same, for the distribution's default user",
  frequency: "once-per-instance",
  itemKeys: ["ssh_import_id"],
  schema: Type.Object({
    ssh_import_id: Type.Optional(
      Type.Union([Type.String(), Type.Array(Type.String())], {
        description: "Whose keys the default user gets: gh:NAME, lp:NAME.",
      }),
    ),
  }),
  examples: ["#cloud-config\nssh_import_id: [gh:alice, lp:bob]\n"],
  async run(ctx) {
    const ids = ctx.args.length > 0 ? ctx.args : readIds(ctx, ctx.cloudConfig["ssh_import_id"]);
    if (ids.length === 0) {
      ctx.log.debug(`Skipping module named ${ctx.entryName}, no 'ssh_import_id' directives found.`);
      return;
    }
    const distroUser = readDistroUser(ctx);
    const user = defaultUserName(ctx.cloudConfig, distroUser);
    const path = ["ssh_import_id"];
    const fail = (message: string, cause?: unknown): void => {
      ctx.fail({ message, path, ...ctx.locate(path) }, cause);
    };
    if (user === undefined) {
      fail("Cannot import SSH keys: there is no default user");
      return;
    }
    await importSshIds(ctx, user, ids, fail);
  },
});

function readIds(ctx: ModuleContext, written: unknown): readonly string[] {
  if (written === undefined || written === null) {
    return [];
  }
  const items: readonly unknown[] = Array.isArray(written) ? written : [written];
  return items.flatMap((item, index) => {
    if (typeof item === "string") {
      return splitNames(item);
    }
    const path = Array.isArray(written) ? ["ssh_import_id", index] : ["ssh_import_id"];
    const message = `expected gh:NAME or lp:NAME, got ${describeKind(item)}`;
    ctx.fail({ message, path, ...ctx.locate(path) });
    return [];
  });
}
