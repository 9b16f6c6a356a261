import { formatJson } from "../../text/format-json.ts";
import { isRecord } from "../../text/record.ts";
import { absolutePath } from "../absolute-path.ts";
import type { CliContext } from "../cli-context.ts";
import { type Command, defineSubcommand } from "../command.ts";
import { installedPaths } from "../installed-paths.ts";
import { findValue } from "../query/find-value.ts";
import { type QueryData, readQueryData } from "../query/query-data.ts";
import { QueryError } from "../query/query-error.ts";
import { UsageError } from "../usage-error.ts";

/** `cloud-init query [--all] [--list-keys] [--format STR] [NAME]` (compat core.md §7.3): exit code 1 where there is no answer. */
export function createQueryCommand(ctx: CliContext): Command {
  return defineSubcommand({
    name: "query",
    description: "Show what is known of the instance",
    args: {
      debug: { type: "boolean", alias: "d", description: "Tell more when a template fails" },
      "instance-data": {
        type: "string",
        alias: "i",
        description: "File of instance-data; default the machine's own",
      },
      "user-data": { type: "string", alias: "u", description: "File of user-data" },
      "vendor-data": { type: "string", alias: "v", description: "File of vendor-data" },
      all: { type: "boolean", alias: "a", description: "Show everything" },
      "list-keys": {
        type: "boolean",
        alias: "l",
        description: "List the keys, of NAME where it is given",
      },
      format: {
        type: "string",
        alias: "f",
        description: "Render this Jinja template: '{{ v1.local_hostname }}'",
      },
      varname: {
        type: "positional",
        required: false,
        description: "What to show, with dots: v1.local_hostname, ds.meta_data.uuid",
      },
    },
    examples: [
      { command: "cloud-init query v1.local_hostname", about: "One value" },
      { command: "cloud-init query --list-keys ds", about: "What can be asked for" },
      {
        command: "cloud-init query --format 'I am {{ v1.instance_id }}'",
        about: "A text with values in it",
      },
    ],
    async run(args) {
      const { format, varname } = args;
      const listsKeys = args["list-keys"] === true;
      if (args.all !== true && !listsKeys && format === undefined && varname === undefined) {
        throw new UsageError(
          "Expected one of the options: --all, --format, --list-keys or varname",
          { exitCode: 1 },
        );
      }
      try {
        const given = {
          instanceData: args["instance-data"],
          userData: args["user-data"],
          vendorData: args["vendor-data"],
        };
        const files = Object.fromEntries(
          Object.entries(given).flatMap(([key, path]) =>
            path === undefined ? [] : [[key, absolutePath(ctx, path)]],
          ),
        );
        const data = readQueryData(ctx.sys, await installedPaths(ctx.sys), files);
        for (const warning of data.warnings) {
          ctx.stderr(`WARNING: ${warning}\n`);
        }
        const { text, missingNames } = await answer(data, { varname, format, listsKeys });
        if (missingNames.length > 0) {
          const names = missingNames.map((name) => `'${name}'`).join(", ");
          ctx.stderr(
            `WARNING: Could not render jinja template variables in file 'query commandline': ${names}\n`,
          );
        }
        ctx.stdout(text);
      } catch (error) {
        if (!(error instanceof QueryError)) {
          throw error;
        }
        ctx.stderr(`ERROR: ${error.message}\n`);
        ctx.exitCode = 1;
      }
    },
  });
}

interface Question {
  readonly varname: string | undefined;
  readonly format: string | undefined;
  readonly listsKeys: boolean;
}

interface Answer {
  readonly text: string;
  /** Of a template. */
  readonly missingNames: readonly string[];
}

async function answer(data: QueryData, question: Question): Promise<Answer> {
  const { varname, format, listsKeys } = question;
  if (format !== undefined) {
    return render(data, format);
  }
  return { text: shown(data, varname, listsKeys), missingNames: [] };
}

function shown(data: QueryData, varname: string | undefined, listsKeys: boolean): string {
  const value = varname === undefined ? data.shown : findValue(data.shown, varname);
  if (listsKeys) {
    if (!isRecord(value)) {
      throw new QueryError(`--list-keys provided but '${varname ?? ""}' is not a dict`);
    }
    return Object.keys(value)
      .sort()
      .map((key) => `${key}\n`)
      .join("");
  }
  return typeof value === "string" ? `${value}\n` : formatJson(value);
}

async function render(data: QueryData, format: string): Promise<Answer> {
  const [{ renderJinja }, { createTemplateVariables }] = await Promise.all([
    import("../../jinja/render-jinja.ts"),
    import("../../instance/template-variables.ts"),
  ]);
  const rendered = renderJinja(format, createTemplateVariables(data.raw), "--format");
  if (!rendered.ok) {
    throw new QueryError(rendered.problem.message);
  }
  if (rendered.text === "") {
    throw new QueryError("The template given to --format gives no text");
  }
  return { text: `${rendered.text}\n`, missingNames: rendered.missingNames };
}
