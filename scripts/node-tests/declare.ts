import { titleOf } from "./each-title.ts";
import { type Body, createSuite, type HookKind, type Suite } from "./suite.ts";

type RowBody = (...row: unknown[]) => unknown;

/** `test`, and `describe` but for the time limit. */
interface Declare {
  (name: string, body: Body, timeoutMs?: number): void;
  readonly skip: Declare;
  readonly if: (condition: boolean) => Declare;
  readonly skipIf: (condition: boolean) => Declare;
  readonly each: (
    rows: readonly unknown[],
  ) => (name: string, body: RowBody, timeoutMs?: number) => void;
}

type Add = (name: string, body: Body, isSkipped: boolean, timeoutMs: number | undefined) => void;

let open: Suite = createSuite("");
/** Descriptions whose body is asynchronous. */
let pending: Promise<unknown>[] = [];

/** Loads a file of tests: all that it declares until then is the answer. */
export async function collect(load: () => Promise<unknown>): Promise<Suite> {
  const suite = createSuite("");
  open = suite;
  pending = [];
  await load();
  await Promise.all(pending);
  return suite;
}

function declare(add: Add, isSkipped = false): Declare {
  const one = (name: string, body: Body, timeoutMs?: number): void =>
    add(name, body, isSkipped, timeoutMs);
  return Object.defineProperties(one, {
    skip: { get: () => declare(add, true) },
    if: { value: (condition: boolean) => declare(add, isSkipped || !condition) },
    skipIf: { value: (condition: boolean) => declare(add, isSkipped || condition) },
    each: {
      value:
        (rows: readonly unknown[]) =>
        (name: string, body: RowBody, timeoutMs?: number): void =>
          rows.forEach((row, index) => {
            const values: unknown[] = Array.isArray(row) ? row : [row];
            add(titleOf(name, values, index), () => body(...values), isSkipped, timeoutMs);
          }),
    },
  }) as Declare;
}

/** Declares a test. */
export const test = declare((name, body, isSkipped, timeoutMs) => {
  assertAsksForNothing(body);
  open.children.push({ kind: "test", name, body, isSkipped, timeoutMs });
});

/** Declares a group of tests, at once. */
export const describe = declare((name, body, isSkipped) => {
  const outer = open;
  const suite = createSuite(name, isSkipped);
  outer.children.push(suite);
  open = suite;
  const done = body();
  open = outer;
  if (done instanceof Promise) {
    pending.push(done);
  }
});

const hook =
  (kind: HookKind) =>
  (body: Body): void => {
    assertAsksForNothing(body);
    open.hooks[kind].push(body);
  };

/** Runs once before the tests of its group. */
export const beforeAll = hook("beforeAll");
/** Runs once after the tests of its group. */
export const afterAll = hook("afterAll");
/** Runs before each test of its group and of the groups in it. */
export const beforeEach = hook("beforeEach");
/** Runs after each test of its group and of the groups in it. */
export const afterEach = hook("afterEach");

/** Bun would wait until the function is called that it hands over. */
function assertAsksForNothing(body: Body): void {
  if (body.length > 0) {
    throw new TypeError("Cannot hand over a function to call at the end: expected a promise");
  }
}
