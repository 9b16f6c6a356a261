import { nearestWord } from "../../text/nearest-word.ts";
import type { CliContext } from "../cli-context.ts";
import { type Command, defineSubcommand } from "../command.ts";
import { COMPLETION_SHELLS, renderCompletion } from "../reference/render-completion.ts";
import { UsageError } from "../usage-error.ts";

/** `cloud-init completion ksh|bash|zsh`: a script for that shell, made from the table of commands. */
export function createCompletionCommand(ctx: CliContext): Command {
  return defineSubcommand({
    name: "completion",
    description: "Print what makes a shell complete the words of this program",
    args: {
      shell: {
        type: "positional",
        required: true,
        description:
          "bash; zsh; ksh: ksh93 completes with the tab key, in ksh88 there is only a function that lists words",
      },
    },
    examples: [
      {
        command: "cloud-init completion bash > /etc/bash_completion.d/cloud-init",
        about: "For all users of bash",
      },
      { command: 'eval "$(cloud-init completion ksh)"', about: "In ~/.kshrc, for ksh93" },
    ],
    words: async () => ({ shell: COMPLETION_SHELLS }),
    async run(args) {
      const shell = COMPLETION_SHELLS.find((name) => name === args.shell);
      if (shell === undefined) {
        const near = nearestWord(args.shell, COMPLETION_SHELLS);
        const hint = near === undefined ? "" : `; did you mean "${near}"?`;
        throw new UsageError(
          `argument SHELL: invalid choice: "${args.shell}" (choose from ${COMPLETION_SHELLS.join(", ")})${hint}`,
        );
      }
      const { readCommandSpecs } = await import("../reference/command-specs.ts");
      ctx.stdout(renderCompletion(await readCommandSpecs(ctx), shell));
    },
  });
}
