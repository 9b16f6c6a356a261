import { openFrame } from "../../src/stages/open-frame.ts";
import type { StageFrame } from "../../src/stages/stage-frame.ts";
import type { System } from "../../src/system/system.ts";

/** The frame of a stage in which nothing has happened yet. */
export async function openTestFrame(
  system: System,
): Promise<{ readonly frame: StageFrame; readonly errors: readonly string[] }> {
  return openFrame("init", "init-network", system, {
    configFiles: [],
    force: false,
    debug: false,
  });
}
