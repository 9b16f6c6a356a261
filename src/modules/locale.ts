import { Type } from "typebox";
import { parseLocaleName } from "../distros/posix/locale-name.ts";
import { isFalse } from "../text/boolean-option.ts";
import { errorMessage } from "../text/error-message.ts";
import { printable } from "../text/printable.ts";
import { defineModule, type ModuleContext } from "./module.ts";
import { reportSetting } from "./report-setting.ts";

const SHOWN_LENGTH = 60;

/** The language of the machine (compat modules.md, locale). */
export const locale = defineModule({
  name: "locale",
  title: "Locale",
  description: [
    "Sets `LANG` for every login, and only where it differs; without `locale` (or with `locale: false`)",
    "nothing is set.",
    "",
    "On AIX the name is looked up in `locale -a`: `en_US.UTF-8` becomes `EN_US.UTF-8` or `EN_US` where",
    "the machine calls it so, and the line in `/etc/environment` is changed, nothing else in the file.",
    "A locale that is not installed is told with the fileset that brings it, and `LANG` stays.",
    "",
    "On Linux a locale that is not there is made with `locale-gen` (`/etc/locale.gen`) or `localedef`;",
    "`LANG` goes to `locale_configfile`, by default `/etc/default/locale` on Debian and",
    "`/etc/locale.conf` elsewhere.",
    "Source: upstream's module, IBM's pages of chlang and /etc/environment, locale.conf(5).",
  ].join("\n"),
  aix: "`LANG` in `/etc/environment`, with the name that `locale -a` has for it (`EN_US` for `en_US.UTF-8`)",
  linux:
    "`locale-gen` or `localedef` where it is missing, `/etc/default/locale` on Debian, `/etc/locale.conf` elsewhere",
  frequency: "once-per-instance",
  schema: Type.Object({
    locale: Type.Optional(
      Type.Union([Type.Boolean(), Type.String()], {
        description: "A name such as `de_DE.UTF-8`; `false` leaves the machine's. Default: none.",
      }),
    ),
    locale_configfile: Type.Optional(
      Type.String({ description: "The file that has `LANG` (Linux). Not used on AIX." }),
    ),
  }),
  examples: [
    "#cloud-config\nlocale: de_DE.UTF-8\n",
    "#cloud-config\nlocale: en_US.UTF-8\nlocale_configfile: /etc/locale.conf\n",
    "#cloud-config\nlocale: false\n",
  ],
  async run(ctx, config) {
    const wanted = ctx.args[0] ?? config.locale;
    if (wanted === undefined || wanted === "") {
      ctx.log.debug("No locale is asked for: the machine's stays");
      return;
    }
    if (isFalse(wanted)) {
      ctx.log.debug(`Skipping module named ${ctx.entryName}, disabled by config: locale is false`);
      return;
    }
    if (typeof wanted !== "string" || parseLocaleName(wanted) === undefined) {
      const shown = printable(String(wanted).slice(0, SHOWN_LENGTH));
      const path = ["locale"];
      const message = `Cannot set the locale "${shown}": expected a name such as en_US.UTF-8, or false`;
      ctx.fail({ message, path, ...ctx.locate(path) });
      return;
    }
    const configFile = readConfigFile(ctx, config.locale_configfile);
    try {
      const outcome = await ctx.distro.locale.ensureLocale(
        wanted,
        configFile === undefined ? {} : { configFile },
      );
      reportSetting(ctx, { title: "Locale", path: ["locale"], outcome });
    } catch (error) {
      ctx.fail(`Cannot set the locale "${wanted}": ${errorMessage(error)}`, error);
    }
  },
});

function readConfigFile(ctx: ModuleContext, file: string | undefined): string | undefined {
  if (file === undefined || file === "") {
    return undefined;
  }
  if (ctx.distro.family === "aix") {
    ctx.log.debug("locale_configfile is not used: AIX has LANG in /etc/environment");
    return undefined;
  }
  if (isPlainPath(file)) {
    return file;
  }
  const path = ["locale_configfile"];
  const message = `Cannot use locale_configfile "${printable(file.slice(0, SHOWN_LENGTH))}": expected an absolute path without ".."; the distribution's file is used`;
  ctx.fail({ message, path, ...ctx.locate(path) });
  return undefined;
}

const PATH_LENGTH_MAX = 1_023;

function isPlainPath(file: string): boolean {
  return (
    file.length <= PATH_LENGTH_MAX &&
    /^\/[^\p{Cc}]+$/u.test(file) &&
    !file.endsWith("/") &&
    !file.split("/").includes("..")
  );
}
