import type { CliContext } from "../cli-context.ts";
import { type Command, defineSubcommand } from "../command.ts";

/** `cloud-init man`: the manual page, as roff for man(7). */
export function createManCommand(ctx: CliContext): Command {
  return defineSubcommand({
    name: "man",
    description: "Print the manual page, as text for nroff",
    args: {},
    examples: [
      { command: "cloud-init man | nroff -man | more", about: "Read it where it is not installed" },
    ],
    async run() {
      const { renderManual } = await import("../reference/render-manual.ts");
      ctx.stdout(await renderManual(ctx));
    },
  });
}
