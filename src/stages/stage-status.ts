import type { StageStatus, Status } from "../report/status-file.ts";
import { emptyStatus, readStatus, writeResult, writeStatus } from "../report/status-file.ts";
import type { System } from "../system/system.ts";
import type { Paths } from "../instance/paths.ts";
import type { Logger } from "../report/logger.ts";
import { errorChain } from "../text/error-message.ts";
import type { StageName } from "./stage.ts";

const TITLES: Readonly<Record<StageName, string>> = {
  "init-local": "Local Stage",
  init: "Network Stage",
  "modules-config": "Config Stage",
  "modules-final": "Final Stage",
};

export interface StageEnd {
  readonly datasource: string | undefined;
  readonly errors: readonly string[];
  readonly recoverableErrors: Readonly<Record<string, readonly string[]>>;
}

/** Marks the stage as running. init-local begins a boot: what an earlier one left is cleared. A full disk is a warning, not the end of the stage. */
export function markStarted(sys: System, paths: Paths, name: StageName, log: Logger): void {
  attempt(paths, log, () => {
    const isBoot = name === "init-local";
    if (isBoot) {
      sys.fs.remove(paths.resultFile);
      sys.fs.remove(`${paths.runDir}/result.json`);
    }
    const before = isBoot ? emptyStatus() : readStatus(sys, paths.statusFile);
    const start = before.stages[name]?.start ?? null;
    if (start !== null && before.stages[name]?.finished === null) {
      log.info(`Unexpected start time found for ${TITLES[name]}. Was this stage restarted?`);
    }
    writeStatus(sys, paths.statusFile, {
      ...before,
      stage: name,
      stages: {
        ...before.stages,
        [name]: { errors: [], recoverable_errors: {}, start: nowSeconds(sys), finished: null },
      },
    });
    linkFromRunDir(sys, paths, "status.json");
  });
}

/** Marks the stage as ended; after the last one writes result.json. */
export function markFinished(
  sys: System,
  paths: Paths,
  name: StageName,
  end: StageEnd,
  log: Logger,
): void {
  attempt(paths, log, () => {
    const before = readStatus(sys, paths.statusFile);
    const stage: StageStatus = {
      errors: end.errors,
      recoverable_errors: end.recoverableErrors,
      start: before.stages[name]?.start ?? null,
      finished: nowSeconds(sys),
    };
    const after: Status = {
      datasource: end.datasource ?? before.datasource,
      stage: null,
      stages: { ...before.stages, [name]: stage },
    };
    writeStatus(sys, paths.statusFile, after);
    if (name === "modules-final") {
      writeResult(sys, paths.resultFile, after);
      linkFromRunDir(sys, paths, "result.json");
    }
  });
}

function attempt(paths: Paths, log: Logger, work: () => void): void {
  try {
    work();
  } catch (error) {
    log.warn(`Cannot write "${paths.statusFile}": ${errorChain(error)}`);
  }
}

/** Seconds since 1970 with milliseconds. */
function nowSeconds(sys: System): number {
  return sys.clock.now().getTime() / 1_000;
}

/** `run_dir/NAME` → `data/NAME` by a relative path, as upstream has it. */
function linkFromRunDir(sys: System, paths: Paths, name: string): void {
  const up = paths.runDir
    .split("/")
    .filter((part) => part !== "")
    .map(() => "..")
    .join("/");
  const target = `${up}${paths.dataDir}/${name}`;
  const link = `${paths.runDir}/${name}`;
  if (sys.fs.readLink(link) !== target) {
    sys.fs.makeDirectory(paths.runDir, { mode: 0o755 });
    sys.fs.remove(link);
    sys.fs.symlink(target, link);
  }
}
