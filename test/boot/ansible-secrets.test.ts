// What Ansible was given in files, after a run that did not come to its end.
import { describe, expect, test } from "bun:test";
import { ansible } from "../../src/modules/ansible.ts";
import type { SimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import { runStage } from "../../src/stages/run-stage.ts";
import type { StageName } from "../../src/stages/stage.ts";
import type { Exec, System } from "../../src/system/system.ts";
import { agentAix } from "../support/agent-machine.ts";
import { buildDrive, createMachine, textAt } from "../support/sample-machine.ts";

const RUN_DIR = "/run/cloud-init";
const ANSIBLE = {
  install_method: "distro",
  package_name: "ansible",
  galaxy: {
    actions: [
      [
        "ansible-galaxy",
        "collection",
        "install",
        "-s",
        "https://u:MARKpass@hub.example.com/",
        "a.b",
      ],
    ],
  },
};

/** The command of ansible-galaxy never ends; `begun` resolves when it has been started. */
function hang({ system }: Pick<SimulatedAix, "system">): {
  readonly system: System;
  readonly begun: Promise<void>;
} {
  let begin = (): void => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const run: Exec["run"] = async (argv, options) => {
    if (options?.owner === "user" && argv.some((word) => word.endsWith("ansible-galaxy"))) {
      begin();
      return new Promise(() => {});
    }
    return system.exec.run(argv, options);
  };
  return { system: { ...system, exec: { ...system.exec, run } }, begun };
}

function left({ fs }: System): readonly string[] {
  return fs.list(RUN_DIR).filter((name) => name.startsWith("ansible-"));
}

function start(
  stage: StageName,
  system: System,
  onStop?: (stop: (signal: string) => void) => void,
): Promise<number> {
  return runStage(stage, system, {
    configFiles: [],
    force: false,
    debug: false,
    ...(onStop === undefined ? {} : { onStop }),
  });
}

/** A boot until ansible-galaxy runs, which never ends. */
async function bootUntilGalaxy(): Promise<{
  readonly aix: SimulatedAix;
  readonly stop: (signal: string) => void;
}> {
  const aix = createMachine({
    drive: buildDrive({ userData: `#cloud-config\n${JSON.stringify({ ansible: ANSIBLE })}\n` }),
    files: { "/opt/freeware/bin/ansible": "", "/opt/freeware/bin/ansible-galaxy": "" },
  });
  const { system, begun } = hang(aix);
  let stop = (_signal: string): void => {};
  await start("init-local", system);
  await start("init", system);
  const take = (given: typeof stop): void => {
    stop = given;
  };
  void start("modules-config", system, take).then(() => start("modules-final", system, take));
  await begun;
  expect(left(aix.system).map((name) => textAt(aix, `${RUN_DIR}/${name}/1`))).toEqual([
    expect.stringContaining("MARKpass"),
  ]);
  return { aix, stop };
}

describe("the password of a server for ansible-galaxy", () => {
  test("is gone when the next boot begins, where the machine lost its power meanwhile", async () => {
    const { aix } = await bootUntilGalaxy();
    aix.reboot();
    await start("init-local", aix.system);
    expect(left(aix.system)).toEqual([]);
  });

  test("is gone when a signal ends the agent", async () => {
    const { aix, stop } = await bootUntilGalaxy();
    stop("SIGTERM");
    expect(left(aix.system)).toEqual([]);
  });

  test("is gone when the module runs again, where the agent was killed", async () => {
    const machine = agentAix({
      files: { "/opt/freeware/bin/ansible": "", "/opt/freeware/bin/ansible-galaxy": "" },
    });
    const old = `${RUN_DIR}/ansible-0123456789abcdef`;
    machine.system.fs.write(`${old}/1`, "MARKpass", { mode: 0o600 });
    machine.system.fs.write(`${RUN_DIR}/ansible-notes`, "somebody's");
    await machine.run(ansible, { ansible: ANSIBLE });
    expect(left(machine.system)).toEqual(["ansible-notes"]);
  });
});
