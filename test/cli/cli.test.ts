import { describe, expect, test } from "bun:test";
import type { CliContext } from "../../src/cli/cli-context.ts";
import { quickAnswer, runCli } from "../../src/cli/cli.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import {
  createScriptedSystem,
  type ScriptedSystemOptions,
} from "../../src/simulator/scripted-system.ts";
import { VERSION } from "../../src/version.ts";
import packageJson from "../../package.json";

async function run(
  args: readonly string[],
  options: ScriptedSystemOptions = {},
): Promise<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string }> {
  const { system } = createScriptedSystem(options);
  const output = { stdout: "", stderr: "" };
  const ctx: CliContext = {
    sys: system,
    cwd: "/home",
    stdout: (text) => void (output.stdout += text),
    stderr: (text) => void (output.stderr += text),
    exitCode: 0,
  };
  await runCli("cloud-init", args, ctx);
  return { exitCode: ctx.exitCode, ...output };
}

test("the version is that of package.json", () => {
  expect(VERSION).toBe(packageJson.version);
});

describe("--version", () => {
  for (const args of [["--version"], ["-v"], ["-d", "-v"], ["--vers"], ["--version", "init"]]) {
    test(args.join(" "), async () => {
      expect(await run(args)).toEqual({
        exitCode: 0,
        stdout: `cloud-init ${packageJson.version}\n`,
        stderr: "",
      });
    });
  }

  test("only cloud-init answers it, and only as the first word without a machine", () => {
    expect(quickAnswer("cloud-init-per", ["-v"])).toBeUndefined();
    expect(quickAnswer("cloud-init", ["init", "-v"])).toBeUndefined();
  });
});

describe("no subcommand", () => {
  test("nothing at all is a usage error with the help", async () => {
    const result = await run([]);
    expect(result).toMatchObject({ exitCode: 2, stdout: "" });
    expect(result.stderr).toStartWith("error: a subcommand is required\n\n");
    expect(result.stderr).toContain("COMMANDS");
  });

  test("options alone are exit code 1", async () => {
    const result = await run(["--debug"]);
    expect(result.exitCode).toBe(1);
    expect(result.stdout).toContain("USAGE cloud-init");
    expect(result.stderr).toBe(
      "\nNo Subcommand specified. Please specify a subcommand in addition to the option\n",
    );
  });
});

describe("help goes to standard output with exit code 0", () => {
  test("the main help lists each subcommand", async () => {
    const result = await run(["--help"]);
    expect(result).toMatchObject({ exitCode: 0, stderr: "" });
    for (const [name, { summary }] of Object.entries(COMMANDS)) {
      expect(result.stdout).toContain(name);
      expect(result.stdout).toContain(summary);
    }
    expect(result.stdout).not.toContain("\u001B");
  });

  for (const name of Object.keys(COMMANDS)) {
    test(`${name} -h shows its own options, and the inherited ones`, async () => {
      const result = await run([name, "-h"]);
      expect(result).toMatchObject({ exitCode: 0, stderr: "" });
      expect(result.stdout).toContain(`USAGE cloud-init ${name} [OPTIONS]`);
      expect(result.stdout).toContain("-d, --debug");
      expect(result.stdout).toContain("-h, --help");
    });
  }
});

describe("usage errors", () => {
  test("an unknown subcommand lists the valid ones and what was probably meant", async () => {
    const result = await run(["modlues"]);
    expect(result).toMatchObject({ exitCode: 2, stdout: "" });
    expect(result.stderr).toStartWith('error: unknown subcommand "modlues" (choose from init, ');
    expect(result.stderr).toContain('did you mean "modules"?');
  });

  test("what every object has is no subcommand", async () => {
    for (const name of ["constructor", "__proto__", "toString", "hasOwnProperty", ""]) {
      expect(await run([name])).toMatchObject({ exitCode: 2 });
    }
  });

  const cases: readonly [args: string[], message: string][] = [
    [["--local", "init"], 'unrecognized argument: "--local"'],
    [["init", "--frequency=once"], 'unrecognized argument: "--frequency"'],
    [["init", "-v"], 'unrecognized argument: "-v"'],
    [["init", "extra"], 'unrecognized argument: "extra"'],
    [["modules", "-m", "boot"], 'argument --mode/-m: invalid choice: "boot"'],
    [["single"], "the following arguments are required: --name/-n"],
    [["single", "-n", "x", "--frequency", "daily"], 'invalid choice: "daily"'],
    [["--file", "missing.cfg", "init"], 'Cannot open "/home/missing.cfg": no such file'],
    [["init", "-f", "/missing.cfg"], 'Cannot open "/missing.cfg": no such file'],
    [["init", "-f", "/etc"], 'Cannot read "/etc": it is a directory'],
  ];
  for (const [args, message] of cases) {
    test(args.join(" "), async () => {
      const result = await run(args, { files: { "/etc/hosts": "" } });
      expect(result).toMatchObject({ exitCode: 2, stdout: "" });
      expect(result.stderr).toMatch(/^error: [^\n]+\n\n/u);
      expect(result.stderr).toContain(message);
      expect(result.stderr).toContain("USAGE cloud-init");
    });
  }
});

test("an error nobody expected is one line and exit code 1", async () => {
  const { system } = createScriptedSystem();
  let stderr = "";
  const ctx: CliContext = {
    sys: system,
    stdout: () => {
      throw new Error("the pipe\nis gone", { cause: new Error("EPIPE") });
    },
    stderr: (text) => void (stderr += text),
    exitCode: 0,
  };
  await runCli("cloud-init", ["--help"], ctx);
  expect(stderr).toBe("cloud-init: the pipe is gone: EPIPE\n");
  expect(ctx.exitCode).toBe(1);
});
