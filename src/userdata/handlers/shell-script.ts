import type { Paths } from "../../instance/paths.ts";
import { hasBytes, writeIfDifferent } from "../../system/write-if-different.ts";
import { cleanFilename } from "../part-filename.ts";
import type { Origin } from "../part.ts";
import { repairLineEnds } from "../script-text.ts";
import { recordUserScript } from "../user-scripts.ts";
import type { PartHandler } from "./handler.ts";

const SCRIPT_MODE = 0o700;
const PER_FREQUENCY_TYPE = /^text\/x-shellscript-(per-(?:boot|instance|once))$/u;

/**
 * Stores `#!` scripts (compat userdata.md §6.2): they run later, when the scripts modules run their
 * directories. A script of an earlier boot is not removed. What goes beside the scripts of the image
 * is remembered, so that `seal` can tell the two apart; one that the image has already stays its own.
 */
export const shellScript: PartHandler = {
  contentTypes: [
    "text/x-shellscript",
    "text/x-shellscript-per-boot",
    "text/x-shellscript-per-instance",
    "text/x-shellscript-per-once",
  ],
  async handle(part, ctx) {
    const directory = scriptDirectory(ctx.paths, ctx.instance.id, ctx.origin, part.contentType);
    const path = `${directory}/${cleanFilename(part.filename, "part-000")}`;
    const content = repairLineEnds(part.content, part.filename, ctx);
    if (path.startsWith(`${ctx.paths.scriptsDir}/`) && !hasBytes(ctx.sys.fs, path, content)) {
      recordUserScript(ctx.sys.fs, ctx.paths, path);
    }
    writeIfDifferent(ctx.sys.fs, path, content, { mode: SCRIPT_MODE });
  },
};

function scriptDirectory(
  paths: Paths,
  instanceId: string,
  origin: Origin,
  contentType: string,
): string {
  const own = paths.instance(instanceId);
  const frequency = PER_FREQUENCY_TYPE.exec(contentType)?.[1];
  if (origin === "user") {
    return frequency === undefined ? own.scriptsDir : `${paths.scriptsDir}/${frequency}`;
  }
  return frequency === undefined ? own.vendorScriptsDir : `${own.vendorScriptsDir}/${frequency}`;
}
