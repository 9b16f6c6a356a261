import { describe, expect, test } from "bun:test";
import { ensureStartCache } from "../../../src/cli/install/start-cache.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";
import type { CarriedRuntime, ExecOptions, System } from "../../../src/system/system.ts";

const DIRECTORY = "/opt/freeware/libexec/cloud-init/0.1.0-0123456789ab";
const CACHE = `${DIRECTORY}/app.v8`;
const COMMAND = `${DIRECTORY}/node ${DIRECTORY}/app.cjs --warm-up ${CACHE}`;

/** A machine on which a carrier runs; `makes`: whether its runtime makes the cache. */
function createCarried(makes: boolean, libraryPath = "") {
  const asked: ExecOptions[] = [];
  const scripted = createScriptedSystem({
    commands: {
      [COMMAND]: (_, options) => {
        asked.push(options);
        if (makes) {
          scripted.system.fs.write(CACHE, "cache");
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
    expect(await ensureStartCache(sys)).toBeUndefined();
    expect(asked[0]?.env).toEqual({ LIBPATH: "/opt/own/lib:/usr/lib" });
    const without = createCarried(true);
    expect(await ensureStartCache(without.sys)).toBeUndefined();
    expect(without.asked[0]?.env).toBeUndefined();
  });

  test("is not asked for where there is no carrier", async () => {
    const { system, commands } = createScriptedSystem();
    expect(await ensureStartCache(system)).toBeUndefined();
    expect(commands).toEqual([]);
  });

  test("that cannot be made is no reason to stop: what hinders is told", async () => {
    const problem = await ensureStartCache(createCarried(false).sys);
    expect(problem).toStartWith(`Cannot make "${CACHE}": `);
    expect(problem).toContain("no space left");
  });
});
