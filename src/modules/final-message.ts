import { Type } from "typebox";
import { listDatasourceNames } from "../config/datasource-list.ts";
import { readTemplateHeader } from "../jinja/template-header.ts";
import { renderBasicTemplate } from "../text/basic-template.ts";
import { formatRfc2822 } from "../text/rfc2822.ts";
import { VERSION } from "../version.ts";
import { defineModule, type ModuleContext } from "./module.ts";

/** Two blanks before "Up", no full stop: log readers match on it (compat core.md §3.1). */
const DEFAULT_TEMPLATE =
  "Cloud-init v. $version finished at $timestamp. Datasource $datasource.  Up $uptime seconds";

/** Says that the boot is finished (compat modules.md, final_message). */
export const finalMessage = defineModule({
  name: "final_message",
  title: "The last message of a boot",
  description: [
    "Writes the last message of a boot to standard error and to the log, and the file",
    "`instance/boot-finished`. The template knows `$version`, `$timestamp`, `$datasource` and",
    "`$uptime`, in lower or upper case, bare or as `${uptime}`; with `## template: jinja` as its",
    "first line it is a Jinja template with the same names.",
    "Source: upstream's module.",
  ].join("\n"),
  aix: "writes the message to the log and to standard error, and `boot-finished`",
  linux: "the same",
  frequency: "always",
  schema: Type.Object({
    final_message: Type.Optional(
      Type.Union([Type.String(), Type.Null()], { description: "The message, as a template." }),
    ),
  }),
  examples: [
    "#cloud-config\nfinal_message: Machine ready after $UPTIME seconds, from $DATASOURCE\n",
  ],
  async run(ctx, config) {
    const uptime = formatUptime(await ctx.distro.readUptimeSeconds());
    const timestamp = formatRfc2822(ctx.sys.clock.now());
    const message = await renderMessage(ctx, chooseTemplate(ctx, config.final_message ?? ""), {
      version: VERSION,
      timestamp,
      datasource: ctx.instance.description,
      uptime,
    });
    ctx.sys.output.write("stderr", `${message}\n`);
    ctx.log.debug(message);
    ctx.sys.fs.write(
      ctx.paths.instance(ctx.instance.id).bootFinishedFile,
      `${uptime} - ${timestamp} - v. ${VERSION}\n`,
      { mode: 0o644 },
    );
    if (ctx.instance.isFallback === true && !isFallbackWanted(ctx)) {
      ctx.log.warn("Used fallback datasource");
    }
  },
});

function formatUptime(seconds: number | undefined): string {
  return seconds === undefined ? "??" : seconds.toFixed(2);
}

function chooseTemplate(ctx: ModuleContext, configured: string): string {
  const given = ctx.args[0] ?? configured;
  return given.trim() === "" ? DEFAULT_TEMPLATE : given;
}

async function renderMessage(
  ctx: ModuleContext,
  template: string,
  values: Readonly<Record<string, string>>,
): Promise<string> {
  const upperCase = Object.entries(values).map(([name, value]) => [name.toUpperCase(), value]);
  const variables = { ...values, ...Object.fromEntries(upperCase) };
  const rendered = await renderTemplate(template, variables);
  if (rendered.reason === undefined) {
    return rendered.text;
  }
  ctx.log.warn(`Failed to render final message template: ${rendered.reason}`);
  const fallback = renderBasicTemplate(DEFAULT_TEMPLATE, variables);
  return fallback.ok ? fallback.text : DEFAULT_TEMPLATE;
}

/** The first line may name the engine (compat config.md §9.5). */
async function renderTemplate(
  template: string,
  variables: Readonly<Record<string, string>>,
): Promise<{ readonly text: string; readonly reason?: string }> {
  const { engine = "basic", body } = readTemplateHeader(template);
  switch (engine) {
    case "basic": {
      const rendered = renderBasicTemplate(body, variables);
      return rendered.ok
        ? { text: rendered.text }
        : {
            text: "",
            reason: `"$${rendered.missingName}" is not known; there are $version, $timestamp, $datasource and $uptime`,
          };
    }
    case "jinja": {
      const { renderJinja } = await import("../jinja/render-jinja.ts");
      const rendered = renderJinja(template, variables, "final_message");
      return rendered.ok ? { text: rendered.text } : { text: "", reason: rendered.problem.message };
    }
    default:
      return { text: "", reason: `Unknown template rendering type '${engine}' requested` };
  }
}

/** Whether the configuration asks for nothing but None. */
function isFallbackWanted(ctx: ModuleContext): boolean {
  const names = listDatasourceNames(ctx.cloudConfig);
  return names.length === 1 && names[0] === "none";
}
