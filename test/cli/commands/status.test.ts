import { expect, test } from "bun:test";
import fc from "fast-check";
import { runCli } from "../../../src/cli/cli.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";
import { parseYaml } from "../../../src/text/yaml.ts";

const DATA = "/var/lib/cloud/data";
const RUN = "/run/cloud-init";
const DATASOURCE = "DataSourceConfigDriveNet [net,ver=2][source=cd0]";

interface Stage {
  readonly errors?: readonly string[];
  readonly recoverable_errors?: Readonly<Record<string, readonly string[]>>;
  readonly start?: number | null;
  readonly finished?: number | null;
}

function statusJson(given: {
  readonly datasource?: string | null;
  readonly stage?: string | null;
  readonly stages?: Readonly<Record<string, Stage>>;
}): string {
  const empty = { errors: [], recoverable_errors: {}, start: null, finished: null };
  const stages = Object.fromEntries(
    ["init-local", "init", "modules-config", "modules-final"].map((name) => [
      name,
      { ...empty, ...given.stages?.[name] },
    ]),
  );
  return JSON.stringify({
    v1: { datasource: given.datasource ?? null, stage: given.stage ?? null, ...stages },
  });
}

const DONE = statusJson({
  datasource: DATASOURCE,
  stages: {
    "init-local": { start: 1_767_225_600, finished: 1_767_225_605 },
    init: { finished: 1_767_225_610 },
  },
});
const RESULT = JSON.stringify({ v1: { datasource: DATASOURCE, errors: [] } });

async function status(
  args: readonly string[],
  files: Readonly<Record<string, string>>,
  options: {
    readonly platform?: string;
    readonly uid?: number;
    readonly env?: Readonly<Record<string, string>>;
    readonly onSleep?: (count: number, write: (path: string, text: string) => void) => void;
  } = {},
) {
  const { onSleep, ...machine } = options;
  const { system } = createScriptedSystem({ files, ...machine });
  const out = { stdout: "", stderr: "" };
  let sleeps = 0;
  const sys = {
    ...system,
    clock: {
      ...system.clock,
      async sleep(ms: number) {
        expect(ms).toBe(250);
        sleeps += 1;
        onSleep?.(sleeps, (path, text) => system.fs.write(path, text));
      },
    },
  };
  const ctx = {
    sys,
    stdout: (text: string) => {
      out.stdout += text;
    },
    stderr: (text: string) => {
      out.stderr += text;
    },
    exitCode: 0,
  };
  await runCli("cloud-init", ["status", ...args], ctx);
  return { ...out, exitCode: ctx.exitCode, sleeps };
}

test("a boot that has ended is done", async () => {
  const files = { [`${RUN}/status.json`]: DONE, [`${RUN}/result.json`]: RESULT };
  expect(await status([], files)).toEqual({
    stdout: "status: done\n",
    stderr: "",
    exitCode: 0,
    sleeps: 0,
  });
});

test("--long tells the rest", async () => {
  const done = await status(["--long"], {
    [`${RUN}/status.json`]: DONE,
    [`${RUN}/result.json`]: RESULT,
  });
  expect(done.stdout).toBe(
    [
      "status: done",
      "extended_status: done",
      "boot_status_code: enabled-by-sysvinit",
      "last_update: Thu, 01 Jan 2026 00:00:10 +0000",
      `detail: ${DATASOURCE}`,
      "errors: []",
      "recoverable_errors: {}",
      "",
    ].join("\n"),
  );
});

test("errors and warnings are listed, one line each", async () => {
  const text = statusJson({
    stages: {
      init: {
        errors: ["first\nline", "second"],
        finished: 5,
        recoverable_errors: { WARNING: ["a\nb"], ERROR: ["c"] },
      },
      "modules-final": { recoverable_errors: { WARNING: ["d"] } },
    },
  });
  const done = await status(["-l"], {
    [`${DATA}/status.json`]: text,
    [`${DATA}/result.json`]: RESULT,
  });
  expect(done.exitCode).toBe(1);
  expect(done.stdout).toBe(
    [
      "status: error",
      "extended_status: error - done",
      "boot_status_code: enabled-by-sysvinit",
      "last_update: Thu, 01 Jan 1970 00:00:05 +0000",
      "detail: Cloud-init enabled on sysvinit",
      "errors:",
      "\t- first line",
      "\t- second",
      "recoverable_errors:",
      "ERROR:",
      "\t- c",
      "WARNING:",
      "\t- a b",
      "\t- d",
      "",
    ].join("\n"),
  );
});

test("warnings alone are a degraded state with exit code 2", async () => {
  const text = statusJson({
    stages: { init: { finished: 5, recoverable_errors: { WARNING: ["w"] } } },
  });
  const done = await status(["--format", "json"], {
    [`${RUN}/status.json`]: text,
    [`${RUN}/result.json`]: RESULT,
  });
  expect(done.exitCode).toBe(2);
  expect(JSON.parse(done.stdout)).toMatchObject({
    status: "done",
    extended_status: "degraded done",
  });
});

