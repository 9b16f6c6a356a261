/** Where a wish stands: "user-data" and a line of it. */
export interface Place {
  readonly source: string;
  /** 1-based. */
  readonly line: number;
}

/** One thing that a boot would do to the machine, in the words of the plan. */
export type PlanStep =
  | CommandStep
  | ScriptStep
  | FileStep
  | PathStep
  | UserStep
  | StoredScriptStep
  | { readonly kind: "request"; readonly method: string; readonly url: string };

/** A command of the agent's own. */
export interface CommandStep {
  readonly kind: "command";
  readonly argv: readonly string[];
  readonly hasStdin: boolean;
  /** Why it would fail. */
  readonly failure?: string;
  /** Nobody simulates it: it is taken to have worked. */
  readonly isUnknown?: boolean;
}

/** Code of the user's: its start is simulated, what it does is not. */
export interface ScriptStep {
  readonly kind: "script";
  /** "bootcmd", "scripts/runcmd". */
  readonly name: string;
  readonly path: string;
  readonly argv: readonly string[];
  /** As its first line names it; absent for a program. */
  readonly interpreter?: string;
  /** Its text without that line and without blank lines. */
  readonly lines: readonly string[];
  /** Of an external module: whether the plan has run it, and why not. */
  readonly note?: string;
  /** What it then said. */
  readonly output?: readonly string[];
  readonly failure?: string;
  readonly place?: Place;
}

/** Code of the user's that is kept for modules-final. */
export interface StoredScriptStep {
  readonly kind: "stored-script";
  /** "scripts/runcmd", "scripts/per-boot/cleanup". */
  readonly name: string;
  readonly path: string;
  readonly sizeBytes: number;
}

export interface FileStep {
  readonly kind: "file";
  readonly action: "create" | "change" | "append";
  readonly path: string;
  readonly mode: number;
  readonly owner: string;
  /** Of what is written: for "append", of what is added. */
  readonly sizeBytes: number;
  /** Unified, where it is asked for; one line in brackets where there is none. */
  readonly diff?: readonly string[];
  readonly failure?: string;
  readonly place?: Place;
}

export interface PathStep {
  readonly kind: "directory" | "attributes" | "remove" | "symlink";
  readonly path: string;
  readonly mode?: number;
  readonly owner?: string;
  /** Of a link. */
  readonly target?: string;
}

/** A user as the machine has it after the step. */
export interface UserStep {
  readonly kind: "user";
  readonly name: string;
  /** "missing": it could not be made. */
  readonly state: "new" | "there" | "missing";
  readonly groups: readonly string[];
  readonly shell: string;
  readonly home: string;
  /** Keys that its authorized_keys gains. */
  readonly keysAdded: number;
  readonly place?: Place;
}
