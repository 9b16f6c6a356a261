import { canonicalModuleName } from "../../modules/canonical-name.ts";
import { findKnownName } from "../../modules/known-names.ts";
import { findModule, MODULES } from "../../modules/registry.ts";
import { formatJson } from "../../text/format-json.ts";
import { nearestWord } from "../../text/nearest-word.ts";
import type { CliContext } from "../cli-context.ts";
import { type Command, defineSubcommand } from "../command.ts";
import { installedPaths } from "../installed-paths.ts";
import { explainModule } from "../why/explain-module.ts";
import { explainPer } from "../why/explain-per.ts";
import { explainStep } from "../why/explain-step.ts";
import type { Explanation } from "../why/explanation.ts";
import { readKnownState } from "../why/known-state.ts";
import { renderWhy } from "../why/render-why.ts";

/** `cloud-init why NAME`: why a module, a script or a `cloud-init-per` name ran or did not; exit code 1 where nothing is known of it. */
export function createWhyCommand(ctx: CliContext): Command {
  return defineSubcommand({
    name: "why",
    description: "Tell why a module, a script or a cloud-init-per name ran or did not",
    args: {
      name: {
        type: "positional",
        required: true,
        description: "A module (users-groups), a script or file, or a name of cloud-init-per",
      },
      format: {
        type: "enum",
        options: ["text", "json"],
        default: "text",
        description: "Form of the answer",
      },
    },
    examples: [
      {
        command: "cloud-init why users-groups",
        about: "Why the module ran or did not at the last boot",
      },
      { command: "cloud-init why ssh --format json", about: "The same, for a program" },
    ],
    words: async () => ({ name: MODULES.map(({ name }) => name) }),
    async run(args) {
      const { sys } = ctx;
      const { name } = args;
      const paths = await installedPaths(sys);
      const state = readKnownState(sys, paths);
      const canonical = canonicalModuleName(name);
      const entry = findModule(canonical);
      const isModule =
        entry !== undefined ||
        findKnownName(canonical) !== undefined ||
        state.ledger.some((step) => step.kind === "module" && step.module === canonical);
      const step = isModule ? undefined : explainStep(state, name);
      const found: readonly Explanation[] = [
        ...(isModule ? [explainModule(sys, paths, state, { name: canonical, entry })] : []),
        ...explainPer(sys, paths, state, name),
        ...(step === undefined ? [] : [step]),
      ];
      if (found.length === 0) {
        const near = nearestWord(canonical, [
          ...MODULES.map((module) => module.name),
          ...state.ledger.map(({ what }) => what.slice(what.lastIndexOf("/") + 1)),
        ]);
        const hint = near === undefined ? "" : `; did you mean "${near}"?`;
        ctx.stderr(
          `Nothing is known of "${name}": no module, no step of the ledger and no semaphore of cloud-init-per has this name${hint}\n`,
        );
        ctx.stderr(state.notes.map((note) => `${note}\n`).join(""));
        ctx.exitCode = 1;
        return;
      }
      ctx.stdout(args.format === "json" ? formatJson(found) : renderWhy(found));
    },
  });
}
