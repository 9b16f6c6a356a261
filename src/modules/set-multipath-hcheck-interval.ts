import { Type } from "typebox";
import { parseInteger } from "../text/integer-option.ts";
import { defineModule, type ModuleContext } from "./module.ts";
import { reportProblems } from "./report-problems.ts";

const KEY = "multipath_hcheck_interval";
const DEFAULT_SECONDS = 60;

/** How often paths of multipath disks are checked (compat modules.md, set_multipath_hcheck_interval). */
export const setMultipathHcheckInterval = defineModule({
  name: "set_multipath_hcheck_interval",
  title: "Health checks of multipath disks",
  description: [
    "Sets `hcheck_interval` of each disk that has it, which are those with paths, with `chdev -P`: it",
    "holds from the next boot on, since a disk in use cannot change it. Disks that have the value, or",
    "no such attribute, are left alone; one that fails does not stop the others. Only AIX has this.",
    "Source: IBM's port of cloud-init for AIX.",
  ].join("\n"),
  aix: "`hcheck_interval` of each disk that has paths, with `chdev -P`",
  linux: "nothing: it is read on AIX only",
  frequency: "once-per-instance",
  itemKeys: [KEY],
  distros: ["aix"],
  schema: Type.Object({
    multipath_hcheck_interval: Type.Optional(
      Type.Union([Type.Integer({ minimum: 0 }), Type.String({ pattern: "^\\s*\\d+\\s*$" })], {
        description: "Seconds between two checks of a path; 0 turns them off. Default 60.",
      }),
    ),
  }),
  examples: ["#cloud-config\nmultipath_hcheck_interval: 30\n"],
  async run(ctx) {
    const problems = await ctx.distro.power?.ensureHealthCheckInterval?.(readSeconds(ctx));
    reportProblems(ctx, problems ?? []);
  },
});

function readSeconds(ctx: ModuleContext): number {
  const written = ctx.cloudConfig[KEY];
  if (written === undefined || written === null) {
    return DEFAULT_SECONDS;
  }
  const seconds = parseInteger(written);
  if (seconds !== undefined && seconds >= 0) {
    return seconds;
  }
  const line = ctx.locate([KEY])?.line;
  const shown = typeof written === "string" ? `"${written.slice(0, 60)}"` : JSON.stringify(written);
  ctx.log.warn(
    `Cannot use ${KEY} ${shown}${line === undefined ? "" : ` in line ${line}`}: expected a whole number of seconds, using ${DEFAULT_SECONDS}`,
  );
  return DEFAULT_SECONDS;
}
