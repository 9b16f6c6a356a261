import { expect, test } from "bun:test";
import fc from "fast-check";
import type { System } from "../../src/system/system.ts";

const RUNS = Number(process.env["LAW_RUNS"] ?? "120");
/** Until the careless agent must have destroyed something. */
const CARELESS_RUNS = 300;
const LIMIT_MS = 300_000;

/** The law "a boot never destroys", for the storage of one system. */
export interface LossLaw<Case> {
  readonly systemName: string;
  /** A machine with data on it, and user-data. */
  readonly anyCase: fc.Arbitrary<Case>;
  /** Boots it, as `change` makes it look to the agent, and says what was lost and not given up. */
  readonly lossesOf: (
    each: Case,
    change?: (system: System) => System,
  ) => Promise<readonly string[]>;
  /** An agent that destroys, as which ours acts on a changed machine: that the law can fail. */
  readonly careless: {
    readonly what: string;
    readonly change: (system: System) => System;
  };
}

/** The law's two tests: our agent keeps it, and one that does not is found out. */
export function testLossLaw<Case>({
  systemName,
  anyCase,
  lossesOf,
  careless,
}: LossLaw<Case>): void {
  test(
    `on ${systemName} a boot with any user-data loses nothing that was not given up`,
    async () => {
      await fc.assert(
        fc.asyncProperty(anyCase, async (each) => {
          expect(await lossesOf(each)).toEqual([]);
        }),
        { numRuns: RUNS },
      );
    },
    LIMIT_MS,
  );

  test(
    `${careless.what} is found out`,
    async () => {
      const outcome = await fc.check(
        fc.asyncProperty(
          anyCase,
          async (each) => (await lossesOf(each, careless.change)).length === 0,
        ),
        { numRuns: CARELESS_RUNS, endOnFailure: true },
      );
      expect(outcome.failed).toBe(true);
    },
    LIMIT_MS,
  );
}
