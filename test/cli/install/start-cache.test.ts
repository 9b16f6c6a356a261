import { describe, expect, test } from "bun:test";
import { ensureStartCaches, START_CACHES } from "../../../src/cli/install/start-cache.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";
import type { CarriedRuntime, ExecOptions, System } from "../../../src/system/system.ts";

const DIRECTORY = "/opt/freeware/libexec/cloud-init/0.1.0-0123456789ab";
const COMMAND = `${DIRECTORY}/node ${DIRECTORY}/app.cjs --warm-up ${DIRECTORY} aix`;

/** A machine on which a carrier runs; `makes`: whether its runtime makes the cache. */
function createCarried(makes: boolean, libraryPath = "") {
  const asked: ExecOptions[] = [];
  const scripted = createScriptedSystem({
    commands: {
      [COMMAND]: (_, options) => {
        asked.push(options);
        if (makes) {
          for (const name of START_CACHES) {
            scripted.system.fs.write(`${DIRECTORY}/${name}`, "cache");
          }
        }
        return makes ? "" : { exitCode: 1, stderr: "no space left\n" };
      },
    },
  });
  const carriedRuntime: CarriedRuntime = { directory: DIRECTORY, libraryPath };
  const { system } = scripted;
  const sys: System = { ...system, process: { ...system.process, carriedRuntime } };
  return { sys, asked };
}

describe("the start cache", () => {
  test("is made by the carried runtime, which is given its own libraries", async () => {
    const { sys, asked } = createCarried(true, "/opt/own/lib:/usr/lib");
    expect(await ensureStartCaches(sys, "aix")).toBeUndefined();
    expect(asked[0]?.env).toEqual({ LIBPATH: "/opt/own/lib:/usr/lib" });
    const without = createCarried(true);
    expect(await ensureStartCaches(without.sys, "aix")).toBeUndefined();
    expect(without.asked[0]?.env).toBeUndefined();
  });

  test("is not asked for where there is no carrier", async () => {
    const { system, commands } = createScriptedSystem();
    expect(await ensureStartCaches(system, "aix")).toBeUndefined();
    expect(commands).toEqual([]);
  });

  test("that cannot be made is no reason to stop: what hinders is told", async () => {
    const problem = await ensureStartCaches(createCarried(false).sys, "aix");
    expect(problem).toStartWith(`Cannot make what starts sooner in "${DIRECTORY}": `);
    expect(problem).toContain("no space left");
  });
});
