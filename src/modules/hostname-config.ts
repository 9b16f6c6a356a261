import { Type } from "typebox";
import { chooseName, resolveNames, type ResolvedNames } from "../instance/hostname.ts";
import type { Problem } from "../text/problem.ts";
import type { ModuleContext } from "./module.ts";

/** The keys that `set_hostname` and `update_hostname` read. */
export const hostnameSchema = Type.Object({
  preserve_hostname: Type.Optional(
    Type.Boolean({ description: "Leave the host name as it is. Default false." }),
  ),
  hostname: Type.Optional(
    Type.Union([Type.String(), Type.Number(), Type.Null()], {
      description: "The host name; with a dot in it, the full name.",
    }),
  ),
  fqdn: Type.Optional(
    Type.Union([Type.String(), Type.Number(), Type.Null()], {
      description: "The full name, with its domain.",
    }),
  ),
  prefer_fqdn_over_hostname: Type.Optional(
    Type.Boolean({
      description:
        "Whether the machine gets the full name. Default: true on Red Hat systems, else false.",
    }),
  ),
  create_hostname_file: Type.Optional(
    Type.Boolean({
      description: "Whether /etc/hostname is made where there is none (Linux). Default true.",
    }),
  ),
});

/** Read by `resolveNames`, which takes dates and numbers for names too. */
export const HOSTNAME_ITEM_KEYS: readonly string[] = ["hostname", "fqdn"];

/** The name that the machine is to get. */
export interface WantedName {
  readonly name: string;
  readonly names: ResolvedNames;
}

/** Undefined where nobody gives a name: the machine keeps its own. */
export function readWantedName(
  ctx: ModuleContext,
  prefersFqdn: boolean | undefined,
): { readonly wanted?: WantedName; readonly problems: readonly Problem[] } {
  const names = resolveNames({ config: ctx.cloudConfig, instance: ctx.instance });
  const { family } = ctx.distro;
  const preference = prefersFqdn === undefined ? {} : { prefersFqdn };
  const name = chooseName(names, { family, ...preference });
  const problems = names.problems.map((problem) =>
    Object.assign({}, problem, problem.path === undefined ? {} : ctx.locate(problem.path)),
  );
  return name === undefined ? { problems } : { wanted: { name, names }, problems };
}
