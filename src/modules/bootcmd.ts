import { Type } from "typebox";
import { renderShellScript } from "../text/shell-quote.ts";
import { commandList } from "./command-list.ts";
import { readConfigList } from "./config-list.ts";
import { defineModule } from "./module.ts";
import { runCommandScript } from "./run-command-script.ts";
import { userTimeLimit } from "./user-time-limit.ts";

const SCRIPT_MODE = 0o600;

/** Runs commands early on every boot (compat modules.md, bootcmd). */
export const bootcmd = defineModule({
  name: "bootcmd",
  title: "Commands early on every boot",
  description: [
    "Runs a list of commands on every boot, before most other modules. A string is a line for",
    "`/bin/sh`; a list is a command and its words, taken as they are. All of them are one script:",
    "its exit code is that of the last command, and `cloud-init status --failed` shows each one that",
    "failed. The instance-id is in `INSTANCE_ID`, and `cloud-init-per` is in the PATH.",
    "`timeouts: {bootcmd: 5m}` limits the time that they may take.",
    "Source: upstream's module.",
  ].join("\n"),
  aix: "runs the commands by `/bin/sh` early on every boot",
  linux: "the same",
  frequency: "always",
  schema: Type.Object({
    bootcmd: Type.Optional(commandList("Commands to run early on every boot.")),
  }),
  activateByKeys: ["bootcmd"],
  itemKeys: ["bootcmd"],
  examples: [
    [
      "#cloud-config",
      "bootcmd:",
      "  - echo 192.0.2.130 build.example.com >> /etc/hosts",
      "  - [cloud-init-per, once, greet, echo, 'first boot of this image']",
      "",
    ].join("\n"),
  ],
  async run(ctx) {
    const commands = readConfigList(ctx, "bootcmd");
    if (commands.length === 0) {
      return;
    }
    const script = renderShellScript(commands, "bootcmd");
    for (const problem of script.problems) {
      ctx.fail({ ...problem, ...ctx.locate(problem.path ?? []) });
    }
    if (script.itemCount === 0) {
      return;
    }
    const path = `${ctx.paths.runDir}/bootcmd.sh`;
    ctx.sys.fs.write(path, script.text, { mode: SCRIPT_MODE });
    try {
      const result = await runCommandScript(ctx, {
        key: "bootcmd",
        commands: script.commands,
        kind: "command",
        what: "bootcmd",
        argv: ["/bin/sh", path],
        limit: userTimeLimit(ctx, "bootcmd"),
      });
      if (result.exitCode !== 0) {
        const which = result.culprit ?? "the last command";
        const ending = `${which} ended with exit code ${result.exitCode}${result.detail}`;
        ctx.fail({
          message: `Failed to run bootcmd module ${ctx.entryName}: ${ending}`,
          path: ["bootcmd"],
        });
      }
    } finally {
      ctx.sys.fs.remove(path);
    }
  },
});
