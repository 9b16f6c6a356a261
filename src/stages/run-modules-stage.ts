import { currentInstance, fallbackInstance } from "./find-instance.ts";
import { runSection } from "./run-section.ts";
import type { InitResult } from "./init.ts";
import type { StageFrame } from "./stage-frame.ts";

/** `modules --mode X`: the modules of one section, for the instance that init settled on. */
export async function runModulesStage(
  frame: StageFrame,
  mode: "init" | "config" | "final",
  debug: boolean,
): Promise<InitResult> {
  const current = await currentInstance(frame);
  if (current.found) {
    const { instance } = current;
    const modules = await runSection(frame, mode, instance, { hasInstanceDirectory: true, debug });
    return { datasource: instance.description, modules };
  }
  const text = `Can not apply stage ${mode}, no datasource found! Likely bad things to come!`;
  frame.log.warn(text);
  frame.base.output.write("stderr", `${text}\n${"-".repeat(60)}\n${"-".repeat(60)}\n`);
  frame.recordError(text);
  if (!frame.force) {
    return { modules: [] };
  }
  const modules = await runSection(frame, mode, fallbackInstance(), {
    hasInstanceDirectory: false,
    debug,
  });
  return { modules };
}
