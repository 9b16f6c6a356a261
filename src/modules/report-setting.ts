import type { SettingOutcome } from "../distros/locale-adapter.ts";
import type { ModuleContext } from "./module.ts";
import { reportProblems } from "./report-problems.ts";

/** Logs what a setting is now, and tells what was wrong at the place of its key. */
export function reportSetting(
  ctx: ModuleContext,
  setting: {
    /** "Time zone" */
    readonly title: string;
    readonly path: readonly string[];
    readonly outcome: SettingOutcome;
  },
): void {
  const { title, path, outcome } = setting;
  reportProblems(
    ctx,
    outcome.problems.map((problem) => Object.assign({ path, ...ctx.locate(path) }, problem)),
  );
  if (outcome.value !== undefined) {
    ctx.log.info(`${title} is ${outcome.value}${outcome.changed ? "" : ", as it was"}`);
  }
}
