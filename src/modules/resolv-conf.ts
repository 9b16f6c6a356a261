import { Type } from "typebox";
import { SINGLE } from "../schema/schema-node.ts";
import { announceResolvConfText } from "../instance/resolv-conf-record.ts";
import { RESOLV_CONF_COPY_PATH, RESOLV_CONF_PATH } from "../network/renderers/resolv-conf.ts";
import { exists, readTextIfExists } from "../system/files.ts";
import { writeIfDifferent } from "../system/write-if-different.ts";
import { isTrue } from "../text/boolean-option.ts";
import { defineModule, type ModuleContext } from "./module.ts";
import { checkResolverSettings } from "./resolver-settings.ts";
import { renderTemplateFile } from "./template-file.ts";
import { RESOLV_CONF_TEMPLATE } from "./templates/resolv-conf-template.ts";

const RESOLV_CONF_MODE = 0o644;

const texts = (description: string) =>
  Type.Optional(Type.Array(Type.String(), { [SINGLE]: true, description }));

/** Resolver settings from the configuration (compat modules.md, resolv_conf). */
export const resolvConf = defineModule({
  name: "resolv_conf",
  title: "/etc/resolv.conf",
  description: [
    "With `manage_resolv_conf: true`, `/etc/resolv.conf` is made from `resolv.conf.tmpl` in",
    "templates_dir, or from a built-in text, with the settings under `resolv_conf`. It runs after the",
    "network was set up, so what it writes is what counts. The file of before is kept as",
    "`/etc/resolv.conf.cloud-init.orig` unless the network has kept one already. The module is in no",
    "default list.",
    "Source: upstream's module, resolv.conf(5), IBM's page of the file.",
  ].join("\n"),
  aix: "renders `/etc/resolv.conf`",
  linux: "the same",
  frequency: "once-per-instance",
  schema: Type.Object({
    manage_resolv_conf: Type.Optional(
      Type.Boolean({ description: "Whether the file is managed. Default false." }),
    ),
    resolv_conf: Type.Optional(
      Type.Object(
        {
          nameservers: texts("Addresses of DNS servers; resolvers ask three at most."),
          searchdomains: texts("Domains that short names are looked up in."),
          domain: Type.Optional(Type.String({ description: "The local domain." })),
          sortlist: texts("Networks whose addresses are preferred, as ADDRESS or ADDRESS/MASK."),
          options: Type.Optional(
            Type.Record(Type.String(), Type.Union([Type.Boolean(), Type.Number(), Type.String()]), {
              description: "Options; `true` gives the bare word, `false` leaves it out.",
            }),
          ),
        },
        { description: "What the file says." },
      ),
    ),
  }),
  activateByKeys: ["manage_resolv_conf"],
  examples: [
    "#cloud-config\nmanage_resolv_conf: true\nresolv_conf:\n  nameservers: [192.0.2.53, 198.51.100.53]\n  searchdomains: [example.com]\n  options: {rotate: true, timeout: 1}\n",
  ],
  async run(ctx, config) {
    if (!isTrue(config.manage_resolv_conf)) {
      ctx.log.debug(
        "Skipping module named resolv_conf, 'manage_resolv_conf' present in configuration but set to False",
      );
      return;
    }
    if (config.resolv_conf === undefined) {
      ctx.log.warn("manage_resolv_conf True but no parameters provided!");
      return;
    }
    const variables = checkResolverSettings(ctx, config.resolv_conf);
    if (Object.keys(variables).length === 0) {
      ctx.log.warn("manage_resolv_conf True but no parameters provided!");
      return;
    }
    const template = { name: "resolv.conf", builtIn: RESOLV_CONF_TEMPLATE };
    const text = await renderTemplateFile(ctx, template, variables);
    if (text !== undefined) {
      writeResolvConf(ctx, text);
    }
  },
});

function writeResolvConf(ctx: ModuleContext, text: string): void {
  const { fs } = ctx.sys;
  const target = fs.readLink(RESOLV_CONF_PATH);
  if (target !== undefined && /(?:^|\/)run\//u.test(target)) {
    // Written through the link, the text would be gone when the service writes next.
    ctx.fail(
      `Cannot write ${RESOLV_CONF_PATH}: it is a link to "${target}", a file that a service of this system makes: give the settings to that service`,
    );
    return;
  }
  const current = readTextIfExists(fs, RESOLV_CONF_PATH);
  if (current === text) {
    ctx.log.debug(`${RESOLV_CONF_PATH} is as it should be`);
    return;
  }
  announceResolvConfText(fs, ctx.paths, text);
  if (current !== undefined && !exists(fs, RESOLV_CONF_COPY_PATH)) {
    fs.write(RESOLV_CONF_COPY_PATH, current, { mode: RESOLV_CONF_MODE });
  }
  writeIfDifferent(fs, RESOLV_CONF_PATH, text, { mode: RESOLV_CONF_MODE });
  ctx.log.info(`Wrote ${RESOLV_CONF_PATH}`);
}
