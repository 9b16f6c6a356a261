import { Type } from "typebox";
import { defineModule } from "./module.ts";
import { runParts } from "./run-parts.ts";

/** Runs scripts/per-boot (compat modules.md, section C). */
export const scriptsPerBoot = defineModule({
  name: "scripts_per_boot",
  title: "Scripts of every boot",
  description: [
    "Runs the executable files in `scripts/per-boot` under cloud_dir (`/opt/freeware/var/lib/cloud` on",
    "AIX, `/var/lib/cloud` on Linux) in byte order of their names, on every boot.",
    "A script without a `#!` line runs by `/bin/sh`. One that fails does not stop the next.",
    "Source: upstream's module.",
  ].join("\n"),
  aix: "runs `scripts/per-boot` of the cloud directory",
  linux: "the same",
  frequency: "always",
  schema: Type.Object({}),
  examples: [],
  async run(ctx) {
    await runParts(ctx, { directory: `${ctx.paths.scriptsDir}/per-boot` });
  },
});
