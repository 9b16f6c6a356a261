import { describe, expect, test } from "bun:test";
import { parseArgv } from "../../src/cli/argv.ts";
import type { CliContext } from "../../src/cli/cli-context.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { GLOBAL_ARGS, INHERITED_ARGS } from "../../src/cli/global-args.ts";
import { MAIN_EXAMPLES, renderCommandHelp, renderMainHelp } from "../../src/cli/help.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";

const ctx: CliContext = {
  sys: createScriptedSystem().system,
  stdout: () => {},
  stderr: () => {},
  exitCode: 0,
};

async function createCommand(name: string) {
  const create = await COMMANDS[name]?.load();
  const command = create?.(ctx, { debug: false, force: false, files: [] });
  if (command === undefined) {
    throw new Error(`There is no command "${name}"`);
  }
  return command;
}

/** The words of the part of a line that is ours: `sudo`, `eval "$(…)"`, pipes and redirections are the shell's. */
function ownWords(line: string): readonly string[] {
  const inner = /\$\((.*)\)/u.exec(line)?.[1] ?? line;
  const own = inner.split(/ [|>] /u)[0] ?? "";
  return [...own.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/gu)].map(
    (match) => match[1] ?? match[2] ?? match[3] ?? "",
  );
}

describe("examples law", () => {
  test("the main help shows commands that there are", async () => {
    for (const { command } of MAIN_EXAMPLES) {
      const [, name = "", ...rest] = ownWords(command);
      const { args } = await createCommand(name);
      expect(parseArgv(rest, args, { inherited: INHERITED_ARGS }).kind).toBe("parsed");
    }
    const help = await renderMainHelp(false);
    expect(help).toContain(
      "\nEXAMPLES\n\n  cloud-init status --long\n      How the last boot went\n",
    );
  });

  test("the help of a command ends with its examples", async () => {
    const help = await renderCommandHelp(await createCommand("uninstall"), false);
    expect(help).toEndWith(
      "\n  cloud-init uninstall\n      Go back to what was there before the install\n",
    );
    expect(help).not.toContain("\u001B");
    const coloured = await renderCommandHelp(await createCommand("uninstall"), true);
    expect(coloured).toContain("\u001B[1mEXAMPLES\u001B[22m");
  });

  for (const name of Object.keys(COMMANDS)) {
    test(`${name} has one to three examples that can be typed`, async () => {
      const { examples } = await createCommand(name);
      expect(examples.length).toBeGreaterThanOrEqual(1);
      expect(examples.length).toBeLessThanOrEqual(3);
      for (const { command, about } of examples) {
        expect(about).toMatch(/^[A-Z].*[^.\s]$/u);
        const [program, ...rest] = ownWords(command);
        const words = program === "cloud-id" ? ["cloud-id", ...rest] : rest;
        expect(["cloud-id", "cloud-init"]).toContain(program ?? "");
        const first = parseArgv(words, GLOBAL_ARGS, { stopAtPositional: true });
        if (first.kind !== "parsed") {
          throw new Error(`${command}: ${JSON.stringify(first)}`);
        }
        expect(first.positionals).toEqual([name]);
        const { args } = await createCommand(name);
        const second = parseArgv(first.rest, args, { inherited: INHERITED_ARGS });
        expect({ command, second }).toMatchObject({ command, second: { kind: "parsed" } });
      }
    });
  }
});
