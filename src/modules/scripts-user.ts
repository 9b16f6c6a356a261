import { Type } from "typebox";
import { readTextIfExists } from "../system/files.ts";
import { renderShellScript, type ShellCommandText } from "../text/shell-quote.ts";
import { defineModule, type ModuleContext } from "./module.ts";
import { runParts, type SpecialResult, type SpecialScript } from "./run-parts.ts";
import { userTimeLimit } from "./user-time-limit.ts";

/** Runs the user's scripts and runcmd (compat modules.md, section C). */
export const scriptsUser = defineModule({
  name: "scripts_user",
  title: "The user's scripts",
  description: [
    "Runs what user-data brought: its `#!` scripts and, as the script `runcmd`, its `runcmd` list.",
    "They stand in `instance/scripts` and run in byte order of their names: `part-001` before",
    "`runcmd`, `setup.sh` after it. One that fails does not stop the next. `cloud-init status",
    "--failed` shows each script and each command of `runcmd` that failed.",
    "`timeouts: {scripts: 1h, runcmd: 30m}` limits the time that each script, and the commands of",
    "`runcmd` together, may take.",
    "Source: upstream's module.",
  ].join("\n"),
  aix: "runs `instance/scripts`",
  linux: "the same",
  frequency: "once-per-instance",
  schema: Type.Object({}),
  examples: [],
  async run(ctx) {
    await runParts(ctx, {
      directory: ctx.paths.instance(ctx.instance.id).scriptsDir,
      runSpecial: (name, script) => (name === "runcmd" ? runRuncmd(ctx, script) : undefined),
    });
  },
});

/** The script that the module runcmd wrote, with a result for each command; one that somebody has changed is a script like any other. */
function runRuncmd(ctx: ModuleContext, script: SpecialScript): Promise<SpecialResult> | undefined {
  const items: unknown = ctx.cloudConfig["runcmd"];
  const written = Array.isArray(items) ? renderShellScript(items, "runcmd") : undefined;
  if (written?.text !== readTextIfExists(ctx.sys.fs, script.path)) {
    ctx.log.info(
      `Running ${script.path} without a result for each command: it is not what the list runcmd says`,
    );
    return undefined;
  }
  return runWritten(ctx, script, written?.commands ?? []);
}

async function runWritten(
  ctx: ModuleContext,
  { path, argv, doubt }: SpecialScript,
  commands: readonly ShellCommandText[],
): Promise<SpecialResult> {
  const { runCommandScript } = await import("./run-command-script.ts");
  const limit = userTimeLimit(ctx, "runcmd");
  return runCommandScript(ctx, {
    key: "runcmd",
    commands,
    kind: "script",
    what: path,
    argv,
    doubt,
    limit,
  });
}
