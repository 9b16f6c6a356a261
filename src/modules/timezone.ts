import { Type } from "typebox";
import { isZoneText } from "../distros/posix/zone-name.ts";
import { errorMessage } from "../text/error-message.ts";
import { printable } from "../text/printable.ts";
import { defineModule } from "./module.ts";
import { reportSetting } from "./report-setting.ts";

const SHOWN_LENGTH = 60;

/** The time zone of the machine (compat modules.md, timezone). */
export const timezone = defineModule({
  name: "timezone",
  title: "Time zone",
  description: [
    "Sets the time zone where it differs. The name is one of the zone database, `Europe/Berlin`; one",
    "that the machine does not have is refused, with the nearest one that it has.",
    "",
    "On AIX `chtz` writes TZ to `/etc/environment`, which holds for new logins; POSIX rules such as",
    "`CET-1CEST,M3.5.0,M10.5.0/3` are taken too. On Linux `/etc/localtime` becomes a link into",
    "`/usr/share/zoneinfo`, and `/etc/timezone` has the name on Debian and where it is there already.",
    "Source: upstream's module, IBM's page of the TZ variable, localtime(5).",
  ].join("\n"),
  aix: "`chtz` if TZ in `/etc/environment` differs, checked afterwards; zone names and POSIX rules",
  linux: "`/etc/localtime` as a link into `/usr/share/zoneinfo`, `/etc/timezone` on Debian",
  frequency: "once-per-instance",
  schema: Type.Object({
    timezone: Type.Optional(
      Type.String({
        description: "A zone such as `Europe/Berlin`; on AIX also a rule such as `CET-1CEST`.",
      }),
    ),
  }),
  activateByKeys: ["timezone"],
  examples: ["#cloud-config\ntimezone: Europe/Berlin\n", "#cloud-config\ntimezone: CET-1CEST\n"],
  async run(ctx, config) {
    const wanted = ctx.args[0] ?? config.timezone;
    if (wanted === undefined || wanted === "") {
      ctx.log.debug("No time zone is asked for: the machine's stays");
      return;
    }
    const path = ["timezone"];
    if (!isZoneText(wanted)) {
      const shown = printable(wanted.slice(0, SHOWN_LENGTH));
      const message = `Cannot set the time zone "${shown}": expected a name such as Europe/Berlin, without blanks and ".."`;
      ctx.fail({ message, path, ...ctx.locate(path) });
      return;
    }
    try {
      const outcome = await ctx.distro.locale.ensureTimezone(wanted);
      reportSetting(ctx, { title: "Time zone", path, outcome });
    } catch (error) {
      ctx.fail(`Cannot set the time zone "${wanted}": ${errorMessage(error)}`, error);
    }
  },
});
