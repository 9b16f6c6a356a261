import type { Paths } from "../../instance/paths.ts";
import { findKnownName, knownNameMessage } from "../../modules/known-names.ts";
import type { Frequency } from "../../modules/module.ts";
import type { ModuleEntry } from "../../modules/registry.ts";
import type { LedgerEntry } from "../../report/ledger.ts";
import { parseModuleList } from "../../stages/module-list.ts";
import { moduleSemaphore } from "../../stages/semaphores.ts";
import { readTextIfExists } from "../../system/files.ts";
import type { System } from "../../system/system.ts";
import type { Explanation } from "./explanation.ts";
import { findPlaces } from "./find-places.ts";
import type { KnownState } from "./known-state.ts";

/** A module as `why` is asked for it. */
export interface AskedModule {
  /** Canonical. */
  readonly name: string;
  /** Undefined for an external module, or a name without a module behind it. */
  readonly entry: ModuleEntry | undefined;
}

const SECTIONS = ["cloud_init_modules", "cloud_config_modules", "cloud_final_modules"];

/** Why a module ran or did not. */
export function explainModule(
  sys: System,
  paths: Paths,
  state: KnownState,
  { name, entry }: AskedModule,
): Explanation {
  const listed = findInLists(state, name);
  const own = entry?.frequency ?? "once-per-instance";
  const frequency = listed.frequency ?? own;
  const steps = state.ledger.filter((step) => step.module === name);
  const semaphore = findSemaphore(sys, paths, state, { name, frequency, written: listed.written });
  const keys = entry?.activateByKeys ?? [];
  const places = findPlaces(sys, paths, keys);
  const runs = steps.filter((step) => step.kind === "module");
  return {
    kind: "module",
    name,
    summary: summarise(name, runs, state, listed.sections),
    ...(state.instanceId === undefined ? {} : { instanceId: state.instanceId }),
    frequency:
      listed.frequency === undefined ? `${own} (the module's own)` : `${frequency} (its list)`,
    ...(state.config === undefined ? {} : { listedIn: listed.sections }),
    ...(keys.length === 0 ? {} : { keys: places }),
    ...(semaphore === undefined ? {} : { semaphore }),
    ...nextBoot({ name, frequency, keys, state, listed: listed.sections, semaphore, entry }),
    steps: lastRun(steps),
    notes: state.notes,
  };
}

interface InLists {
  readonly sections: readonly string[];
  readonly frequency: Frequency | undefined;
  readonly written: readonly string[];
}

function findInLists(state: KnownState, name: string): InLists {
  const sections: string[] = [];
  const written: string[] = [];
  let frequency: Frequency | undefined;
  for (const section of SECTIONS) {
    for (const entry of parseModuleList(state.config?.[section], section).entries) {
      if (entry.name === name) {
        const words = [entry.writtenName, entry.frequency, ...entry.args].filter(
          (word) => word !== undefined,
        );
        sections.push(words.length === 1 ? section : `${section} as [${words.join(", ")}]`);
        written.push(entry.writtenName);
        frequency ??= entry.frequency;
      }
    }
  }
  return { sections, frequency, written };
}

function findSemaphore(
  sys: System,
  paths: Paths,
  state: KnownState,
  asked: {
    readonly name: string;
    readonly frequency: Frequency;
    readonly written: readonly string[];
  },
): Explanation["semaphore"] {
  if (state.instanceId === undefined) {
    return undefined;
  }
  const { name, frequency, written } = asked;
  const semaphore = moduleSemaphore(paths, state.instanceId, name, written, frequency);
  if (semaphore.path === undefined) {
    return undefined;
  }
  for (const path of [semaphore.path, ...semaphore.legacyPaths]) {
    if (sys.fs.stat(path) !== undefined) {
      const writtenAt = semaphoreTime(readTextIfExists(sys.fs, path) ?? "");
      return { path, isThere: true, ...(writtenAt === undefined ? {} : { writtenAt }) };
    }
  }
  return { path: semaphore.path, isThere: false };
}

