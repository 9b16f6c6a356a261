import type { System } from "../system/system.ts";
import { errorChain } from "../text/error-message.ts";
import { welcomeLine } from "./banner.ts";
import { closeFrame, flushFrame, stopFrame } from "./close-frame.ts";
import type { InitResult } from "./init.ts";
import { openFrame } from "./open-frame.ts";
import type { OutputKey } from "./output-config.ts";
import type { StageFrame } from "./stage-frame.ts";
import { openLogging } from "./stage-logging.ts";
import { applyOutput } from "./stage-output.ts";
import { takeLock } from "./stage-lock.ts";
import { markFinished, markStarted } from "./stage-status.ts";
import type { StageName, StageOptions } from "./stage.ts";

/** Everything that can be asked for as a stage; "modules-init" is run by hand and is not in status.json. */
export type StageCommand = StageName | "modules-init";

const EXIT_CODE_MAX = 255;

interface StageKind {
  /** As the welcome line shows it. */
  readonly action: string;
  readonly outputKey: OutputKey;
  readonly description: string;
}

const KINDS: Readonly<Record<StageCommand, StageKind>> = {
  "init-local": {
    action: "init-local",
    outputKey: "init",
    description: "searching for local datasources",
  },
  init: { action: "init", outputKey: "init", description: "searching for network datasources" },
  "modules-init": {
    action: "modules:init",
    outputKey: "init",
    description: "running modules for init",
  },
  "modules-config": {
    action: "modules:config",
    outputKey: "config",
    description: "running modules for config",
  },
  "modules-final": {
    action: "modules:final",
    outputKey: "final",
    description: "running modules for final",
  },
};

/** Runs one boot stage and returns its exit code: the number of its errors, at most 255 (DECISIONS 19). */
export async function runStage(
  name: StageCommand,
  sys: System,
  options: StageOptions,
): Promise<number> {
  const kind = KINDS[name];
  const { frame, errors } = await openFrame(name, eventPrefix(name), sys, options);
  try {
    await beginOutput(frame, kind, options);
  } catch (error) {
    // Never the network for the sake of a log.
    frame.fail(`Cannot set up output and log: ${errorChain(error)}`, error);
  }
  const lock = await takeLock(frame);
  if (lock === undefined) {
    // A boot stage has to do its work: the other one may hang for ever.
    frame.log.warn("Another cloud-init is still running: going on beside it");
  }
  const status = name === "modules-init" ? undefined : name;
  if (status !== undefined) {
    markStarted(frame, status);
  }
  let result: InitResult = { modules: [] };
  const finish = (): void => {
    if (status !== undefined) {
      const recoverableErrors = frame.stageLog.recoverableErrors();
      markFinished(frame, status, { datasource: result.datasource, errors, recoverableErrors });
    }
  };
  options.onStop?.((signal) => {
    stopFrame(frame, signal);
    finish();
    lock?.();
  });
  try {
    result = await frame.events.within("", kind.description, async (setResult) => {
      try {
        return await runBody(name, frame, options);
      } finally {
        setResult(frame.errorCount() > 0 ? "FAIL" : "SUCCESS");
        if (!frame.events.hasParts()) {
          // A stage without any part stops upstream's `analyze` ("pop from empty list").
          await frame.events.within("no-modules", "no module has anything to do", async () => {});
        }
      }
    });
  } catch (error) {
    // The last line of defence: whatever goes wrong, the boot goes on and says so.
    frame.log.error(`Stage ${name} ended early: ${errorChain(error)}`, error);
    frame.recordError(errorChain(error));
  }
  await frame.reporting.close();
  flushFrame(frame);
  finish();
  await closeFrame(frame, lock);
  return Math.min(errors.length, EXIT_CODE_MAX);
}

/** Names of upstream's events: `analyze` knows the stage init as init-network. */
function eventPrefix(name: StageCommand): string {
  return name === "init" ? "init-network" : name;
}

async function beginOutput(
  frame: StageFrame,
  kind: StageKind,
  options: StageOptions,
): Promise<void> {
  const at = frame.base.clock.now();
  const uptime = await frame.distro.readUptimeSeconds().catch(() => undefined);
  const welcome = welcomeLine(kind.action, at, uptime);
  await applyOutput(frame, frame.baseConfig, kind.outputKey);
  frame.base.output.write("stderr", `${welcome}\n`);
  openLogging(frame, frame.baseConfig, options.debug);
  await frame.reporting.apply(frame.baseConfig["reporting"]);
  frame.log.debug(welcome);
  frame.log.info(`PID [${frame.base.process.ppid}] started cloud-init '${kind.action}'.`);
}

async function runBody(
  name: StageCommand,
  frame: StageFrame,
  options: StageOptions,
): Promise<InitResult> {
  switch (name) {
    case "init-local":
      return (await import("./init.ts")).runInitLocal(frame, options.debug);
    case "init":
      return (await import("./init.ts")).runInit(frame, options.debug);
    case "modules-init":
    case "modules-config":
    case "modules-final": {
      const { runModulesStage } = await import("./run-modules-stage.ts");
      return runModulesStage(frame, modeOf(name), options.debug);
    }
  }
}

function modeOf(
  name: "modules-init" | "modules-config" | "modules-final",
): "init" | "config" | "final" {
  switch (name) {
    case "modules-init":
      return "init";
    case "modules-config":
      return "config";
    case "modules-final":
      return "final";
  }
}
