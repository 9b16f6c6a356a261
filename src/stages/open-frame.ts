import type { CloudConfig } from "../config/cloud-config.ts";
import { isMapping } from "../config/cloud-config.ts";
import type { DistroDefaults } from "../distros/distro.ts";
import { findDistroName, loadDistro } from "../distros/registry.ts";
import { createPaths } from "../instance/paths.ts";
import { createStageLedger } from "../report/ledger-file.ts";
import { logSystem } from "../report/logged-system.ts";
import { createEventReporter } from "../report/report-event.ts";
import { createSecrets } from "../report/secrets.ts";
import { createStageLog } from "../report/stage-log.ts";
import type { System } from "../system/system.ts";
import { formatProblem } from "../text/problem.ts";
import { openConfigStore } from "./config-store.ts";
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
  const stageLog = createStageLog(base, mask, (text) => options.onWarning?.(text, module));
  const log = stageLog.named("stages.ts");
  const native = await loadDistro(findDistroName(base));
  const { defaults } = native;
  const config = await openConfigStore(
    base,
    { defaults: defaults.config, roots: defaults.paths, configFiles: options.configFiles },
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
  const paths = createPaths({ ...defaults.paths, ...pathOverrides(systemInfo) });
  const errors: string[] = [];
  const watchers = new Set<() => void>();
  const ledger = createStageLedger(base, name, mask, options.onStep);
  const sys = logSystem(base, {
    log: stageLog.named("system.ts"),
    onChange(change) {
      options.onChange?.(change, module);
      for (const watcher of watchers) {
        watcher();
      }
    },
    onCommand: (step) => ledger.forModule(module).record(step),
  });
  const wanted = distroName(systemInfo, defaults);
  const loadedDistro = wanted === defaults.name ? native : await loadDistro(wanted);
  const distro = loadedDistro.create({ sys, log: stageLog.named("distro.ts"), systemInfo });
  const frame: StageFrame = {
    name,
    sys,
    base,
    distro,
    rootOwner: defaults.rootOwner,
    paths,
    log,
    stageLog,
    events: createEventReporter(base.clock, log, eventPrefix),
    ledger,
    secrets,
    systemInfo,
    baseConfig: loaded.config,
    config,
    force: options.force,
    recordError(text, plain = text) {
      errors.push(mask(text));
      options.onError?.(mask(plain), module);
    },
    errorCount: () => errors.length,
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

function distroName(systemInfo: CloudConfig, defaults: DistroDefaults): string {
  const name = systemInfo["distro"];
  return typeof name === "string" && name !== "" ? name : defaults.name;
}

function mappingAt(config: CloudConfig, key: string): CloudConfig {
  const value = config[key];
  return isMapping(value) ? value : {};
}

/** `system_info.paths`: only absolute paths count. */
function pathOverrides(
  systemInfo: CloudConfig,
): Partial<Record<"cloudDir" | "runDir" | "templatesDir", string>> {
  const given = mappingAt(systemInfo, "paths");
  const keys = { cloudDir: "cloud_dir", runDir: "run_dir", templatesDir: "templates_dir" } as const;
  const overrides: Partial<Record<"cloudDir" | "runDir" | "templatesDir", string>> = {};
  for (const [name, key] of Object.entries(keys) as [keyof typeof keys, string][]) {
    const value = given[key];
    if (typeof value === "string" && value.startsWith("/")) {
      overrides[name] = value;
    }
  }
  return overrides;
}
