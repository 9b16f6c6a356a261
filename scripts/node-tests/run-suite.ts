import { forgetExpectations, settleExpectations } from "./expect.ts";
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

/** Errors that nobody awaits: the test or hook that runs is blamed, the file where none does. */
let strays: unknown[] = [];
const blameFile = (error: unknown): void => void strays.push(error);
let blame = blameFile;

/** For the process's handlers of errors that nobody caught. */
export function blameRunningTest(error: unknown): void {
  blame(error);
}

/** Runs all tests of a file, one after the other. A file without any has failed. */
export async function runSuite(root: Suite, file: string): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  await nextTurn();
  await run(root, { file, names: [], outer: [], isSkipped: false, broken: undefined, outcomes });
  await nextTurn();
  if (outcomes.length === 0) {
    outcomes.push(failed("(the file has tests)", { error: "It declares none" }));
  }
  outcomes.push(...strays.map((error) => failed("(between the tests)", { error })));
  strays = [];
  return outcomes;
}

/** A test that failed, or what stands in for one. */
export function failed(name: string, { error }: Failure, durationMs = 0, hint = ""): Outcome {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { name, state: "failed", message: `${hint}${message}`, durationMs };
}

interface Context {
  readonly file: string;
  readonly names: readonly string[];
  readonly outer: readonly Suite[];
  readonly isSkipped: boolean;
  /** Of a group's `beforeAll`: all tests in it fail with it. */
  readonly broken: Failure | undefined;
  readonly outcomes: Outcome[];
}

async function run(suite: Suite, context: Context): Promise<void> {
  const isSkipped = context.isSkipped || !hasWork(suite);
  const hasHooks = !isSkipped && context.broken === undefined;
  const names = suite.name === "" ? context.names : [...context.names, suite.name];
  const broken = hasHooks
    ? await attemptAll(suite.hooks.beforeAll, HOOK_TIMEOUT_MS)
    : context.broken;
  const inner = { ...context, names, outer: [...context.outer, suite], isSkipped, broken };
  for (const child of suite.children) {
    if (child.kind === "suite") {
      await run(child, inner);
    } else {
      context.outcomes.push(await runTest(child, inner));
    }
  }
  const unclean = hasHooks ? await attemptAll(suite.hooks.afterAll, HOOK_TIMEOUT_MS) : undefined;
  if (unclean !== undefined) {
    context.outcomes.push(failed([...names, "(afterAll)"].join(" > "), unclean));
  }
}

async function runTest(test: Test, context: Context): Promise<Outcome> {
  const name = [...context.names, test.name].join(" > ");
  if (test.isSkipped || context.isSkipped) {
    return { name, state: "skipped", message: "", durationMs: 0 };
  }
  if (context.broken !== undefined) {
    return failed(name, context.broken, 0, "beforeAll: ");
  }
  enterTest(context.file, [...context.names, test.name].join(" "));
  const started = performance.now();
  const before = context.outer.flatMap(({ hooks }) => hooks.beforeEach);
  const after = [...context.outer].reverse().flatMap(({ hooks }) => hooks.afterEach);
  const failure =
    (await attemptAll(before, HOOK_TIMEOUT_MS)) ??
    (await attempt(test.body, test.timeoutMs ?? DEFAULT_TIMEOUT_MS));
  const unclean = await attemptAll(after, HOOK_TIMEOUT_MS);
  const first = failure ?? unclean;
  const durationMs = performance.now() - started;
  return first === undefined
    ? { name, state: "passed", message: "", durationMs }
    : failed(name, first, durationMs);
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

/** Undefined where it ends well and in time, with all that it expects of promises. */
async function attempt(body: Body, timeoutMs: number): Promise<Failure | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const interrupted = new Promise<Failure>((resolve) => {
    blame = (error) => resolve({ error });
    timer = setTimeout(() => {
      resolve({ error: new Error(`It did not end within ${timeoutMs} ms`) });
    }, timeoutMs);
  });
  try {
    return await Promise.race([interrupted, complete(body)]);
  } catch (error) {
    return { error };
  } finally {
    clearTimeout(timer);
    forgetExpectations();
    blame = blameFile;
  }
}

async function complete(body: Body): Promise<undefined> {
  await body();
  await settleExpectations();
  await nextTurn();
}

/** Node.js tells of a rejection that nobody handles before that. */
async function nextTurn(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
}
