import type { System } from "../../system/system.ts";
import type { DistroContext } from "../distro.ts";

/** For adapters that are made to ask one question: nothing is logged, nothing is configured. */
export function silentContext(sys: System): DistroContext {
  const silent = (): void => {};
  return {
    sys,
    log: { debug: silent, info: silent, warn: silent, error: silent },
    systemInfo: {},
  };
}