test.each([
  ["not started", {}, "not started"],
  ["running", { [`${RUN}/status.json`]: statusJson({ stage: "init" }) }, "running"],
  ["disabled", { "/etc/cloud/cloud-init.disabled": "", [`${RUN}/status.json`]: DONE }, "disabled"],
])("%s", async (_name, files, word) => {
  const done = await status([], files);
  expect([done.stdout, done.exitCode]).toEqual([`status: ${word}\n`, 0]);
});

test("a running stage is the detail as long as no datasource is known", async () => {
  const done = await status(["--format=json"], {
    [`${RUN}/status.json`]: statusJson({ stage: "init" }),
  });
  expect(JSON.parse(done.stdout)).toMatchObject({
    detail: "Running in stage: init",
    stage: "init",
  });
});

test("JSON has upstream's keys, sorted, and YAML the same", async () => {
  const files = { [`${RUN}/status.json`]: DONE, [`${RUN}/result.json`]: RESULT };
  const json = await status(["--format", "json"], files);
  const value: unknown = JSON.parse(json.stdout);
  expect(json.stdout).toStartWith('{\n  "boot_status_code": "enabled-by-sysvinit",\n');
  expect(Object.keys(value as object)).toEqual([
    "boot_status_code",
    "datasource",
    "detail",
    "errors",
    "extended_status",
    "init",
    "init-local",
    "last_update",
    "modules-config",
    "modules-final",
    "recoverable_errors",
    "stage",
    "status",
  ]);
  expect(value).toMatchObject({ datasource: "configdrivenet", stage: null });
  const yaml = await status(["--format", "yaml"], files);
  expect(yaml.stdout).toStartWith("---\n");
  expect(parseYaml(yaml.stdout, "")).toMatchObject({ ok: true, value: value as object });
});

test.each([
  ["aix", { "/opt/freeware/etc/cloud/cloud-init.disabled": "" }, "disabled-by-marker-file", {}],
  ["aix", {}, "enabled-by-sysvinit", {}],
  [
    "linux",
    { "/run/systemd/system/x": "", "/proc/cmdline": "quiet cloud-init=disabled" },
    "disabled-by-kernel-command-line",
    {},
  ],
  [
    "linux",
    {
      "/run/systemd/system/x": "",
      "/proc/cmdline": "cloud-init=enabled",
      "/etc/cloud/cloud-init.disabled": "",
    },
    "enabled-by-kernel-command-line",
    {},
  ],
  [
    "linux",
    { "/run/systemd/system/x": "" },
    "disabled-by-environment-variable",
    { KERNEL_CMDLINE: "cloud-init=disabled" },
  ],
  ["linux", { "/run/systemd/system/x": "", [`${RUN}/disabled`]: "" }, "disabled-by-generator", {}],
  ["linux", { "/run/systemd/system/x": "", [`${RUN}/enabled`]: "" }, "enabled-by-generator", {}],
  ["linux", { "/run/systemd/system/x": "" }, "unknown", {}],
])("on %s with %p the boot status is %s", async (platform, files, code, env) => {
  const done = await status(["--format", "json"], files, { platform, env });
  expect(JSON.parse(done.stdout)).toMatchObject({ boot_status_code: code });
});

test("--wait looks again four times a second until all has ended", async () => {
  const files = { [`${RUN}/status.json`]: statusJson({ stage: "init" }) };
  const onSleep = (count: number, write: (path: string, text: string) => void): void => {
    if (count === 3) {
      write(`${RUN}/status.json`, DONE);
      write(`${RUN}/result.json`, RESULT);
    }
  };
  expect(await status(["--wait"], files, { onSleep })).toEqual({
    stdout: "...status: done\n",
    stderr: "",
    exitCode: 0,
    sleeps: 3,
  });
  const json = await status(["--wait", "--format", "json"], files, { onSleep });
  expect(json.stdout).toStartWith("{");
});

test("a status.json that is cut short does not hide how the boot ended", async () => {
  const result = JSON.stringify({ v1: { datasource: DATASOURCE, errors: ["it broke"] } });
  const files = { [`${RUN}/status.json`]: DONE.slice(0, 60), [`${RUN}/result.json`]: result };
  const done = await status(["--long"], files);
  expect(done.exitCode).toBe(1);
  expect(done.stdout).toStartWith("status: error\nextended_status: error - done\n");
  expect(done.stdout).toContain("\t- it broke\n");
  expect(done.stderr).toBe(
    `Cannot read "${RUN}/status.json": it is cut short, or no file of cloud-init\n`,
  );
});

test("whatever is in the files, an answer comes", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.json(),
        fc.string(),
        fc.nat(DONE.length).map((end) => DONE.slice(0, end)),
        fc.json().map((json) => `{"v1": ${json}}`),
      ),
      fc.constantFrom("json", "yaml", "tabular"),
      async (text, format) => {
        const files = { [`${RUN}/status.json`]: text, [`${RUN}/result.json`]: text };
        const done = await status(["--long", "--failed", "--format", format], files);
        expect(done.stdout).not.toBe("");
        expect([0, 1, 2]).toContain(done.exitCode);
      },
    ),
    { numRuns: 200 },
  );
});

