import { Type } from "typebox";
import { renderShellScript } from "../text/shell-quote.ts";
import { commandList } from "./command-list.ts";
import { readConfigList } from "./config-list.ts";
import { defineModule } from "./module.ts";

const SCRIPT_MODE = 0o700;

/** Stores commands as a script for scripts_user (compat modules.md, runcmd). */
export const runcmd = defineModule({
  name: "runcmd",
  title: "Commands on the first boot",
  description: [
    "Writes a list of commands as the script `instance/scripts/runcmd`, which `scripts_user` runs in",
    "the last stage of the first boot. A string is a line for `/bin/sh`; a list is a command and its",
    "words, taken as they are.",
    "Source: upstream's module.",
  ].join("\n"),
  aix: "writes `instance/scripts/runcmd`, which scripts_user runs",
  linux: "the same",
  frequency: "once-per-instance",
  schema: Type.Object({
    runcmd: Type.Optional(commandList("Commands to run at the end of the first boot.")),
  }),
  activateByKeys: ["runcmd"],
  itemKeys: ["runcmd"],
  examples: [
    [
      "#cloud-config",
      "runcmd:",
      "  - lsvg rootvg > /tmp/rootvg.txt",
      "  - [mkdir, -p, /opt/app]",
      "",
    ].join("\n"),
  ],
  async run(ctx) {
    const commands = readConfigList(ctx, "runcmd");
    if (commands.length === 0) {
      return;
    }
    const script = renderShellScript(commands, "runcmd");
    for (const problem of script.problems) {
      ctx.fail({ ...problem, ...ctx.locate(problem.path ?? []) });
    }
    const path = `${ctx.paths.instance(ctx.instance.id).scriptsDir}/runcmd`;
    ctx.sys.fs.write(path, script.text, { mode: SCRIPT_MODE });
    ctx.log.debug(`Wrote ${script.itemCount} commands to "${path}" for scripts_user`);
  },
});
