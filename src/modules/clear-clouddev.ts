import { Type } from "typebox";
import { defineModule } from "./module.ts";
import { reportProblems } from "./report-problems.ts";

/** Clears sys0's clouddev once a deploy is done, where that is asked for (ours). */
export const clearClouddev = defineModule({
  name: "clear_clouddev",
  title: "clouddev after the deploy",
  description: [
    "With `clouddev` of sys0 set, AIX drops its device customisation at the first boot of a machine",
    "made from this one. IBM advises to set it for a capture and to clear it once a machine is",
    "deployed (support page node/7106763). With `clouddev_after_deploy: clear` it is cleared near the",
    "end of the final stage, if it is 1; `seal` sets it again. By default it is kept. A boot that was",
    "cut off before does it at the next boot. Only AIX has this, and only levels with `clouddev`.",
    "The module stands in cloud_final_modules, before power-state-change: an older cloud.cfg needs the",
    "line `clear-clouddev` there.",
    "Source: IBM's support page node/7106763.",
  ].join("\n"),
  aix: "`chdev -l sys0 -a clouddev=0` at the end of the final stage, where it is 1 and this asks for it",
  linux: "nothing: it is read on AIX only",
  frequency: "once-per-instance",
  activateByKeys: ["aix"],
  distros: ["aix"],
  schema: Type.Object({
    aix: Type.Optional(
      Type.Object(
        {
          clouddev_after_deploy: Type.Optional(
            Type.Union([Type.Literal("keep"), Type.Literal("clear")], {
              description: "What becomes of clouddev once the machine is deployed. Default keep.",
            }),
          ),
        },
        { description: "Settings that only AIX has." },
      ),
    ),
  }),
  examples: ["#cloud-config\naix: {clouddev_after_deploy: clear}\n"],
  async run(ctx, config) {
    if (config.aix?.clouddev_after_deploy !== "clear") {
      ctx.log.debug("clouddev of sys0 is kept as it is");
      return;
    }
    reportProblems(ctx, (await ctx.distro.power?.ensureDevicesKept?.()) ?? []);
  },
});
