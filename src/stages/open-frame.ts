import type { CloudConfig } from "../config/cloud-config.ts";
import { isMapping } from "../config/cloud-config.ts";
import type { DistroDefaults } from "../distros/distro.ts";
import { findDistroName, loadDistro } from "../distros/registry.ts";
import { createPaths } from "../instance/paths.ts";
import { readRunPointer } from "../instance/run-pointer.ts";
import { createStageLedger } from "../report/ledger-file.ts";
import { logSystem } from "../report/logged-system.ts";
import type { Logger } from "../report/logger.ts";
import { createEventReporter, logSink } from "../report/report-event.ts";
import { createSecrets } from "../report/secrets.ts";
import { createStageLog } from "../report/stage-log.ts";
import type { Change } from "../system/change.ts";
import type { System } from "../system/system.ts";
import { errorChain } from "../text/error-message.ts";
import { formatProblem } from "../text/problem.ts";
import { openConfigStore } from "./config-store.ts";
import { configuredRoots } from "./configured-roots.ts";
import { createEventReporting } from "./event-reporting.ts";
import { createFactsReader, instanceTemplates } from "./keep-instance-data.ts";
import type { StageFrame } from "./stage-frame.ts";
import type { StageOptions } from "./stage.ts";

/** The frame, and what of it only its owner needs. */
export interface OpenedFrame {
  readonly frame: StageFrame;
  readonly errors: readonly string[];
}

/** Reads the base configuration and builds the frame round one stage. Logging is not open yet. */
export async function openFrame(
  name: string,
  eventPrefix: string,
  base: System,
  options: StageOptions,
): Promise<OpenedFrame> {
  const secrets = createSecrets();
  let module: string | undefined;
  const mask = (text: string): string => secrets.mask(text);
  const errors: string[] = [];
  const recordError = (text: string, plain = text): void => {
    errors.push(mask(text));
    options.onError?.(mask(plain), module);
  };
  const stageLog = createStageLog(
    base,
    mask,
    (text) => options.onWarning?.(text, module),
    recordError,
  );
  const log = stageLog.named("stages.ts");
  const native = await loadDistro(findDistroName(base));
  const { defaults } = native;
  const config = await openConfigStore(
    base,
    {
      defaults: defaults.config,
      roots: defaults.paths,
      configFiles: options.configFiles,
      templates: instanceTemplates(
        base,
        readRunPointer(base.fs, defaults.paths.runDir)?.runDir ?? defaults.paths.runDir,
      ),
    },
    (id) => paths.instance(id),
  );
  const loaded = config.base;
  secrets.addFrom(loaded.config);
  for (const problem of loaded.problems) {
    log.warn(formatProblem(problem));
  }
  for (const note of loaded.notes) {
    log.info(formatProblem(note));
  }
  const systemInfo = mappingAt(loaded.config, "system_info");
  const paths = createPaths(configuredRoots(defaults.paths, loaded.config));
  const watchers = new Set<(change: Change) => void>();
  const ledger = createStageLedger(base, name, mask, options.onStep, (error) => {
    log.error(`Cannot keep the ledger: ${errorChain(error)}`);
    recordError(`Cannot keep the ledger: ${errorChain(error)}`);
  });
  const sys = logSystem(base, {
    log: stageLog.named("system.ts"),
    onChange(change) {
      options.onChange?.(change, module);
      if (change.kind === "command" && change.owner === "user") {
        // It may run for an hour, or for ever: the log has to say what is running.
        stageLog.flush();
      }
      for (const watcher of watchers) {
        watcher(change);
      }
    },
    // A command that hangs must be the last line of the log.
    beforeCommand: () => stageLog.flush(),
    onCommand: (step) => ledger.forModule(module).record(step),
  });
  const wanted = distroName(systemInfo, defaults, log);
  const loadedDistro = wanted === defaults.name ? native : await loadDistro(wanted);
  const distro = loadedDistro.create({ sys, log: stageLog.named("distro.ts"), systemInfo });
  const frame: StageFrame = {
    name,
    sys,
    base,
    distro,
    rootOwner: defaults.rootOwner,
    readSystemFacts: createFactsReader(base, distro),
    paths,
    log,
    stageLog,
    events: createEventReporter(
      base.clock,
      eventPrefix,
      logSink((line) => log.debug(line)),
    ),
    reporting: createEventReporting(() => frame, {
      isPlan: options.isPlan === true,
      isLogOnly: options.report === false,
    }),
    ledger,
    secrets,
    systemInfo,
    baseConfig: loaded.config,
    config,
    force: options.force,
    recordError,
    fail(text, cause) {
      log.error(text, cause);
      recordError(text);
    },
    errorCount: () => errors.length,
    progress: {},
    watchChanges(listener) {
      watchers.add(listener);
      return () => watchers.delete(listener);
    },
    enterModule(given) {
      module = given;
    },
  };
  options.onOpen?.(frame);
  return { frame, errors };
}

/** AIX is AIX, whatever a configuration that was copied from elsewhere says. */
function distroName(systemInfo: CloudConfig, defaults: DistroDefaults, log: Logger): string {
  const name = systemInfo["distro"];
  if (typeof name !== "string" || name === "") {
    return defaults.name;
  }
  if (defaults.family === "aix" && name !== defaults.name) {
    log.warn(`Cannot use "system_info.distro" "${name}": this system is AIX`);
    return defaults.name;
  }
  return name;
}

function mappingAt(config: CloudConfig, key: string): CloudConfig {
  const value = config[key];
  return isMapping(value) ? value : {};
}
