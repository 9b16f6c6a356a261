import { errorMessage } from "../../text/error-message.ts";
import { exists } from "../../system/files.ts";
import type { System } from "../../system/system.ts";

/** In the directory of the carried runtime, one for each stage; scripts/carrier/loader.cjs makes and reads them. */
export const START_CACHES: readonly string[] = [
  "init-local.v8",
  "init.v8",
  "modules-config.v8",
  "modules-final.v8",
];
/** It takes a second or two; a machine that swaps may take longer. */
const TIMEOUT_MS = 120_000;

/**
 * Has the carried runtime rehearse a boot of `distro`, and keep what it compiles for that beside the
 * program: a start then takes half as long. Caches that are there and good are kept; a runtime that no
 * carrier brought needs none. What keeps them from being made, or undefined.
 */
export async function ensureStartCaches(sys: System, distro: string): Promise<string | undefined> {
  const runtime = sys.process.carriedRuntime;
  if (runtime === undefined) {
    return undefined;
  }
  const { directory, libraryPath } = runtime;
  const argv = [`${directory}/node`, `${directory}/app.cjs`, "--warm-up", directory, distro];
  try {
    await sys.exec.run(argv, {
      timeoutMs: TIMEOUT_MS,
      ...(libraryPath === "" ? {} : { env: { LIBPATH: libraryPath } }),
    });
  } catch (error) {
    return `Cannot make what starts sooner in "${directory}": ${errorMessage(error)}`;
  }
  const missing = START_CACHES.find((name) => !exists(sys.fs, `${directory}/${name}`));
  return missing === undefined
    ? undefined
    : `Cannot make "${directory}/${missing}": the runtime made none`;
}
