import { enterTest } from "./snapshots.ts";
import { type Body, hasWork, type Suite, type Test } from "./suite.ts";

/** What came of one test. */
export interface Outcome {
  readonly name: string;
  readonly state: "failed" | "passed" | "skipped";
  readonly message: string;
  readonly durationMs: number;
}

const DEFAULT_TIMEOUT_MS = 60_000;
const HOOK_TIMEOUT_MS = 120_000;

/** Errors that no test awaits; the one that runs is blamed. */
let blame: (error: unknown) => void = () => {};

/** For the process's handlers of errors that nobody caught. */
export function blameRunningTest(error: unknown): void {
  blame(error);
}

/** Runs all tests of a file, one after the other. */
export async function runSuite(root: Suite, file: string): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  await run(root, { file, names: [], outer: [], isSkipped: false, outcomes });
  return outcomes;
}

interface Context {
  readonly file: string;
  readonly names: readonly string[];
  readonly outer: readonly Suite[];
  readonly isSkipped: boolean;
  readonly outcomes: Outcome[];
}

async function run(suite: Suite, context: Context): Promise<void> {
  const isSkipped = context.isSkipped || !hasWork(suite);
  const names = suite.name === "" ? context.names : [...context.names, suite.name];
  const inner = { ...context, names, outer: [...context.outer, suite] };
  let broken = isSkipped ? undefined : await attemptAll(suite.hooks.beforeAll, HOOK_TIMEOUT_MS);
  for (const child of suite.children) {
    if (child.kind === "suite") {
      await run(child, { ...inner, isSkipped: isSkipped || broken !== undefined });
    } else {
      context.outcomes.push(await runTest(child, { ...inner, isSkipped }, broken));
    }
  }
  if (!isSkipped) {
    broken = await attemptAll(suite.hooks.afterAll, HOOK_TIMEOUT_MS);
    if (broken !== undefined) {
      const name = [...names, "(afterAll)"].join(" > ");
      context.outcomes.push({ name, state: "failed", message: messageOf(broken), durationMs: 0 });
    }
  }
}

async function runTest(
  test: Test,
  context: Context,
  broken: Failure | undefined,
): Promise<Outcome> {
  const name = [...context.names, test.name].join(" > ");
  if (test.isSkipped || context.isSkipped) {
    return { name, state: "skipped", message: "", durationMs: 0 };
  }
  if (broken !== undefined) {
    return { name, state: "failed", message: `beforeAll: ${messageOf(broken)}`, durationMs: 0 };
  }
  enterTest(context.file, [...context.names, test.name].join(" "));
  const started = performance.now();
  const before = context.outer.flatMap(({ hooks }) => hooks.beforeEach);
  const after = [...context.outer].reverse().flatMap(({ hooks }) => hooks.afterEach);
  const failure =
    (await attemptAll(before, HOOK_TIMEOUT_MS)) ??
    (await attempt(test.body, test.timeoutMs ?? DEFAULT_TIMEOUT_MS));
  const failed = (await attemptAll(after, HOOK_TIMEOUT_MS)) ?? undefined;
  const first = failure ?? failed;
  const durationMs = performance.now() - started;
  return first === undefined
    ? { name, state: "passed", message: "", durationMs }
    : { name, state: "failed", message: messageOf(first), durationMs };
}

interface Failure {
  readonly error: unknown;
}

async function attemptAll(
  bodies: readonly Body[],
  timeoutMs: number,
): Promise<Failure | undefined> {
  let first: Failure | undefined;
  for (const body of bodies) {
    const failure = await attempt(body, timeoutMs);
    first ??= failure;
  }
  return first;
}

/** Undefined where it ends well and in time. */
async function attempt(body: Body, timeoutMs: number): Promise<Failure | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const interrupted = new Promise<Failure>((resolve) => {
    blame = (error) => resolve({ error });
    timer = setTimeout(() => {
      resolve({ error: new Error(`It did not end within ${timeoutMs} ms`) });
    }, timeoutMs);
  });
  try {
    return await Promise.race([interrupted, Promise.resolve(body()).then(() => undefined)]);
  } catch (error) {
    return { error };
  } finally {
    clearTimeout(timer);
  }
}

function messageOf({ error }: Failure): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
