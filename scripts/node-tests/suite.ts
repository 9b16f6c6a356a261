/** A test or hook; tests of a table are bound to their row before. */
export type Body = () => unknown;

/** One test as its file declared it. */
export interface Test {
  readonly kind: "test";
  readonly name: string;
  readonly body: Body;
  readonly timeoutMs: number | undefined;
  readonly isSkipped: boolean;
}

/** A file or a `describe`, with what is in it, in order. */
export interface Suite {
  readonly kind: "suite";
  readonly name: string;
  readonly isSkipped: boolean;
  readonly children: (Suite | Test)[];
  readonly hooks: Record<HookKind, Body[]>;
}

/** When a hook runs. */
export type HookKind = "afterAll" | "afterEach" | "beforeAll" | "beforeEach";

/** A suite without content. */
export function createSuite(name: string, isSkipped = false): Suite {
  return {
    kind: "suite",
    name,
    isSkipped,
    children: [],
    hooks: { afterAll: [], afterEach: [], beforeAll: [], beforeEach: [] },
  };
}

/** True where at least one test would run: only then do the hooks of all run. */
export function hasWork(suite: Suite): boolean {
  return (
    !suite.isSkipped &&
    suite.children.some((child) => (child.kind === "test" ? !child.isSkipped : hasWork(child)))
  );
}
