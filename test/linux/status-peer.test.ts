// The same status.json for Debian's cloud-init 22.4 and for the built program. Newer versions of
// cloud-init, whose shapes ours has, say more (extended_status, recoverable_errors, the stages) and
// use `detail` otherwise: what both say has to be the same, but for what a sample names.
import { beforeAll, describe, expect, test } from "bun:test";
import { parseYaml } from "../../src/text/yaml.ts";
import { isRecord } from "../../src/text/record.ts";
import {
  type CommandOutcome,
  comparePeers,
  findPeerObstacle,
  type PeerOutcomes,
  type StateSample,
} from "../support/state-peer.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";

const RUN = "/run/cloud-init";
const DISABLED = "/etc/cloud/cloud-init.disabled";
const NOBODY = 65_534;
const DATASOURCE = "DataSourceNoCloud [seed=/dev/sr0][dsmode=net]";
const STAGES = ["init-local", "init", "modules-config", "modules-final"];
const RUNS: StateSample["runs"] = [
  ["status"],
  ["status", "--long"],
  ["status", "--format", "json"],
  ["status", "--format=yaml"],
];

/** Version 22.4 writes neither recoverable_errors nor, before the end, what has not begun. */
function status(over: Readonly<Record<string, unknown>> = {}): string {
  const stages = STAGES.map((name, index) => [
    name,
    { errors: [], start: 10.5 + index, finished: 11.25 + index },
  ]);
  return JSON.stringify({
    v1: { datasource: DATASOURCE, stage: null, ...Object.fromEntries(stages), ...over },
  });
}

const RESULT = JSON.stringify({ v1: { datasource: DATASOURCE, errors: [] } });

interface StatusSample {
  readonly files: StateSample["files"];
  /** Keys that differ, and why they have to. */
  readonly differs?: { readonly keys: readonly string[]; readonly reason: string };
}

const done = (text: string): StateSample["files"] => ({
  [`${RUN}/status.json`]: text,
  [`${RUN}/result.json`]: RESULT,
});

const SAMPLES = {
  "nothing has run": {
    files: {},
    differs: { keys: ["status"], reason: '"not run" has become "not started" in newer versions' },
  },
  done: { files: done(status()) },
  "a stage runs, no datasource is known": {
    files: {
      [`${RUN}/status.json`]: status({
        datasource: null,
        stage: "init-local",
        "init-local": { errors: [], start: 5, finished: null },
        init: { errors: [], start: null, finished: null },
        "modules-config": { errors: [], start: null, finished: null },
        "modules-final": { errors: [], start: null, finished: null },
      }),
    },
  },
  "between two stages": {
    files: {
      [`${RUN}/status.json`]: status({
        "modules-final": { errors: [], start: null, finished: null },
      }),
    },
  },
  "errors of two stages": {
    files: done(
      status({
        init: { errors: ["first"], start: 12, finished: 13 },
        "modules-final": { errors: ["('x', RuntimeError('second'))"], start: 14, finished: 15 },
      }),
    ),
  },
  "an error while it runs": {
    files: {
      [`${RUN}/status.json`]: status({
        stage: "modules-final",
        init: { errors: ["first"], start: 12, finished: 13 },
      }),
    },
  },
  "of the Python agent 0.7.5": {
    files: done(
      JSON.stringify({
        v1: {
          datasource: "DataSourceConfigDriveNet [net,ver=2][source=/dev/cd0]",
          stage: null,
          init: { errors: [], start: 1414000000.12, end: null, finished: 1414000003.4 },
          "init-local": { errors: [], start: 1413999990.0, end: null, finished: 1413999991.0 },
          "modules-config": { errors: [], start: 1414000004, end: null, finished: 1414000005 },
          "modules-final": { errors: [], start: 1414000006, end: null, finished: 1414000007.9 },
        },
      }),
    ),
  },
  "of a newer version with more keys": {
    files: done(
      status({
        schema_version: "2",
        "modules-final": {
          errors: [],
          recoverable_errors: {},
          start: 20,
          finished: 21.999,
          extra: { deep: [1] },
        },
      }),
    ),
  },
  "disabled by the generator": {
    files: { "/run/systemd/system/x": "", [`${RUN}/disabled`]: "" },
  },
  "enabled by the generator": {
    files: { "/run/systemd/system/x": "", [`${RUN}/enabled`]: "", ...done(status()) },
  },
  "systemd and no generator": { files: { "/run/systemd/system/x": "", ...done(status()) } },
  "disabled by a file, with systemd": {
    files: { "/run/systemd/system/x": "", [DISABLED]: "" },
  },
  "disabled by a file, without systemd": {
    files: { [DISABLED]: "" },
    differs: {
      keys: ["status", "boot_status_code"],
      reason: "our init scripts obey the file, upstream's do not look at it",
    },
  },
} satisfies Record<string, StatusSample>;

