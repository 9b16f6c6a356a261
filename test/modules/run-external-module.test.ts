import { describe, expect, test } from "bun:test";
import { createExternalEntry } from "../../src/modules/external-entry.ts";
import { parseExternalHeader } from "../../src/modules/external-header.ts";
import type { ExecOptions, ExecResult } from "../../src/system/system.ts";
import { type ModuleRunOptions, runModule } from "../support/module-context.ts";

const PATH = "/usr/lib/cloud-init/modules/hello";

async function run(
  result: Partial<ExecResult> = {},
  options: ModuleRunOptions & { readonly script?: string } = {},
) {
  const script = options.script ?? "#!/bin/sh\n";
  const header = parseExternalHeader(new TextEncoder().encode(script));
  const entry = createExternalEntry({ fileName: "hello", path: PATH, header });
  let given: ExecOptions = {};
  const ran = await runModule(await entry.load(), {
    entryName: "hello",
    ...options,
    machine: {
      files: {
        [PATH]: script,
        "/bin/sh": "",
        "/run/cloud-init/instance-data-sensitive.json": '{"v1": {"instance_id": "i-test"}}',
        ...options.machine?.files,
      },
      commands: {
        [PATH]: (_argv, execOptions) => {
          given = execOptions;
          return result;
        },
      },
    },
  });
  return { ...ran, given };
}

describe("its input", () => {
  test("is JSON on standard input, nothing of it in arguments or environment", async () => {
    const { given, commands } = await run(
      {},
      {
        config: { password: "Secret-0815", list: [1], bytes: Uint8Array.of(1, 2, 255) },
        systemInfo: { distro: "debian" },
        args: ["a", "b c"],
      },
    );
    expect(commands).toEqual([[PATH]]);
    expect(JSON.stringify(given.env)).not.toContain("Secret-0815");
    expect(Object.keys(given.env ?? {})).toEqual(["INSTANCE_ID", "CLOUD_INIT_LOCK_HOLDER"]);
    expect(JSON.parse(given.stdin ?? "")).toEqual({
      version: 1,
      module: "hello",
      args: ["a", "b c"],
      stage: "single",
      frequency: "once-per-instance",
      cloud_config: {
        password: "Secret-0815",
        list: [1],
        bytes: "ci-b64:AQL/",
        system_info: { distro: "debian" },
      },
      instance_data: { v1: { instance_id: "i-test" } },
      paths: {
        cloud_dir: "/var/lib/cloud",
        config_file: "/etc/cloud/cloud.cfg",
        instance_dir: "/var/lib/cloud/instances/i-test",
        log_dir: "/var/log",
        run_dir: "/run/cloud-init",
        scripts_dir: "/var/lib/cloud/instances/i-test/scripts",
        templates_dir: "/etc/cloud/templates",
      },
    });
  });

  test("has a line for each value, as sed and awk read it", async () => {
    const { given } = await run({}, { config: { motd: "hi" } });
    expect(given.stdin).toContain('\n  "cloud_config": {\n    "motd": "hi",\n');
  });

  test("goes without instance-data that cannot be read, and says so", async () => {
    const files = { "/run/cloud-init/instance-data-sensitive.json": "{" };
    const { given, log } = await run({}, { machine: { files } });
    expect(JSON.parse(given.stdin ?? "")).toMatchObject({ instance_data: {} });
    expect(log).toEqual([
      'WARNING Cannot read "/run/cloud-init/instance-data-sensitive.json": the module gets no instance-data',
    ]);
  });
});

describe("its output", () => {
  test("is in the log: standard output at INFO, standard error at WARNING", async () => {
    const { log, failures } = await run({ stdout: "one\r\n\ntwo", stderr: "careful\n" });
    expect(log).toEqual(["INFO one", "INFO two", "WARNING careful"]);
    expect(failures).toEqual([]);
  });

  test("is shortened where there are many or long lines, and obeyed by no terminal", async () => {
    const stdout = Array.from({ length: 5000 }, (_, index) => `line ${index}`).join("\n");
    const { log } = await run({ stdout, stderr: `\u001b[2J${"x".repeat(3000)}` });
    expect(log).toHaveLength(1002);
    expect(log.slice(499, 502)).toEqual([
      "INFO line 499",
      "INFO [4000 lines left out]",
      "INFO line 4500",
    ]);
    expect(log.at(-1)).toBe(`WARNING \\x1b[2J${"x".repeat(1996)} [1004 more]`);
  });
});

describe("its end", () => {
  test("with 0 is a success, with a step in the ledger", async () => {
    const { ledger, failures } = await run({ durationMs: 12 });
    expect(failures).toEqual([]);
    expect(ledger).toMatchObject([
      { kind: "script", what: PATH, outcome: "ok", exitCode: 0, durationMs: 12 },
    ]);
  });

  test.each<[Partial<ExecResult>, string]>([
    [{ exitCode: 3, stderr: "one\nno disk\n" }, "exit code 3: no disk"],
    [{ exitCode: 3 }, "exit code 3"],
    [{ exitCode: 139, signal: "SIGSEGV" }, "it was ended by signal SIGSEGV"],
    [{ exitCode: 139 }, "exit code 139"],
    [
      { exitCode: 124, timedOut: true },
      "it ran longer than 1h and was ended with its process group",
    ],
  ])("with %p is a failure that says how", async (result, ending) => {
    const { ledger, failures } = await run(result);
    expect(failures).toEqual([`Module "${PATH}" failed: ${ending}`]);
    expect(ledger).toMatchObject([{ outcome: "failed", exitCode: result.exitCode }]);
  });

  test("a missing interpreter is named", async () => {
    const script = "#!/usr/bin/no-such-shell\n";
    const { failures } = await run({ exitCode: 127, stderr: "x" }, { script });
    expect(failures).toEqual([
      `Module "${PATH}" failed: exit code 127: its interpreter "/usr/bin/no-such-shell" is not there; there is /bin/sh`,
    ]);
  });
});

test.each([
  [{}, "#!/bin/sh\n", 3_600_000],
  [{ modules: "10m" }, "#!/bin/sh\n", 600_000],
  [{ modules: "none" }, "#!/bin/sh\n", undefined],
  [{ modules: 0 }, "#!/bin/sh\n", undefined],
  [{ modules: "10m" }, "#!/bin/sh\n# cloud-init: timeout=2h\n", 7_200_000],
])("with timeouts %p and %p its time limit is %p", async (timeouts, script, timeoutMs) => {
  const { given } = await run({}, { config: { timeouts }, script });
  expect(given.timeoutMs).toBe(timeoutMs);
});

test("what is wrong with its header or its time limit is told, and it runs", async () => {
  const { log, failures, commands } = await run(
    {},
    { config: { timeouts: { modules: "soon" } }, script: "#!/bin/sh\n# cloud-init: color=red\n" },
  );
  expect(commands).toHaveLength(1);
  expect(log[0]).toBe(
    `WARNING Module "${PATH}": Cannot use "color=red" in its "# cloud-init:" line: expected frequency=, schema=, plan= or timeout=`,
  );
  expect(failures).toEqual([
    'Cannot use timeouts.modules, the default holds: expected a duration such as 30s, 5m or 1h30m, got "soon"',
  ]);
});

test("a script without a first line of its own is given to the shell", async () => {
  const header = { problems: [] };
  const entry = createExternalEntry({ fileName: "hello", path: PATH, header });
  const { commands } = await runModule(await entry.load(), {
    machine: { files: { [PATH]: "echo hi\n" }, commands: { "/bin/sh": "" } },
  });
  expect(commands).toEqual([["/bin/sh", PATH]]);
});
