import { inspect } from "node:util";
import { type Asymmetric, equals } from "./equality.ts";
import { type Matcher, MATCHERS } from "./matchers.ts";

type Assert = (...expected: unknown[]) => unknown;

/** All matchers of one value, and those of its opposite, its promise's result and its rejection. */
type Expectation = Readonly<Record<string, Assert>> & {
  readonly not: Expectation;
  readonly resolves: Expectation;
  readonly rejects: Expectation;
};

/** As `expect` of "bun:test". `label` is said first when it fails. */
export const expect = Object.assign(
  (actual: unknown, label = ""): Expectation =>
    expectation((check) => check(actual), { label, isNegated: false, isRejection: false }),
  {
    any: (type: (...args: never[]) => unknown): Asymmetric =>
      asymmetric((value) => Object(value) instanceof type),
    anything: (): Asymmetric => asymmetric((value) => value !== undefined && value !== null),
    stringContaining: (part: string): Asymmetric =>
      asymmetric((value) => typeof value === "string" && value.includes(part)),
    stringMatching: (pattern: RegExp | string): Asymmetric =>
      asymmetric((value) => typeof value === "string" && new RegExp(pattern).test(value)),
    objectContaining: (part: object): Asymmetric =>
      asymmetric(
        (value) =>
          typeof value === "object" &&
          value !== null &&
          Reflect.ownKeys(part).every(
            (key) => key in value && equals(Reflect.get(value, key), Reflect.get(part, key)),
          ),
      ),
    arrayContaining: (part: readonly unknown[]): Asymmetric =>
      asymmetric(
        (value) =>
          Array.isArray(value) && part.every((one) => value.some((other) => equals(other, one))),
      ),
  },
);

function asymmetric(matches: (value: unknown) => boolean): Asymmetric {
  return { isAsymmetric: true, matches };
}

interface Kind {
  readonly label: string;
  readonly isNegated: boolean;
  readonly isRejection: boolean;
}

/** `take` gives the value to the check, now or when a promise has ended. */
function expectation(take: (check: (actual: unknown) => void) => unknown, kind: Kind): Expectation {
  const checks = Object.entries(MATCHERS).map(([name, matcher]): [string, Assert] => [
    name,
    (...expected) =>
      take((actual) => {
        assertMatch({ name, matcher, actual, expected, kind });
      }),
  ]);
  const ended =
    (isRejection: boolean) =>
    async (check: (actual: unknown) => void): Promise<void> => {
      let promise: unknown;
      take((value) => {
        promise = value;
      });
      check(await outcomeOf(promise, isRejection));
    };
  return Object.defineProperties(Object.fromEntries(checks), {
    not: { get: () => expectation(take, { ...kind, isNegated: !kind.isNegated }) },
    resolves: { get: () => expectation(ended(false), kind) },
    rejects: { get: () => expectation(ended(true), { ...kind, isRejection: true }) },
  }) as Expectation;
}

async function outcomeOf(promise: unknown, isRejection: boolean): Promise<unknown> {
  const started: unknown = typeof promise === "function" ? promise() : promise;
  const [state, value] = await Promise.resolve(started).then(
    (result: unknown) => ["fulfilled", result] as const,
    (error: unknown) => ["rejected", error] as const,
  );
  if (isRejection !== (state === "rejected")) {
    throw new Error(`The promise was ${state} with ${show(value)}`);
  }
  return value;
}

function assertMatch(options: {
  readonly name: string;
  readonly matcher: Matcher;
  readonly actual: unknown;
  readonly expected: readonly unknown[];
  readonly kind: Kind;
}): void {
  const { name, matcher, actual, expected, kind } = options;
  if (matcher(actual, expected, kind.isRejection) === kind.isNegated) {
    const label = kind.label === "" ? "" : `${kind.label}\n`;
    const wanted = expected.map(show).join(", ");
    throw new Error(
      `${label}expect(received).${kind.isNegated ? "not." : ""}${name}(${wanted})\nReceived: ${show(actual)}`,
    );
  }
}

const SHOWN_MAX = 6000;

function show(value: unknown): string {
  const text = typeof value === "string" ? JSON.stringify(value) : inspect(value, { depth: 12 });
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text;
}
