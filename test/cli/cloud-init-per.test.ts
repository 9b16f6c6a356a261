import { describe, expect, test } from "bun:test";
import type { CliContext } from "../../src/cli/cli-context.ts";
import { runCli } from "../../src/cli/cli.ts";
import {
  createScriptedSystem,
  type ScriptedSystemOptions,
} from "../../src/simulator/scripted-system.ts";
import { readTextIfExists } from "../../src/system/files.ts";
import type { System } from "../../src/system/system.ts";

const AIX = "/opt/freeware/var/lib/cloud";
const COMMANDS = { "/usr/bin/work": { exitCode: 3 } };
/** 2026-01-02T03:04:05Z, where the scripted clock stands. */
const NOW = 1767323045;

interface Run {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly system: System;
  readonly commands: string[][];
}

async function per(
  args: readonly string[],
  options: ScriptedSystemOptions = {},
  program: "cloud-init-per" | "cloud-init-run-module" = "cloud-init-per",
): Promise<Run> {
  const scripted = createScriptedSystem({ platform: "aix", commands: COMMANDS, ...options });
  const output = { stdout: "", stderr: "" };
  const ctx: CliContext = {
    sys: scripted.system,
    stdout: (text) => void (output.stdout += text),
    stderr: (text) => void (output.stderr += text),
    exitCode: 0,
  };
  await runCli(program, args, ctx);
  const { system, commands } = scripted;
  return { exitCode: ctx.exitCode, ...output, system, commands };
}

function read(run: Run, path: string): string | undefined {
  return readTextIfExists(run.system.fs, path);
}

const WITH_INSTANCE = { [`${AIX}/data/instance-id`]: "iid-1\n", [`${AIX}/instances/iid-1/x`]: "" };

