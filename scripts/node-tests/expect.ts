import { inspect } from "node:util";
import { isPromise } from "node:util/types";
import { type Asymmetric, equals, isObject, isPlain, membersOf } from "./equality.ts";
import { type Matcher, MATCHERS_OF_ONE, MATCHERS_OF_TWO, matchesText, text } from "./matchers.ts";

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
      asymmetric((value) =>
        type === Object ? typeof value === "object" : Object(value) instanceof type,
      ),
    anything: (): Asymmetric => asymmetric((value) => value !== undefined && value !== null),
    stringContaining: (part: string): Asymmetric => textThat(text(part)),
    stringMatching: (pattern: RegExp | string): Asymmetric =>
      textThat(pattern instanceof RegExp ? pattern : text(pattern)),
    objectContaining: (part: object): Asymmetric => {
      if (!isObject(part) || !isPlain(part)) {
        throw new TypeError("Cannot look for members: expected an object of no class");
      }
      return asymmetric(
        (value) =>
          (typeof value === "function" || isObject(value)) &&
          membersOf(part).every(
            (key) => key in value && equals(Reflect.get(value, key), Reflect.get(part, key)),
          ),
      );
    },
    arrayContaining: (part: readonly unknown[]): Asymmetric => {
      if (!Array.isArray(part)) {
        throw new TypeError("Cannot look for entries: expected a list");
      }
      const wanted = Array.from(part);
      return asymmetric(
        (value) =>
          Array.isArray(value) &&
          wanted.every((one) => Array.from(value).some((other) => equals(other, one))),
      );
    },
  },
);

function textThat(pattern: RegExp | string): Asymmetric {
  return asymmetric((value) => typeof value === "string" && matchesText(value, pattern));
}

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
  const matchers = { ...MATCHERS_OF_ONE, ...MATCHERS_OF_TWO };
  const checks = Object.entries(matchers).map(([name, matcher]): [string, Assert] => [
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
      return watch(outcomeOf(promise, isRejection).then(check));
    };
  return Object.defineProperties(Object.fromEntries(checks), {
    not: { get: () => expectation(take, { ...kind, isNegated: !kind.isNegated }) },
    resolves: { get: () => expectation(ended(false), kind) },
    rejects: { get: () => expectation(ended(true), { ...kind, isRejection: true }) },
  }) as Expectation;
}

/** What promises are to become, whether a test waits for it or not. */
const unsettled = new Set<Promise<void>>();

/** Ends with the last expectation of a promise; one that fails unseen is an unhandled rejection. */
export async function settleExpectations(): Promise<void> {
  while (unsettled.size > 0) {
    await Promise.all(unsettled);
  }
}

/** Those of a test that did not end in time are not those of the next. */
export function forgetExpectations(): void {
  unsettled.clear();
}

async function watch(checked: Promise<void>): Promise<void> {
  const settled = checked
    .catch(() => {})
    .then(() => {
      unsettled.delete(settled);
    });
  unsettled.add(settled);
  return checked;
}

async function outcomeOf(promise: unknown, isRejection: boolean): Promise<unknown> {
  if (!isPromise(promise)) {
    throw new TypeError(`Cannot wait for ${show(promise)}: expected a promise`);
  }
  const [state, value] = await promise.then(
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
  if (expected.length === 0 && name in MATCHERS_OF_TWO) {
    throw new TypeError(`Cannot ask ${name} of nothing: expected a value to compare with`);
  }
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
