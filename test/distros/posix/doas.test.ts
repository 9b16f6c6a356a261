import { describe, expect, test } from "bun:test";
import { ensureDoasRules } from "../../../src/distros/posix/doas.ts";
import {
  createScriptedSystem,
  type ScriptedSystemOptions,
} from "../../../src/simulator/scripted-system.ts";
import { readText } from "../../../src/system/files.ts";
import { createTestLogger } from "../../support/module-context.ts";

const FILE = "/etc/doas.conf";

function run(options: ScriptedSystemOptions = {}) {
  const scripted = createScriptedSystem(options);
  const log: string[] = [];
  const ensure = (name: string, rules: readonly string[]): Promise<void> =>
    ensureDoasRules(scripted.system, createTestLogger(log), { name, rules });
  return { ...scripted, fs: scripted.system.fs, log, ensure };
}

/** A doas that takes no rule with the word NONSENSE. */
function withDoas(conf?: string) {
  const machine = run({
    files: { "/usr/bin/doas": "", ...(conf === undefined ? {} : { [FILE]: conf }) },
    commands: {
      "/usr/bin/doas": () =>
        readText(machine.fs, FILE).includes("NONSENSE")
          ? { exitCode: 1, stderr: "doas: syntax error at line 4" }
          : "",
    },
  });
  return machine;
}

describe("ensureDoasRules", () => {
  test("adds a user's rules behind what is there, and keeps the file's mode", async () => {
    const { ensure, fs, log, commands } = withDoas("permit persist :wheel\n");
    fs.setAttributes(FILE, { mode: 0o600 });
    await ensure("alice", ["permit nopass alice", 'permit keepenv "alice" as root cmd /bin/id']);
    expect(readText(fs, FILE)).toBe(
      'permit persist :wheel\n\n# User rules for alice\npermit nopass alice\npermit keepenv "alice" as root cmd /bin/id\n',
    );
    expect(fs.stat(FILE)?.mode).toBe(0o600);
    expect(commands).toEqual([["/usr/bin/doas", "-C", FILE]]);
    expect(log).toEqual([]);
  });

  test("a second time changes nothing, new rules take the place of the user's old ones", async () => {
    const { ensure, fs, changes } = withDoas();
    await ensure("alice", ["permit alice"]);
    await ensure("bob", ["permit bob"]);
    expect(fs.stat(FILE)?.mode).toBe(0o400);
    const count = changes.length;
    await ensure("alice", ["permit alice"]);
    expect(changes).toHaveLength(count);
    await ensure("alice", ["deny alice"]);
    expect(readText(fs, FILE)).toBe(
      "# User rules for alice\ndeny alice\n\n# User rules for bob\npermit bob\n",
    );
  });

  test("what doas refuses is put back as it was", async () => {
    const { ensure, fs } = withDoas("permit root\n");
    await expect(ensure("alice", ["permit alice NONSENSE"])).rejects.toThrow(
      'doas refuses them, and "/etc/doas.conf" is as it was: doas: syntax error at line 4',
    );
    expect(readText(fs, FILE)).toBe("permit root\n");
    const empty = withDoas();
    await expect(empty.ensure("alice", ["permit alice NONSENSE"])).rejects.toThrow("syntax error");
    expect(empty.fs.stat(FILE)).toBeUndefined();
  });

  test("without doas the rules are there for when it is installed, and a warning says so", async () => {
    const { ensure, fs, log } = run();
    await ensure("alice", ["permit alice"]);
    expect(readText(fs, FILE)).toContain("permit alice\n");
    expect(log).toHaveLength(1);
    expect(log[0]).toStartWith('WARNING User "alice" has doas rules, and doas is not installed');
  });

  test.each([
    [[]],
    [["permit bob"]],
    [["permit nopass :wheel"]],
    [["permit"]],
    [["alice ALL"]],
    [["permit alice\npermit bob"]],
    [["permit alicex"]],
  ])("rules %j are not about alice and refused", async (rules) => {
    const { ensure, changes } = run();
    await expect(ensure("alice", rules)).rejects.toThrow('Cannot give user "alice" doas rules');
    expect(changes).toEqual([]);
  });
});
