import { describe, expect, test } from "bun:test";
import type { Instance } from "../../src/instance/instance.ts";
import { storeInstance } from "../../src/instance/instance-store.ts";
import type { SimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import { findKeptInstance, isListed } from "../../src/stages/known-machine.ts";
import type { StageFrame } from "../../src/stages/stage-frame.ts";
import { createTestInstance } from "../support/module-context.ts";
import { openTestFrame } from "../support/open-test-frame.ts";
import { CLOUD_DIR, createMachine } from "../support/sample-machine.ts";

interface Subject {
  readonly aix: SimulatedAix;
  readonly frame: StageFrame;
  /** Makes an instance the current one, some time later. */
  store(id: string, machineId: string | undefined, given?: Partial<Instance>): Promise<void>;
  /** Who is found by a machine of that identity. */
  find(machineId: string | undefined): Promise<string>;
}

async function createSubject(config = ""): Promise<Subject> {
  const aix = createMachine(config === "" ? {} : { config });
  const { frame } = await openTestFrame(aix.system);
  return {
    aix,
    frame,
    async store(id, machineId, given = {}) {
      await aix.system.clock.sleep(1_000);
      storeInstance(frame.base, frame.paths, createTestInstance({ id, ...given }), machineId);
    },
    async find(machineId) {
      const answer = await findKeptInstance(frame, async () => machineId);
      return answer.kind === "none"
        ? `none: ${answer.reason}`
        : `${answer.kind}: ${answer.kept.instance.id}`;
    },
  };
}

const NONE = { isFallback: true, datasource: "None" };

describe("the instance that is kept", () => {
  test("is the last one, on its own machine", async () => {
    const { store, find } = await createSubject();
    await store("a", "m1");
    await store("b", "m1");
    expect(await find("m1")).toBe("same-machine: b");
    expect(await find("m2")).toBe("other-machine: b");
  });

  test("is nobody's where the machine or the instance does not tell", async () => {
    const { store, find } = await createSubject();
    await store("a", undefined);
    expect(await find("m1")).toBe("other-machine: a");
    await store("b", "m1");
    expect(await find(undefined)).toBe("other-machine: b");
  });

  test("is the one before None, after any number of boots with None", async () => {
    const { store, find } = await createSubject();
    await store("old", "m1");
    await store("a", "m1");
    await store("iid-datasource-none", "m1", NONE);
    expect(await find("m1")).toBe("same-machine: a");
    await store("iid-datasource-none", "m1", NONE);
    expect(await find("m1")).toBe("same-machine: a");
  });

  test("is judged alone: an older one of this machine is not looked for behind another machine's", async () => {
    const { store, find } = await createSubject();
    await store("mine", "m1");
    await store("foreign", "m2");
    expect(await find("m1")).toBe("other-machine: foreign");
  });

  test("has a datasource that is listed still", async () => {
    const { store, find } = await createSubject("datasource_list: [NoCloud]\n");
    await store("a", "m1");
    expect(await find("m1")).toStartWith("none: instance a came from ConfigDrive, which is no");
  });

  test("cannot be a pickle, a cut file, or one that was renamed", async () => {
    const { aix, store, find } = await createSubject();
    await store("a", "m1");
    const { fs } = aix.system;
    const json = fs.readBytes(`${CLOUD_DIR}/instances/a/obj.pkl`);
    for (const content of ["\x80\x02pickle", json.slice(0, 100), ""]) {
      fs.write(`${CLOUD_DIR}/instances/a/obj.pkl`, content);
      expect(await find("m1")).toContain("holds no instance of this program");
    }
    fs.write(`${CLOUD_DIR}/instances/b/obj.pkl`, json);
    fs.write(`${CLOUD_DIR}/data/instance-id`, "b\n");
    expect(await find("m1")).toStartWith("none: ");
  });

  test("an instance-id that leads elsewhere is not followed", async () => {
    const { aix, find } = await createSubject();
    aix.system.fs.write(`${CLOUD_DIR}/data/instance-id`, "../../../etc\n");
    aix.system.fs.write(`${CLOUD_DIR}/data/previous-instance-id`, "..\n");
    expect(await find("m1")).toStartWith("none: ");
  });

  test("is none on a machine that never had one", async () => {
    expect(await (await createSubject()).find("m1")).toStartWith("none: ");
  });
});

test.each([
  [["ConfigDrive"], true],
  [["DataSourceConfigDrive"], true],
  [["configdrive", "None"], true],
  [["None"], false],
  [[], false],
  ["ConfigDrive", true],
  [" DataSourceConfigDrive\n", true],
  [[" ConfigDrive "], true],
  ["NoCloud", false],
  [[7, null], false],
  [undefined, false],
])("whether datasource_list %j names ConfigDrive: %p", (list, isNamed) => {
  expect(isListed({ datasource_list: list }, "ConfigDrive")).toBe(isNamed);
});
