import { Type } from "typebox";
import { canonicalModuleName } from "./canonical-name.ts";
import type { ExternalFile } from "./find-external-module.ts";
import type { ConfigModule } from "./module.ts";
import type { ModuleEntry } from "./registry.ts";
import { runExternalModule } from "./run-external-module.ts";

/** Of an external module that does not say: once for each instance-id, as those in Python were. */
export const FREQUENCY_DEFAULT = "once-per-instance";

/** An external module as the runner takes those that are built in. */
export function createExternalEntry(file: ExternalFile): ModuleEntry {
  const frequency = file.header.frequency ?? FREQUENCY_DEFAULT;
  const name = canonicalModuleName(file.fileName);
  const module: ConfigModule = {
    name,
    logName: file.fileName,
    title: `The executable ${file.path}`,
    description: `An external module: ${file.path} is run with JSON on its standard input.`,
    frequency,
    schema: Type.Object({}),
    examples: [],
    run: (ctx) => runExternalModule(ctx, file),
  };
  return { name, frequency, load: async () => module };
}