/** `<pid>: <epoch seconds>`; `cloud-init-per` writes `<exit code>\t<epoch seconds>`. */
export function semaphoreTime(text: string): string | undefined {
  const seconds = Number(/^\d+(?::\s*|\t)(\d+(?:\.\d+)?)\s*$/u.exec(text)?.[1] ?? Number.NaN);
  // The year 9999: no date is later than that.
  return seconds < 253_402_300_800 ? new Date(seconds * 1_000).toISOString() : undefined;
}

function summarise(
  name: string,
  runs: readonly LedgerEntry[],
  state: KnownState,
  sections: readonly string[],
): string {
  const last = runs.at(-1);
  if (last === undefined) {
    const known = findKnownName(name);
    if (known !== undefined) {
      return knownNameMessage(name, known);
    }
    return state.config !== undefined && sections.length === 0
      ? `${name} has not run: no module list has it`
      : `${name} has not run: the ledger has nothing of it`;
  }
  const at = `${formatTime(last.time)} in stage ${last.stage}`;
  switch (last.outcome) {
    case "ok":
      return `${name} ran at ${at}: ok${last.durationMs === undefined ? "" : `, ${last.durationMs} ms`}`;
    case "failed":
      return `${name} failed at ${at}: ${last.reason ?? "no reason is known"}`;
    case "interrupted":
      return `${name} was cut off: ${last.reason ?? at}`;
    case "skipped":
      return `${name} did not run at ${at}: ${last.reason ?? "no reason is known"}`;
    case "already-ran": {
      const real = [...runs].reverse().find(hasRun);
      const before =
        real === undefined
          ? ""
          : `; it ran at ${formatTime(real.time)} in stage ${real.stage}: ${real.outcome}${real.reason === undefined ? "" : `, ${real.reason}`}`;
      return `${name} did not run at ${at}: its semaphore was there${before}`;
    }
  }
}

function hasRun({ outcome }: LedgerEntry): boolean {
  return outcome === "ok" || outcome === "failed";
}

/** The steps of the last time that it really did something. */
function lastRun(steps: readonly LedgerEntry[]): readonly LedgerEntry[] {
  const ends = steps.flatMap((step, index) =>
    step.kind === "module" && step.outcome !== "already-ran" ? [index] : [],
  );
  const end = ends.at(-1);
  if (end === undefined) {
    return steps.filter((step) => step.kind !== "module");
  }
  const before = steps
    .slice(0, end)
    .reduce((at, step, i) => (step.kind === "module" ? i + 1 : at), 0);
  return steps.slice(before, end).filter((step) => step.kind !== "module");
}

function nextBoot(given: {
  readonly name: string;
  readonly frequency: Frequency;
  readonly keys: readonly string[];
  readonly state: KnownState;
  readonly listed: readonly string[];
  readonly semaphore: Explanation["semaphore"];
  readonly entry: ModuleEntry | undefined;
}): { readonly nextBoot?: string } {
  const { name, frequency, keys, state, listed, semaphore, entry } = given;
  const { config } = state;
  const again = `"cloud-init single -n ${name} --frequency always"`;
  if (config === undefined) {
    return {};
  }
  if (entry === undefined && findKnownName(name) !== undefined) {
    return { nextBoot: "does not run: there is no module behind the name" };
  }
  if (listed.length === 0) {
    return { nextBoot: `does not run: no module list has it; ${again} runs it now` };
  }
  if (keys.length > 0 && !keys.some((key) => Object.hasOwn(config, key))) {
    return { nextBoot: `does not run: none of ${keys.join(", ")} is in the configuration` };
  }
  if (frequency === "always") {
    return { nextBoot: "runs, as at each boot" };
  }
  if (semaphore?.isThere === true) {
    const until = frequency === "once" ? "never again" : "not before the instance-id changes";
    return {
      nextBoot: `runs ${until}: its semaphore is there. To run it once more: delete the semaphore, or ${again}`,
    };
  }
  return { nextBoot: "runs: its semaphore is not there" };
}

/** "2026-01-02 03:04:05 UTC" */
export function formatTime(iso: string): string {
  return /^\d{4}-\d\d-\d\dT/u.test(iso) ? `${iso.slice(0, 19).replace("T", " ")} UTC` : iso;
}