type Name = keyof typeof SAMPLES;

const SHARED_KEYS = ["boot_status_code", "datasource", "errors", "last_update", "status"];

/** Upstream has no name for it where it is null; newer versions make that "". */
function shared(value: unknown): Record<string, unknown> {
  const all = isRecord(value) ? value : {};
  return Object.fromEntries(SHARED_KEYS.map((key) => [key, all[key] ?? ""]));
}

function without(value: Record<string, unknown>, keys: readonly string[]): unknown {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)));
}

/** "status: done" and the like, of the keys that both have in a table. */
function tabular(text: string): Record<string, unknown> {
  const lines = text.split("\n").map((line) => /^([a-z_]+): (.*)$/u.exec(line));
  return Object.fromEntries(
    lines.flatMap((line) =>
      line !== null && ["status", "boot_status_code", "last_update"].includes(line[1] ?? "")
        ? [[line[1] ?? "", line[2]]]
        : [],
    ),
  );
}

function readYaml(text: string): unknown {
  const parsed = parseYaml(text, "status");
  expect(parsed.ok).toBe(true);
  return parsed.ok ? parsed.value : undefined;
}

const READERS: readonly ((outcome: CommandOutcome) => Record<string, unknown>)[] = [
  ({ stdout }) => tabular(stdout),
  ({ stdout }) => tabular(stdout),
  ({ stdout }) => shared(JSON.parse(stdout)),
  ({ stdout }) => shared(readYaml(stdout)),
];

describe.skipIf(requireOrSkip(findPeerObstacle()))("status of cloud-init and of ours", () => {
  let outcomes: Readonly<Record<string, PeerOutcomes>> = {};

  beforeAll(async () => {
    const samples: Record<string, StateSample> = Object.fromEntries(
      Object.entries(SAMPLES).map(([name, { files }]) => [
        name,
        { files, absent: [DISABLED], runs: RUNS },
      ]),
    );
    samples["for root alone"] = {
      files: Object.fromEntries(
        Object.entries(done(status())).map(([path, text]) => [
          path,
          { text: String(text), mode: 0o600 },
        ]),
      ),
      absent: [DISABLED],
      uid: NOBODY,
      runs: RUNS,
    };
    samples["cut short"] = { files: done(status().slice(0, 40)), absent: [DISABLED], runs: RUNS };
    outcomes = await comparePeers(samples);
  }, 300_000);

  for (const name of Object.keys(SAMPLES) as Name[]) {
    const sample: StatusSample = SAMPLES[name];
    const { differs } = sample;
    test(differs === undefined ? name : `${name} (differs: ${differs.reason})`, () => {
      const { peer, ours } = outcomes[name] ?? { peer: [], ours: [] };
      expect(ours).toHaveLength(RUNS.length);
      const keys = differs?.keys ?? [];
      for (const [index, read] of READERS.entries()) {
        const [theirs, own] = [peer[index], ours[index]];
        if (theirs === undefined || own === undefined) {
          throw new Error(`No outcome of run ${index}`);
        }
        expect(own.stderr).toBe("");
        expect(own.exitCode).toBe(theirs.exitCode);
        expect(without(read(own), keys)).toEqual(without(read(theirs), keys));
        for (const key of keys.filter((name) => Object.hasOwn(read(theirs), name))) {
          expect(read(own)[key]).not.toBe(read(theirs)[key]);
        }
      }
      expect(ours[0]?.stdout).toMatch(/^status: [a-z ]+\n$/u);
    });
  }

  test("files that only root may read are told as such, where cloud-init ends in a traceback", () => {
    const { peer, ours } = outcomes["for root alone"] ?? { peer: [], ours: [] };
    expect(peer[0]?.exitCode).toBe(1);
    expect(ours[0]).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: `cloud-init: Cannot read "${RUN}/status.json": permission denied (EACCES); an older version wrote it for root alone: try again as root\n`,
    });
  });

  test("where the file is cut short, cloud-init gives up and ours answers", () => {
    const { peer, ours } = outcomes["cut short"] ?? { peer: [], ours: [] };
    expect(peer[0]?.exitCode).not.toBe(0);
    expect(ours[0]).toEqual({
      exitCode: 0,
      stdout: "status: done\n",
      stderr: `Cannot read "${RUN}/status.json": it is cut short, or no file of cloud-init\n`,
    });
  });
});
