import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CliContext } from "../../../src/cli/cli-context.ts";
import { COMMANDS } from "../../../src/cli/commands.ts";
import { type ProgramSpec, readCommandSpecs } from "../../../src/cli/reference/command-specs.ts";
import {
  COMPLETION_SHELLS,
  renderCompletion,
} from "../../../src/cli/reference/render-completion.ts";
import { MODULES } from "../../../src/modules/registry.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";

let program: ProgramSpec;
let directory = "";
beforeAll(async () => {
  const ctx: CliContext = {
    sys: createScriptedSystem().system,
    stdout: () => {},
    stderr: () => {},
    exitCode: 0,
  };
  program = await readCommandSpecs(ctx);
  directory = mkdtempSync(join(tmpdir(), "completion-"));
  for (const shell of COMPLETION_SHELLS) {
    writeFileSync(join(directory, shell), renderCompletion(program, shell));
  }
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test("words need no quoting in any shell", () => {
  const words = program.commands.flatMap((command) => [
    command.name,
    ...command.options.flatMap(({ name, values }) => [name, ...values]),
    ...command.positionals.flatMap(({ values }) => values),
  ]);
  expect(words.length).toBeGreaterThan(100);
  expect(words.filter((word) => !/^[A-Za-z0-9][A-Za-z0-9_.-]*$/u.test(word))).toEqual([]);
});

describe.each(["/usr/bin/ksh93", "/usr/bin/mksh", "/bin/dash", "/bin/bash"].filter(existsSync))(
  "%s lists what may follow",
  (shell) => {
    const list = (...words: readonly string[]): readonly string[] => {
      const script = `. ${directory}/ksh; _cloud_init_words "$@"`;
      const argv = ["-c", script, "sh", ...words];
      const { status, stdout, stderr } = spawnSync(shell, argv, { encoding: "utf8" });
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      return stdout.split("\n").filter((line) => line !== "");
    };

    test("the program's name", () => {
      const found = list();
      expect(found.slice(0, Object.keys(COMMANDS).length)).toEqual(Object.keys(COMMANDS));
      expect(found).toContain("--version");
    });

    test("a global option, its value, and a subcommand after it", () => {
      expect(list("--debug")).toContain("status");
      expect(list("--file")).toEqual([]);
      expect(list("--file", "status")).toContain("modules");
      expect(list("-f", "x.cfg", "status")).toContain("--wait");
    });

    test("a subcommand: its options and those of every subcommand", () => {
      const found = list("status");
      for (const word of ["--long", "--format", "--help", "--debug", "--file"]) {
        expect(found).toContain(word);
      }
      expect(found).not.toContain("--local");
    });

    test("options with values: the values, or nothing where it is a file", () => {
      expect(list("modules", "--mode")).toEqual(["init", "config", "final"]);
      expect(list("modules", "-m")).toEqual(["init", "config", "final"]);
      expect(list("status", "--long", "--format")).toEqual(["json", "yaml", "tabular"]);
      expect(list("schema", "--config-file")).toEqual([]);
    });

    test("names of modules", () => {
      const names = MODULES.map(({ name }) => name);
      expect(list("single", "-n")).toEqual(names);
      expect(list("single", "--name")).toEqual(names);
      expect(list("why").slice(0, names.length)).toEqual(names);
      expect(list("completion").slice(0, 3)).toEqual(["ksh", "bash", "zsh"]);
      expect(list("analyze").slice(0, 2)).toEqual(["show", "blame"]);
    });
  },
);

test("bash completes the word under the cursor, also of cloud-id", () => {
  const complete = (...words: readonly string[]): string => {
    const script = `. ${directory}/bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_cloud_init_complete; printf '%s ' "\${COMPREPLY[@]}"; complete -p cloud-id`;
    const argv = ["--norc", "-c", script, "bash", ...words];
    const { stdout, stderr } = spawnSync("/bin/bash", argv, { encoding: "utf8" });
    expect(stderr).toBe("");
    expect(stdout).toContain("complete -o default -F _cloud_init_complete cloud-id");
    return stdout.split("complete ")[0]?.trim() ?? "";
  };
  expect(complete("cloud-init", "st")).toBe("status");
  expect(complete("/usr/bin/cloud-init", "status", "--w")).toBe("--wait");
  expect(complete("cloud-init", "single", "-n", "users_")).toBe("users_groups");
  expect(complete("cloud-id", "--js")).toBe("--json");
});

test.skipIf(!existsSync("/usr/bin/script") || !existsSync("/usr/bin/ksh93"))(
  "ksh93 completes with the tab key, and leaves other lines alone",
  () => {
    // The command is never run: what is typed is shown again by the shell's own history.
    const keys = "cloud-init uninst\t--dr\t\nechx /et\t\n: cloud-init stat\t\nexit\n";
    writeFileSync(join(directory, "rc"), `. ${directory}/ksh\nalias cloud-init='print -r RAN'\n`);
    const { stdout } = spawnSync(
      "/usr/bin/script",
      ["-qec", "/usr/bin/ksh93 -i -o emacs", "/dev/null"],
      {
        input: keys,
        encoding: "utf8",
        timeout: 20_000,
        env: { ENV: join(directory, "rc"), PS1: "> ", TERM: "dumb", PATH: "/nonexistent" },
      },
    );
    expect(stdout).toContain("RAN uninstall --dry-run");
    expect(stdout).not.toContain(": cloud-init status");
  },
);

test.skipIf(!existsSync("/usr/bin/zsh"))("zsh completes, or offers files", () => {
  const script = `compdef() {}; compadd() { print -r -- "words $*" }; _files() { print files }
. ${directory}/zsh; words=("$@"); CURRENT=$#; _cloud_init_complete`;
  const complete = (...words: readonly string[]): string =>
    spawnSync("/usr/bin/zsh", ["-f", "-c", script, "zsh", ...words], { encoding: "utf8" }).stdout;
  expect(complete("cloud-init", "modules", "--mode", "")).toBe("words -- init config final\n");
  expect(complete("cloud-init", "--file", "")).toBe("files\n");
  expect(complete("/usr/bin/cloud-id", "")).toContain(" --json ");
});

test.skipIf(!existsSync("/usr/bin/zsh"))("zsh completes from $fpath, at the first key too", () => {
  writeFileSync(join(directory, "_cloud-init"), renderCompletion(program, "zsh"));
  const script = `compdef() { print bound }; compadd() { print -r -- "words $*" }
fpath=(${directory}); autoload -Uz _cloud-init; words=("$@"); CURRENT=$#; _cloud-init; _cloud-init`;
  const args = ["-f", "-c", script, "zsh", "cloud-init", "modules", "--mode", ""];
  const { stdout, stderr } = spawnSync("/usr/bin/zsh", args, { encoding: "utf8" });
  expect({ stdout, stderr }).toEqual({
    stdout: "words -- init config final\n".repeat(2),
    stderr: "",
  });
});

test("zsh binds the function", () => {
  const text = renderCompletion(program, "zsh");
  expect(text).toStartWith("#compdef cloud-init cloud-id\n");
  expect(text).toContain("compdef _cloud_init_complete cloud-init cloud-id\n");
});
