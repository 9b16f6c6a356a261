/** Keys of status.json. */
export type StageName = "init-local" | "init" | "modules-config" | "modules-final";

export interface StageOptions {
  /** --file, strongest first. */
  readonly configFiles: readonly string[];
  readonly force: boolean;
  readonly debug: boolean;
}

export interface StageResult {
  /** Description of the datasource, once known. */
  readonly datasource?: string;
  readonly errors: readonly string[];
  readonly modules: readonly ModuleOutcome[];
}

export type ModuleOutcome =
  | { readonly name: string; readonly status: "ran" | "already-ran" }
  | {
      readonly name: string;
      readonly status: "skipped";
      readonly reason: "no-config" | "distro" | "not-built" | "unknown";
    }
  | { readonly name: string; readonly status: "failed"; readonly errors: readonly string[] };
