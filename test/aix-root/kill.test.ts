// Kill -9 at any moment, and the next boot ends in the same state as an undisturbed one (DECISIONS
// 17). The moments are random; CLOUD_INIT_TEST_SEED takes them from a seed that was printed.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { canUseAixRoot, enterAixRoot } from "../../scripts/aix-root.ts";
import {
  type AixScenario,
  type AixTestRoot,
  CLOUD_DIR,
  createAixScenario,
  SAMPLE_UUID,
  sampleDrive,
} from "../support/aix-root-scenario.ts";
import { KILL_USER_DATA } from "../support/kill-user-data.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";
import {
  compareSnapshots,
  findTemporaryFiles,
  type RootSnapshot,
  snapshotRoot,
} from "../support/root-snapshot.ts";

const LINKS = ["S01cloud-init-local", "S02cloud-init", "S03cloud-config", "S04cloud-final"].map(
  (name) => `/etc/rc.d/rc2.d/${name}`,
);
/** Killed this often in each stage, and this often anywhere in the chain of all four. */
const POINTS_PER_STAGE = 10;
const POINTS_IN_CHAIN = 12;
/** A stage that is over before its moment comes is no point: another moment is tried. */
const ATTEMPTS_MAX = 20;
/** Before that only the namespaces are made. */
const DELAY_MS_MIN = 12;
const TIMEOUT_MS = 300_000;

/** One way to start a part of the first boot. */
interface Part {
  readonly name: string;
  /** The machine as it is before. */
  readonly before: AixTestRoot;
  readonly argv: readonly string[];
  /** How long it takes when nobody disturbs it. */
  readonly durationMs: number;
}

describe.skipIf(requireOrSkip(canUseAixRoot()))("kill -9 during the first boot", () => {
  const seed = Number(process.env["CLOUD_INIT_TEST_SEED"] ?? Date.now() % 1_000_000);
  const random = createRandom(seed);
  let scenario: AixScenario;
  let parts: readonly Part[] = [];
  let accepted: readonly RootSnapshot[] = [];

  beforeAll(async () => {
    scenario = createAixScenario({ files: { "/dev/cd0": sampleDrive(KILL_USER_DATA) } });
    const image = await imageWithScripts(scenario);
    accepted = await undisturbed(scenario, image);
    parts = await prepareParts(scenario, image);
  }, TIMEOUT_MS);

  afterAll(() => {
    scenario.removeAll();
  });

  test(
    "ends, after one more boot, in the state of an undisturbed one; nothing of ours is left over",
    async () => {
      console.log(`CLOUD_INIT_TEST_SEED=${seed}`);
      const queue = parts.flatMap((part) => Array.from({ length: pointsOf(part) }, () => part));
      const failures: string[] = [];
      let killedCount = 0;
      // One after the other: what else runs in this process would make the timer late.
      for (const part of queue) {
        const point = await killOnce(part);
        if (point !== undefined) {
          killedCount += 1;
          failures.push(...(await judge(point.root)).map((text) => `${point.name}: ${text}`));
          point.root.remove();
        }
      }
      console.log(`${killedCount} boots were killed`);
      expect(failures).toEqual([]);
      expect(killedCount).toBeGreaterThanOrEqual(50);
    },
    TIMEOUT_MS,
  );

  function pointsOf(part: Part): number {
    return part.name === "chain" ? POINTS_IN_CHAIN : POINTS_PER_STAGE;
  }

  /** Starts the part and kills it at a random moment; undefined where it was always over before. */
  async function killOnce(
    part: Part,
  ): Promise<{ readonly name: string; readonly root: AixTestRoot } | undefined> {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
      const root = scenario.copy(part.before);
      const delayMs = DELAY_MS_MIN + random() * Math.max(0, part.durationMs - DELAY_MS_MIN);
      const { exitCode } = await enterAixRoot(root.path, part.argv, {
        onStart: (kill) => setTimeout(kill, delayMs),
      });
      if (exitCode === 137) {
        return { name: `${part.name} after ${delayMs.toFixed(1)} ms`, root };
      }
      root.remove();
    }
    return undefined;
  }

  /** Boots once more and says what is not as it should be. */
  async function judge(root: AixTestRoot): Promise<readonly string[]> {
    const { stderr } = await root.boot();
    const snapshot = new Map(
      [...snapshotRoot(root.path)].filter(([name]) => !SHELL_TEMPORARY.test(name)),
    );
    const result = JSON.parse(root.read(`${CLOUD_DIR}/data/result.json`)).v1;
    return [
      ...(stderr === "" ? [] : [`standard error: ${stderr}`]),
      ...(result.errors.length === 0 ? [] : [`errors: ${JSON.stringify(result.errors)}`]),
      ...compareSnapshots(snapshot, accepted),
      ...findTemporaryFiles(snapshot).map((file) => `left over: ${file}`),
    ];
  }
});

/** Of ksh93 itself, for the output of a command; unlinked as soon as it is made, but a kill may come between. */
const SHELL_TEMPORARY = /^\/tmp\/sf[0-9a-z]+\.[0-9a-z]{3}$/u;

/** With scripts of the image's own. */
async function imageWithScripts(scenario: AixScenario): Promise<AixTestRoot> {
  const image = await scenario.image();
  for (const name of ["per-boot", "per-instance", "per-once"]) {
    const script = `#!/usr/bin/ksh\nmkdir -p /var/trace\nprint ran >> /var/trace/${name}\n`;
    image.write(`${CLOUD_DIR}/scripts/${name}/trace`, script, 0o755);
  }
  return image;
}

/**
 * The machine after an undisturbed first boot, and after a second one: a boot that is killed at its
 * very end has been the first.
 */
async function undisturbed(
  scenario: AixScenario,
  image: AixTestRoot,
): Promise<readonly RootSnapshot[]> {
  const root = scenario.copy(image);
  const snapshots: RootSnapshot[] = [];
  for (let boot = 0; boot < 2; boot += 1) {
    await root.boot();
    snapshots.push(snapshotRoot(root.path));
  }
  expect(root.read(`${CLOUD_DIR}/data/instance-id`)).toBe(`${SAMPLE_UUID}\n`);
  for (const trace of ["bootcmd", "runcmd", "script", "per-boot", "per-instance", "per-once"]) {
    expect(root.exists(`/var/trace/${trace}`)).toBeTrue();
  }
  expect(snapshots.flatMap(findTemporaryFiles)).toEqual([]);
  return snapshots;
}

/** Each stage on a machine where those before it have run, and the whole chain on the image. */
async function prepareParts(scenario: AixScenario, image: AixTestRoot): Promise<readonly Part[]> {
  const parts: Part[] = [];
  const root = scenario.copy(image);
  for (const link of LINKS) {
    const before = scenario.copy(root);
    const argv = [link, "start"];
    parts.push({ name: link, before, argv, durationMs: await measure(root, argv) });
  }
  const argv = ["/etc/rc.d/rc", "2"];
  parts.push({
    name: "chain",
    before: image,
    argv,
    durationMs: await measure(scenario.copy(image), argv),
  });
  return parts;
}

async function measure(root: AixTestRoot, argv: readonly string[]): Promise<number> {
  const startMs = performance.now();
  const { exitCode } = await enterAixRoot(root.path, argv);
  expect(exitCode).toBe(0);
  return performance.now() - startMs;
}

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d_2b_79_f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}
