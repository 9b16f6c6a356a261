import { errorMessage } from "../../text/error-message.ts";
import { exists } from "../../system/files.ts";
import type { System } from "../../system/system.ts";

/** In the directory of the carried runtime; scripts/carrier/loader.cjs makes and reads it. */
export const START_CACHE = "app.v8";
/** It takes a fraction of a second; a machine that swaps may take longer. */
const TIMEOUT_MS = 120_000;

/**
 * Has the carried runtime keep what it compiled of the program, beside the program: a start then takes
 * half as long. One that is there and good is kept; a runtime that no carrier brought needs none. What
 * keeps it from being made, or undefined.
 */
export async function ensureStartCache(sys: System): Promise<string | undefined> {
  const runtime = sys.process.carriedRuntime;
  if (runtime === undefined) {
    return undefined;
  }
  const { directory, libraryPath } = runtime;
  const cache = `${directory}/${START_CACHE}`;
  try {
    await sys.exec.run([`${directory}/node`, `${directory}/app.cjs`, "--warm-up", cache], {
      timeoutMs: TIMEOUT_MS,
      ...(libraryPath === "" ? {} : { env: { LIBPATH: libraryPath } }),
    });
    return exists(sys.fs, cache) ? undefined : `Cannot make "${cache}": the runtime made none`;
  } catch (error) {
    return `Cannot make "${cache}": ${errorMessage(error)}`;
  }
}
