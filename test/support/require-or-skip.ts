import { test } from "bun:test";

/** CI sets it: there, what cannot be tested is a fault of the machine that has to be seen. */
const NO_SKIP_VARIABLE = "CLOUD_INIT_TEST_NO_SKIP";

/**
 * The rule for tests that need something of the machine, for `describe.skipIf`: `obstacle` says
 * what is missing, undefined where nothing is. With an obstacle the tests are skipped and the
 * reason is printed; where CLOUD_INIT_TEST_NO_SKIP is set, a test that fails with the reason stands
 * in for them.
 */
export function requireOrSkip(obstacle: string | undefined): boolean {
  if (obstacle === undefined) {
    return false;
  }
  if ((process.env[NO_SKIP_VARIABLE] ?? "") === "") {
    console.warn(`Skipped: ${obstacle}`);
  } else {
    test(`nothing may be skipped where ${NO_SKIP_VARIABLE} is set`, () => {
      throw new Error(`Cannot run these tests: ${obstacle}`);
    });
  }
  return true;
}
