import { Type } from "typebox";
import { defineModule } from "./module.ts";
import { runParts } from "./run-parts.ts";

/** Runs scripts/per-once (compat modules.md, section C). */
export const scriptsPerOnce = defineModule({
  name: "scripts_per_once",
  title: "Scripts that run once",
  description: [
    "Runs the executable files in `scripts/per-once` under cloud_dir (`/opt/freeware/var/lib/cloud` on",
    "AIX, `/var/lib/cloud` on Linux) in byte order of their names, once in the life of this image.",
    "A script without a `#!` line runs by `/bin/sh`. One that fails does not stop the next.",
    "Source: upstream's module.",
  ].join("\n"),
  aix: "runs `scripts/per-once`",
  linux: "the same",
  frequency: "once",
  schema: Type.Object({}),
  examples: [],
  async run(ctx) {
    await runParts(ctx, { directory: `${ctx.paths.scriptsDir}/per-once` });
  },
});
