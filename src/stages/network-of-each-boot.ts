import { valueAt } from "../config/cloud-config.ts";
import type { StageFrame } from "./stage-frame.ts";

/** Whether `updates: {network: {when: [boot]}}` asks for the network at each boot, not once per instance. */
export function isNetworkOfEachBoot(frame: StageFrame): boolean {
  const when = valueAt(frame.baseConfig, "updates", "network", "when");
  const events: readonly unknown[] = Array.isArray(when) ? when : [when];
  return events.some((event) => event === "boot" || event === "boot-legacy");
}
