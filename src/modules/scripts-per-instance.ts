import { Type } from "typebox";
import { defineModule } from "./module.ts";
import { runParts } from "./run-parts.ts";

/** Runs scripts/per-instance (compat modules.md, section C). */
export const scriptsPerInstance = defineModule({
  name: "scripts_per_instance",
  title: "Scripts of each deployment",
  description: [
    "Runs the executable files in `scripts/per-instance` under cloud_dir (`/opt/freeware/var/lib/cloud` on",
    "AIX, `/var/lib/cloud` on Linux) in byte order of their names, once for each instance-id: at the first boot of a deployment, and again after `rm -r instance/sem`.",
    "A script without a `#!` line runs by `/bin/sh`. One that fails does not stop the next.",
    "Source: upstream's module.",
  ].join("\n"),
  aix: "runs `scripts/per-instance`",
  linux: "the same",
  frequency: "once-per-instance",
  schema: Type.Object({}),
  examples: [],
  async run(ctx) {
    await runParts(ctx, { directory: `${ctx.paths.scriptsDir}/per-instance` });
  },
});
