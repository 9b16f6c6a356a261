import { Type } from "typebox";
import { createSecrets } from "../report/secrets.ts";
import { errorMessage } from "../text/error-message.ts";
import { booleanOption } from "../text/boolean-option.ts";
import { formatRfc2822 } from "../text/rfc2822.ts";
import { renderYamlBody } from "../text/yaml-emitter.ts";
import { defineModule, type ModuleContext } from "./module.ts";
import { redact } from "./redact.ts";

const RULE = "-".repeat(78);
const FILE_MODE = 0o600;

/** Prints what the agent works with (compat modules.md, debug). */
export const debug = defineModule({
  name: "debug",
  title: "What cloud-init knows",
  description: [
    "Prints the merged configuration (without `log_cfgs` and names that begin with `_`), the metadata,",
    "the datasource, the distribution, host name, instance-id, locale and launch index, each line with",
    "`ci-info: ` before it. Passwords, tokens, keys that are not public, seeds, `extra_vars`,",
    "`initial_attributes` and the content of files and user-data are not in it; of runcmd and bootcmd",
    "the number of commands is. It goes to standard output, or to the file `output` (or the module's argument), which",
    "root alone may read. The module is in no default list: run `cloud-init single -n debug --frequency",
    "always`, or list it. The same on AIX and on Linux. Source: upstream's module, gone there since 24.1.",
  ].join("\n"),
  aix: "prints configuration and metadata without secrets, or writes them to a file of mode 0600",
  linux: "the same",
  frequency: "once-per-instance",
  schema: Type.Object({
    debug: Type.Optional(
      Type.Object(
        {
          verbose: Type.Optional(
            Type.Union([Type.Boolean(), Type.String()], {
              description: "False: print nothing. Default true.",
            }),
          ),
          output: Type.Optional(
            Type.String({ description: "Path of a file, in place of standard output." }),
          ),
        },
        { description: "What the module debug prints, and where." },
      ),
    ),
  }),
  examples: ["#cloud-config\ndebug: {verbose: true, output: /var/log/cloud-init-debug.txt}\n"],
  async run(ctx, config) {
    if (!booleanOption(config.debug?.verbose, true)) {
      ctx.log.debug(`Skipping module named ${ctx.entryName}, verbose printing disabled`);
      return;
    }
    const path = ctx.args[0] ?? config.debug?.output;
    if (path !== undefined && !path.startsWith("/")) {
      const message = `debug.output: expected an absolute path, got "${path}"; nothing is printed`;
      ctx.fail({ message, path: ["debug", "output"] });
      return;
    }
    const text = await renderDump(ctx);
    if (path === undefined) {
      ctx.sys.output.write("stdout", text);
      return;
    }
    try {
      ctx.sys.fs.write(path, text, { mode: FILE_MODE });
    } catch (error) {
      const message = `Cannot write "${path}": ${errorMessage(error)}`;
      ctx.fail({ message, path: ["debug", "output"] }, error);
    }
  },
});

async function renderDump(ctx: ModuleContext): Promise<string> {
  const { instance } = ctx;
  const shown = Object.entries(ctx.cloudConfig).filter(
    ([key]) => key !== "log_cfgs" && !key.startsWith("_"),
  );
  const sections = [
    ["Configuration", redact(Object.fromEntries(shown))],
    ["Metadata", redact(instance.rawMetadata)],
    [
      "Machine",
      {
        datasource: instance.description,
        distro: ctx.distro.name,
        hostname: (await readHostname(ctx)) ?? null,
        instance_id: instance.id,
        launch_index: instance.launchIndex ?? null,
        locale: ctx.cloudConfig["locale"] ?? null,
        time: formatRfc2822(ctx.sys.clock.now()),
      },
    ],
  ] as const;
  const secrets = createSecrets();
  secrets.addFrom(ctx.cloudConfig);
  secrets.addFrom(instance.rawMetadata);
  const text = sections
    .map(([title, value]) => `${RULE}\n${title}\n${RULE}\n${secrets.mask(renderYamlBody(value))}`)
    .join("");
  return text.replaceAll(/^(?=.)/gmu, "ci-info: ");
}

async function readHostname(ctx: ModuleContext): Promise<string | undefined> {
  try {
    return await ctx.distro.hostname.read();
  } catch (error) {
    ctx.log.warn(`Cannot read the host name: ${errorMessage(error)}`);
    return undefined;
  }
}
