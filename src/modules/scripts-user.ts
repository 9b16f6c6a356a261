import { Type } from "typebox";
import { defineModule } from "./module.ts";
import { runParts } from "./run-parts.ts";

/** Runs the user's scripts and runcmd (compat modules.md, section C). */
export const scriptsUser = defineModule({
  name: "scripts_user",
  title: "The user's scripts",
  description: [
    "Runs what user-data brought: its `#!` scripts and, as the script `runcmd`, its `runcmd` list.",
    "They stand in `instance/scripts` and run in byte order of their names: `part-001` before",
    "`runcmd`, `setup.sh` after it. One that fails does not stop the next.",
  ].join("\n"),
  frequency: "once-per-instance",
  schema: Type.Object({}),
  examples: [],
  async run(ctx) {
    await runParts(ctx, { directory: ctx.paths.instance(ctx.instance.id).scriptsDir });
  },
});
