import type { StageStatus, Status } from "../report/status-file.ts";
import { emptyStatus, readStatus, writeResult, writeStatus } from "../report/status-file.ts";
import type { System } from "../system/system.ts";
import { errorChain } from "../text/error-message.ts";
import type { StageFrame } from "./stage-frame.ts";
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

/** Marks the stage as running. init-local begins a boot: what an earlier one left is cleared. A full disk is an error of the stage, not its end. */
export function markStarted(frame: StageFrame, name: StageName): void {
  const { base: sys, paths, log } = frame;
  attempt(frame, () => {
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
  });
  linkFromRunDir(frame, "status.json");
}

/** Marks the stage as ended; after the last one writes result.json. */
export function markFinished(frame: StageFrame, name: StageName, end: StageEnd): void {
  const { base: sys, paths } = frame;
  attempt(frame, () => {
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
    }
  });
  if (name === "modules-final") {
    linkFromRunDir(frame, "result.json");
  }
}

function attempt(frame: StageFrame, work: () => void): void {
  try {
    work();
  } catch (error) {
    frame.fail(`Cannot keep the status of the stage: ${errorChain(error)}`, error);
  }
}

/** Seconds since 1970 with milliseconds. */
function nowSeconds(sys: System): number {
  return sys.clock.now().getTime() / 1_000;
}

/** `run_dir/NAME` → `data/NAME` by a relative path, as upstream has it. */
function linkFromRunDir(frame: StageFrame, name: string): void {
  const { base: sys, paths } = frame;
  const up = paths.runDir
    .split("/")
    .filter((part) => part !== "")
    .map(() => "..")
    .join("/");
  const target = `${up}${paths.dataDir}/${name}`;
  const link = `${paths.runDir}/${name}`;
  attempt(frame, () => {
    if (sys.fs.readLink(link) !== target) {
      sys.fs.makeDirectory(paths.runDir, { mode: 0o755 });
      sys.fs.remove(link);
      sys.fs.symlink(target, link);
    }
  });
}
