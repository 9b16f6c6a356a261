import { exists } from "../system/files.ts";
import { findKnownName } from "../modules/known-names.ts";
import type { ModuleEntry as RegistryEntry } from "../modules/registry.ts";
import type { ModuleEntry } from "./module-list.ts";
import type { ModuleOutcome } from "./stage.ts";
import type { StageFrame } from "./stage-frame.ts";

/** What stands behind the name of a module that is not built in. */
export type ExternalEntry =
  | { readonly kind: "found"; readonly entry: RegistryEntry }
  /** It is there and is not run, which is an error of the stage, told and recorded. */
  | { readonly kind: "refused"; readonly outcome: ModuleOutcome }
  | { readonly kind: "none" };

const NONE: ExternalEntry = { kind: "none" };

/**
 * Looks for a module among the executables of `paths.modulesDir`. Names that are accepted without
 * effect cost a look at one or two files, and an executable takes their place; for others, Python
 * modules of older packages are looked for too.
 */
export async function findExternalEntry(
  frame: StageFrame,
  { name, writtenName }: Pick<ModuleEntry, "name" | "writtenName">,
): Promise<ExternalEntry> {
  const { modulesDir } = frame.paths;
  if (modulesDir === undefined) {
    return NONE;
  }
  const isKnown = findKnownName(name) !== undefined;
  if (isKnown && !isExternal(frame, name)) {
    return NONE;
  }
  const [{ findExternalModule }, { createExternalEntry }] = await Promise.all([
    import("../modules/find-external-module.ts"),
    import("../modules/external-entry.ts"),
  ]);
  const search = findExternalModule(frame.base, modulesDir, { name, writtenName });
  switch (search.kind) {
    case "found":
      return { kind: "found", entry: createExternalEntry(search.file) };
    case "refused":
      return { kind: "refused", outcome: reportRefused(frame, name, search.message) };
    case "none":
      return NONE;
  }
}

/** Whether an executable has the name of a module, canonical as it is or with "-". */
export function isExternal({ base, paths }: StageFrame, name: string): boolean {
  const { modulesDir } = paths;
  const names = new Set([name, name.replaceAll("_", "-")]);
  try {
    return (
      modulesDir !== undefined &&
      exists(base.fs, modulesDir) &&
      [...names].some((one) => exists(base.fs, `${modulesDir}/${one}`))
    );
  } catch {
    // A directory that cannot be looked into is told where a module of it is wanted.
    return false;
  }
}

function reportRefused(frame: StageFrame, name: string, message: string): ModuleOutcome {
  frame.enterModule(name);
  frame.log.error(message);
  frame.recordError(`('${name}', Error('${message}'))`, message);
  frame.enterModule(undefined);
  frame.ledger
    .forModule(name)
    .record({ kind: "module", what: name, outcome: "failed", reason: message });
  return { name, status: "failed", errors: [message] };
}
