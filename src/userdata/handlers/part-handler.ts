import { writeIfDifferent } from "../../system/write-if-different.ts";
import { pythonHandlerReason } from "../python-handlers.ts";
import { PartError } from "../part-error.ts";
import type { PartHandler } from "./handler.ts";

const PRIVATE_MODE = 0o600;

/** `#part-handler` is Python, which is not run (DECISIONS 15): it is kept, and the failure says what to do instead. */
export const partHandler: PartHandler = {
  contentTypes: ["text/part-handler"],
  async handle(part, ctx) {
    const number = String(ctx.nextHandlerNumber()).padStart(3, "0");
    const path = `${ctx.paths.instance(ctx.instance.id).handlersDir}/part-handler-${number}.py`;
    writeIfDifferent(ctx.sys.fs, path, part.content, { mode: PRIVATE_MODE });
    const message = `Failed at registering python file: ${path} (part handler ${number}): part "${part.filename}": ${pythonHandlerReason(ctx.paths)}`;
    throw new PartError({ message, source: ctx.source });
  },
};