describe("checks, in their order", () => {
  const cases: readonly [
    args: string[],
    options: ScriptedSystemOptions,
    exitCode: number,
    stderr: RegExp,
  ][] = [
    [["once", "a"], {}, 1, /^Usage: cloud-init-per frequency name cmd \[ arg1 \[ arg2 \[ /u],
    [[], { uid: 7 }, 1, /^Usage:/u],
    [["daily", "a/b", "x"], { uid: 7 }, 1, /^name cannot contain a \/\n$/u],
    [["daily", "a", "x"], { uid: 7 }, 1, /^must be root\n$/u],
    [["daily", "a", "x"], {}, 1, /^Usage:[^]*\ninvalid frequency: daily\n$/u],
    [["instance", "a", "x"], {}, 1, /^no instance/u],
    [
      ["once", "a", "x"],
      { files: { [`${AIX}/sem`]: "a file" } },
      1,
      /^failed to make directory for \/opt\/freeware\/var\/lib\/cloud\/sem\/bootper\.a\.once/u,
    ],
  ];
  for (const [args, options, exitCode, stderr] of cases) {
    test(`${args.join(" ")} → ${stderr.source}`, async () => {
      const run = await per(args, options);
      expect(run.stderr).toMatch(stderr);
      expect(run.exitCode).toBe(exitCode);
      expect(run.commands).toEqual([]);
    });
  }

  test("help comes first, on standard output, with the three frequencies", async () => {
    for (const flag of ["-h", "--help"]) {
      const run = await per([flag], { uid: 7 });
      expect(run).toMatchObject({ exitCode: 0, stderr: "" });
      expect(run.stdout).toMatch(/^Usage: cloud-init-per frequency name cmd /u);
      for (const frequency of ["once", "instance", "always"]) {
        expect(run.stdout).toContain(`  ${frequency} `);
      }
    }
  });
});

describe("running", () => {
  test("the command's exit code is passed on and kept in the semaphore", async () => {
    const run = await per(["once", "job", "/usr/bin/work", "-h", "--", "a b"]);
    expect(run.exitCode).toBe(3);
    expect(run.commands).toEqual([["/usr/bin/work", "-h", "--", "a b"]]);
    expect(read(run, `${AIX}/sem/bootper.job.once`)).toBe(`3\t${NOW}\n`);
  });

  test("the command gets the caller's streams and environment, without a time limit", async () => {
    let seen: unknown;
    await per(["always", "job", "/usr/bin/work"], {
      env: { PATH: "/usr/bin", GREETING: "hello" },
      commands: {
        "/usr/bin/work": (_argv, options) => {
          seen = options;
          return "";
        },
      },
    });
    expect(seen).toEqual({
      okExitCodes: "any",
      owner: "user",
      output: "inherit",
      inheritStdin: true,
      env: { PATH: "/usr/bin", GREETING: "hello" },
    });
  });

  test("an existing semaphore means exit 0 without running, whatever is in it", async () => {
    const run = await per(["once", "job", "/usr/bin/work"], {
      files: { [`${AIX}/sem/bootper.job.once`]: "1\t1\n" },
    });
    expect(run).toMatchObject({ exitCode: 0, commands: [], stderr: "" });
    expect(read(run, `${AIX}/sem/bootper.job.once`)).toBe("1\t1\n");
  });

  test("always runs over its own semaphore and writes it anew", async () => {
    const run = await per(["always", "job", "/usr/bin/work"], {
      files: { [`${AIX}/sem/bootper.job.always`]: "0\t1\n" },
    });
    expect(run.exitCode).toBe(3);
    expect(read(run, `${AIX}/sem/bootper.job.always`)).toBe(`3\t${NOW}\n`);
  });

  test("a semaphore that cannot be written is exit code 1", async () => {
    const files = { [`${AIX}/sem/bootper.job.always/in-the-way`]: "" };
    const run = await per(["always", "job", "/usr/bin/work"], { files });
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toStartWith(`failed to write to ${AIX}/sem/bootper.job.always`);
    expect(run.commands).toHaveLength(1);
  });

  test("a missing command is 127, with its semaphore", async () => {
    const run = await per(["once", "job", "nothing-here"], {
      commands: { "nothing-here": { exitCode: 127 } },
    });
    expect(run.exitCode).toBe(127);
    expect(read(run, `${AIX}/sem/bootper.job.once`)).toBe(`127\t${NOW}\n`);
  });

  test("outside AIX, cloud_dir is /var/lib/cloud", async () => {
    const run = await per(["once", "job", "/usr/bin/work"], { platform: "linux" });
    expect(read(run, "/var/lib/cloud/sem/bootper.job.once")).toBe(`3\t${NOW}\n`);
  });
});

describe("per instance", () => {
  test("through the instance link", async () => {
    const { system } = createScriptedSystem({ files: WITH_INSTANCE, commands: COMMANDS });
    system.fs.symlink(`${AIX}/instances/iid-1`, `${AIX}/instance`);
    const ctx: CliContext = {
      sys: { ...system, process: { ...system.process, platform: "aix" } },
      stdout: () => undefined,
      stderr: () => undefined,
      exitCode: 0,
    };
    await runCli("cloud-init-per", ["instance", "job", "/usr/bin/work"], ctx);
    expect(ctx.exitCode).toBe(3);
    const path = `${AIX}/instances/iid-1/sem/bootper.job.instance`;
    expect(readTextIfExists(system.fs, path)).toBe(`3\t${NOW}\n`);
  });

  test("without the link, by data/instance-id; no directory takes the link's place", async () => {
    const run = await per(["instance", "job", "/usr/bin/work"], { files: WITH_INSTANCE });
    const path = `${AIX}/instances/iid-1/sem/bootper.job.instance`;
    expect(read(run, path)).toBe(`3\t${NOW}\n`);
    expect(run.system.fs.stat(`${AIX}/instance`)).toBeUndefined();
  });

  test("an instance-id cannot lead out of instances/", async () => {
    const files = { [`${AIX}/data/instance-id`]: "../../evil\n" };
    const run = await per(["instance", "job", "/usr/bin/work"], { files });
    const path = `${AIX}/instances/.._.._evil/sem/bootper.job.instance`;
    expect(read(run, path)).toBe(`3\t${NOW}\n`);
    for (const id of ["..", ".", "", " \n"]) {
      const refused = await per(["instance", "job", "/usr/bin/work"], {
        files: { [`${AIX}/data/instance-id`]: id },
      });
      expect(refused).toMatchObject({ exitCode: 1, commands: [] });
    }
  });
});

describe("older semaphores", () => {
  test('"-" in a name is "_" in the file, and the old spelling is renamed', async () => {
    const run = await per(["once", "my-job", "/usr/bin/work"], {
      files: { [`${AIX}/sem/bootper.my-job.once`]: "0\t1\n" },
    });
    expect(run).toMatchObject({ exitCode: 0, commands: [] });
    expect(read(run, `${AIX}/sem/bootper.my_job.once`)).toBe("0\t1\n");
    expect(read(run, `${AIX}/sem/bootper.my-job.once`)).toBeUndefined();
  });

  for (const [path, frequency] of [
    ["/var/lib/cloud/sem/bootper.my_job.once", "once"],
    ["/var/lib/cloud/sem/bootper.my-job.once", "once"],
    ["/var/lib/cloud/instance/sem/bootper.my-job.instance", "instance"],
  ] as const) {
    test(`on AIX, "${path}" of the old script still holds`, async () => {
      const run = await per([frequency, "my-job", "/usr/bin/work"], {
        files: { ...WITH_INSTANCE, [path]: "0\t1\n" },
      });
      expect(run).toMatchObject({ exitCode: 0, commands: [] });
    });
  }

  test("an old semaphore of always keeps nothing from running", async () => {
    const run = await per(["always", "job", "/usr/bin/work"], {
      files: { "/var/lib/cloud/sem/bootper.job.always": "0\t1\n" },
    });
    expect(run.exitCode).toBe(3);
  });
});

describe("called as cloud-init-run-module", () => {
  const warning = "Warning: cloud-init-run-module is deprecated. Please use cloud-init-per.\n";

  test("the third word is execute, and goes", async () => {
    const args = ["once", "job", "execute", "/usr/bin/work", "x"];
    const run = await per(args, {}, "cloud-init-run-module");
    expect(run).toMatchObject({ exitCode: 3, stderr: warning });
    expect(run.commands).toEqual([["/usr/bin/work", "x"]]);
  });

  test("any other third word is refused", async () => {
    const run = await per(["once", "job", "/usr/bin/work"], {}, "cloud-init-run-module");
    expect(run).toMatchObject({
      exitCode: 1,
      stderr: "legacy cloud-init-run-module only supported with module 'execute'\n",
    });
  });

  test("too few words give the usage", async () => {
    const run = await per(["once", "job", "execute"], {}, "cloud-init-run-module");
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toStartWith(`${warning}Usage: `);
  });
});