const LEDGER = "/var/lib/cloud/instances/i-1/ledger.jsonl";

function ledger(...entries: readonly object[]): Record<string, string> {
  return {
    [`${RUN}/status.json`]: DONE,
    [`${RUN}/result.json`]: RESULT,
    [`${DATA}/instance-id`]: "i-1\n",
    [LEDGER]: entries
      .map((entry) => `${JSON.stringify({ kind: "command", outcome: "ok", ...entry })}\n`)
      .join(""),
  };
}

const AT = "2026-01-01T00:00:03.000Z";
const SCRIPTS = { stage: "modules-final", module: "scripts_user", time: AT };

test("--failed lists the failed steps of the last boot, each once", async () => {
  const files = ledger(
    {
      stage: "init",
      module: "bootcmd",
      time: "2025-12-31T00:00:00Z",
      what: "bootcmd[0]",
      outcome: "failed",
      exitCode: 9,
    },
    { stage: "init-local", time: "2026-01-01T00:00:00.500Z", what: "ls" },
    {
      stage: "init",
      module: "write_files",
      time: AT,
      kind: "file",
      what: "write_files[2]",
      outcome: "failed",
      reason: "Cannot write: no space",
      source: "user-data",
      line: 12,
    },
    {
      stage: "init",
      module: "write_files",
      time: AT,
      kind: "module",
      what: "write_files",
      outcome: "failed",
      reason: "x",
    },
    {
      ...SCRIPTS,
      what: "/i/scripts/runcmd",
      kind: "script",
      outcome: "failed",
      exitCode: 2,
      stderr: "b",
    },
    { ...SCRIPTS, what: "runcmd[0]", exitCode: 0 },
    {
      ...SCRIPTS,
      what: "runcmd[1]",
      outcome: "failed",
      exitCode: 1,
      reason: "exit code 1",
      source: "user-data",
      line: 25,
    },
    {
      ...SCRIPTS,
      what: "runcmd[3]",
      outcome: "failed",
      exitCode: 2,
      reason: "exit code 2",
      stderr: "a\nb",
      source: "user-data",
      line: 27,
    },
    {
      ...SCRIPTS,
      what: "/i/scripts/x.sh",
      kind: "script",
      outcome: "failed",
      exitCode: 124,
      reason: "it ran longer than 5m",
      stderr: "tick",
    },
    { ...SCRIPTS, what: "scripts_user", kind: "module", outcome: "failed", reason: "Runparts" },
    {
      stage: "modules-final",
      time: AT,
      kind: "stage",
      what: "config-ssh",
      outcome: "interrupted",
      reason: "cut off",
    },
  );
  const done = await status(["--failed"], files);
  expect(done.stdout).toBe(
    [
      "status: done",
      "5 failed in the last boot of instance i-1:",
      "",
      "init, write_files:",
      "  write_files[2] (user-data line 12): Cannot write: no space",
      "",
      "modules-final, scripts_user:",
      "  runcmd[1] (user-data line 25) exit 1",
      "  runcmd[3] (user-data line 27) exit 2: b",
      "      a",
      "  /i/scripts/x.sh exit 124: it ran longer than 5m",
      "",
      "modules-final:",
      "  config-ssh interrupted: cut off",
      "",
    ].join("\n"),
  );
  const json = await status(["--failed", "--format", "json"], files);
  expect(JSON.parse(json.stdout).failed).toHaveLength(5);
});

test("--failed without a failure, and without a ledger", async () => {
  const none = await status(["--failed"], ledger({ stage: "init", time: AT, what: "x" }));
  expect(none.stdout).toBe("status: done\nNothing failed in the last boot of instance i-1\n");
  const files = { [`${RUN}/status.json`]: DONE, [`${RUN}/result.json`]: RESULT };
  expect((await status(["--failed"], files)).stdout).toContain("No ledger");
});

test("a module without failed steps of its own is shown itself", async () => {
  const done = await status(
    ["--failed"],
    ledger({
      stage: "init",
      module: "ssh",
      time: AT,
      kind: "module",
      what: "ssh",
      outcome: "failed",
      reason: "no keys",
    }),
  );
  expect(done.stdout).toContain("init, ssh:\n  ssh: no keys\n");
});

test("cloud_dir is found where the link in run_dir leads", async () => {
  const { system } = createScriptedSystem({
    files: {
      "/srv/cloud/data/status.json": DONE,
      "/srv/cloud/data/result.json": RESULT,
      "/srv/cloud/data/instance-id": "i-2",
      "/srv/cloud/instances/i-2/ledger.jsonl": "",
    },
  });
  system.fs.symlink("../../srv/cloud/data/status.json", `${RUN}/status.json`);
  let text = "";
  const ctx = {
    sys: system,
    stdout: (part: string) => {
      text += part;
    },
    stderr: () => {},
    exitCode: 0,
  };
  await runCli("cloud-init", ["status", "--failed"], ctx);
  expect(text).toBe("status: done\nNothing failed in the last boot of instance i-2\n");
});
