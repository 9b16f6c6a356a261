import { describe, expect, test } from "bun:test";
import { exportMachine } from "../../src/simulator/aix/machine.ts";
import type { SimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import { runStage } from "../../src/stages/run-stage.ts";
import type { Change } from "../../src/system/change.ts";
import { planSystem } from "../../src/system/planned-system.ts";
import type { System } from "../../src/system/system.ts";
import { runBoot, STAGES } from "../support/boot-scenario.ts";
import { formatChange, isOnMachine, machineState } from "../support/machine-state.ts";
import { CLOUD_DIR, detachDrive, namesIn } from "../support/sample-machine.ts";
import { SCENARIOS } from "../support/scenarios.ts";

for (const [name, create, codes, unplannable] of SCENARIOS) {
  describe(name, () => defineLaws(create, codes, unplannable));
}

function defineLaws(
  create: () => SimulatedAix,
  codes: readonly number[],
  unplannable: string | undefined,
): void {
  test("boots as it should: laws that nothing happens under say nothing", async () => {
    expect(Object.values(await runBoot(create()))).toEqual([...codes]);
  });

  test("gap law: no boot calls a command that nobody simulates", async () => {
    const aix = create();
    await runBoot(aix);
    aix.reboot();
    await runBoot(aix);
    detachDrive(aix);
    aix.reboot();
    await runBoot(aix);
    expect(aix.gaps).toEqual([]);
  });

  test("query law: what only asks changes neither devices nor files", async () => {
    const aix = create();
    const wrong: string[] = [];
    const system: System = {
      ...aix.system,
      exec: {
        run: (argv, options) => aix.system.exec.run(argv, options),
        async query(argv, options) {
          const before = [exportMachine(aix.machine), ...machineState(aix).files];
          const result = await aix.system.exec.query(argv, options);
          const after = [exportMachine(aix.machine), ...machineState(aix).files];
          if (before.join("\n") !== after.join("\n")) {
            wrong.push(argv.join(" "));
          }
          return result;
        },
      },
    };
    await bootOn(system);
    expect(wrong).toEqual([]);
    expect(aix.gaps).toEqual([]);
  });

  test("second-run law: without semaphores a second run changes nothing, user code apart", async () => {
    const aix = create();
    await runBoot(aix);
    const before = machineState(aix);
    removeSemaphores(aix);
    const mark = aix.changes.length;
    await runBoot(aix);
    // A line for syslog only tells, and each reset of RMC gives a new node id: that is what it is for.
    const isMeant = (line: string): boolean =>
      /^command (?:\/usr\/bin\/logger|\/usr\/sbin\/rsct\/(?:bin\/rmcctrl|install\/bin\/recfgct)) ?/u.test(
        line,
      );
    expect(machineChangesOf(aix.changes.slice(mark)).filter((line) => !isMeant(line))).toEqual([]);
    expect(machineState(aix)).toEqual(before);
  });

  test("plan law: what a stage says that it changes is what the machine saw", async () => {
    const aix = create();
    const told: Change[] = [];
    await bootOn(aix.system, (change) => told.push(change));
    expect(told.filter(isOnMachine).map(formatChange)).toEqual(
      aix.changes.filter(isOnMachine).map(formatChange),
    );
  });

  test.skipIf(unplannable !== undefined)(
    "plan law: a plan lists what the run does, and leaves the machine as it is",
    async () => {
      const [planned, real] = [create(), create()];
      const before = [exportMachine(planned.machine), machineState(planned)];
      const [plan, run]: [Change[], Change[]] = [[], []];
      await bootOn(planSystem(planned.system).system, (change) => plan.push(change));
      await bootOn(real.system, (change) => run.push(change));
      expect([exportMachine(planned.machine), machineState(planned)]).toEqual(before);
      expect(planned.gaps).toEqual([]);
      expect(plan.filter(isOnMachine).map(formatChange)).toEqual(
        run.filter(isOnMachine).map(formatChange),
      );
    },
  );
}

async function bootOn(system: System, onChange?: (change: Change) => void): Promise<void> {
  for (const stage of STAGES) {
    await runStage(stage, system, {
      configFiles: [],
      force: false,
      debug: false,
      ...(onChange === undefined ? {} : { onChange }),
    });
  }
}

function removeSemaphores(aix: SimulatedAix): void {
  const { fs } = aix.system;
  fs.remove(`${CLOUD_DIR}/sem`);
  for (const id of namesIn(fs, `${CLOUD_DIR}/instances`)) {
    fs.remove(`${CLOUD_DIR}/instances/${id}/sem`);
  }
}

function machineChangesOf(changes: readonly Change[]): readonly string[] {
  return changes
    .filter(
      (change) => isOnMachine(change) && !(change.kind === "command" && change.owner === "user"),
    )
    .map(formatChange);
}
