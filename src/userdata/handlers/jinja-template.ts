import { Buffer } from "node:buffer";
import { renderJinja } from "../../jinja/render-jinja.ts";
import { decodeUtf8 } from "../../text/decode-utf8.ts";
import { detectContentType } from "../content-type.ts";
import { PartError } from "../part-error.ts";
import type { PartHandler } from "./handler.ts";

/** Renders `## template: jinja` parts with instance-data, and hands the result on by its own first line (compat userdata.md §6.6). */
export const jinjaTemplate: PartHandler = {
  contentTypes: ["text/jinja2"],
  async handle(part, ctx) {
    const { source } = ctx;
    const ignored = `Ignoring jinja template for ${part.filename}.`;
    const variables = await ctx.templateVariables();
    if (variables === undefined) {
      const message = `${ignored} Cannot render jinja template vars. Instance data not yet present`;
      throw new PartError({ message, source });
    }
    const decoded = decodeUtf8(part.content);
    if (!("text" in decoded)) {
      const message = `${ignored} Byte ${decoded.offsetBytes} is not UTF-8`;
      throw new PartError({ message, source });
    }
    const rendered = renderJinja(decoded.text.trimStart(), variables, source);
    if (!rendered.ok) {
      const failed = rendered.kind === "syntax" ? " Failed to render template." : "";
      const message = `${ignored}${failed} ${rendered.problem.message}`;
      throw new PartError({ ...rendered.problem, message });
    }
    if (rendered.missingNames.length > 0) {
      const names = rendered.missingNames.map((name) => `'${name}'`).join(", ");
      ctx.log.warn(
        `Could not render jinja template variables in file '${part.filename}': ${names}`,
      );
    }
    const content = Buffer.from(rendered.text);
    const contentType = detectContentType(content) ?? "text/plain";
    const isHandled =
      HANDED_ON.has(contentType) &&
      (await ctx.handleRendered({ ...part, contentType, content: withLine(content, contentType) }));
    if (!isHandled) {
      const message = `${ignored} Could not find supported sub-handler for type ${contentType}`;
      throw new PartError({ message, source });
    }
  },
};

const HANDED_ON: ReadonlySet<string> = new Set([
  "text/cloud-boothook",
  "text/cloud-config",
  "text/cloud-config-jsonp",
  "text/x-shellscript",
]);

/** An empty line in place of the template's first one, so that messages tell the lines that the user wrote. */
function withLine(content: Uint8Array, contentType: string): Uint8Array {
  return contentType.startsWith("text/cloud-config")
    ? Buffer.concat([Buffer.from("\n"), content])
    : content;
}
