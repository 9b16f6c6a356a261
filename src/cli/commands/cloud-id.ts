import { isRecord } from "../../text/record.ts";
import { formatJson } from "../../text/format-json.ts";
import { absolutePath } from "../absolute-path.ts";
import type { CliContext } from "../cli-context.ts";
import { type Command, defineSubcommand } from "../command.ts";
import { installedPaths } from "../installed-paths.ts";
import { QueryError } from "../query/query-error.ts";
import { readInstanceData } from "../query/read-instance-data.ts";
import { readBootStatus } from "../status/boot-status.ts";
import { readStatusFiles, summariseStatus } from "../status/status-summary.ts";

const EXIT_DISABLED = 2;
const EXIT_NOT_STARTED = 3;

/** `cloud-id [--json] [--long]`, also `cloud-init cloud-id` (compat core.md §7.7): exit code 2 where cloud-init is switched off, 3 before its first run. */
export function createCloudIdCommand(ctx: CliContext): Command {
  return defineSubcommand({
    name: "cloud-id",
    description: "Tell which cloud this machine is in",
    args: {
      json: { type: "boolean", alias: "j", description: "All standard keys, as JSON" },
      long: { type: "boolean", alias: "l", description: "The region too, behind a tab" },
      "instance-data": {
        type: "string",
        alias: "i",
        description: "File of instance-data; default the machine's own",
      },
    },
    examples: [
      { command: "cloud-init cloud-id", about: "The name of the cloud, in one word" },
      { command: "cloud-id --json", about: "All standard keys" },
    ],
    async run(args) {
      const paths = await installedPaths(ctx.sys);
      const boot = readBootStatus(ctx.sys, paths);
      const files = readStatusFiles(ctx.sys, [paths.runDir, paths.dataDir]);
      const { status } = summariseStatus(files, boot);
      if (status === "disabled" || status === "not started") {
        ctx.stdout(`${status}\n`);
        ctx.exitCode = status === "disabled" ? EXIT_DISABLED : EXIT_NOT_STARTED;
        return;
      }
      const given = args["instance-data"];
      const path =
        given === undefined ? `${paths.runDir}/instance-data.json` : absolutePath(ctx, given);
      try {
        const { v1 } = readInstanceData(ctx.sys.fs, path);
        const cloudId = isRecord(v1) ? v1["cloud_id"] : undefined;
        if (!isRecord(v1) || typeof cloudId !== "string") {
          throw new QueryError(`No "v1.cloud_id" in instance-data file "${path}"`);
        }
        if (args.json === true) {
          ctx.stdout(formatJson(v1));
          return;
        }
        const { region } = v1;
        const shown = typeof region === "string" && region !== "" ? region : "n/a";
        ctx.stdout(args.long === true ? `${cloudId}\t${shown}\n` : `${cloudId}\n`);
      } catch (error) {
        if (!(error instanceof QueryError)) {
          throw error;
        }
        ctx.stderr(`Error:\n${error.message}\n`);
        ctx.exitCode = 1;
      }
    },
  });
}
