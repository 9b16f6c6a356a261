import { writeIfDifferent } from "../../system/write-if-different.ts";
import { cleanFilename } from "../part-filename.ts";
import { repairLineEnds } from "../script-text.ts";
import type { PartHandler } from "./handler.ts";

const JOB_MODE = 0o644;
const SUFFIX = ".conf";

/**
 * Stores `#upstart-job` parts where the configuration has a directory for them, once per instance, as
 * the old agent did (compat userdata.md §6.5). Nothing runs them: no system of today has upstart.
 */
export const upstartJob: PartHandler = {
  contentTypes: ["text/upstart-job"],
  async handle(part, ctx) {
    if (!ctx.isFirstTime) {
      ctx.log.debug(`Upstart job "${part.filename}" was stored at the first boot of this instance`);
      return;
    }
    if (ctx.upstartDir === undefined) {
      ctx.log.info(
        `Upstart job "${part.filename}" of ${ctx.source} is left out: there is no upstart, and system_info.paths.upstart_dir is not set`,
      );
      return;
    }
    const name = cleanFilename(part.filename, "part-000");
    const path = `${ctx.upstartDir}/${name.endsWith(SUFFIX) ? name : `${name}${SUFFIX}`}`;
    const content = repairLineEnds(part.content, part.filename, ctx);
    writeIfDifferent(ctx.sys.fs, path, content, { mode: JOB_MODE });
    ctx.log.info(`Upstart job "${part.filename}" is stored as "${path}": nothing here runs it`);
  },
};
