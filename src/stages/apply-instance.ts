import type { Instance } from "../instance/instance.ts";
import { valueAt } from "../config/cloud-config.ts";
import { errorChain } from "../text/error-message.ts";
import { formatProblem } from "../text/problem.ts";
import { isFile } from "../system/files.ts";
import { formatJson } from "../text/format-json.ts";
import type { StageFrame } from "./stage-frame.ts";
import { runJournaled } from "./journaled-work.ts";
import { createSemaphore, isSet } from "./semaphores.ts";

const INJECTED_FILE_MODE = 0o660;

/**
 * What init-local does for an instance before anything else runs: its network (DECISIONS 8: once
 * per instance-id), then the files that the cloud injects. A failing step is recorded; the next one
 * runs.
 */
export async function applyInstance(frame: StageFrame, instance: Instance): Promise<void> {
  await oncePerInstance(frame, instance.id, "network", () => applyNetwork(frame, instance));
  await oncePerInstance(frame, instance.id, "injected_files", async () => {
    injectFiles(frame, instance);
  });
}

async function oncePerInstance(
  frame: StageFrame,
  instanceId: string,
  name: string,
  work: () => Promise<void>,
): Promise<void> {
  const semaphore = createSemaphore(frame.paths, instanceId, `config_${name}`, "once-per-instance");
  if (isSet(frame.base, semaphore)) {
    frame.log.debug(`config-${name} already ran (freq=once-per-instance)`);
    return;
  }
  await runJournaled(frame, name, semaphore, async () => {
    try {
      await work();
    } catch (error) {
      frame.log.error(`Applying ${name} failed: ${errorChain(error)}`, error);
      const reason = errorChain(error);
      frame.recordError(`('${name}', Error('${reason}'))`, `Applying ${name} failed: ${reason}`);
    }
  });
}

async function applyNetwork(frame: StageFrame, instance: Instance): Promise<void> {
  const { paths, log } = frame;
  const ledger = frame.ledger.forModule(undefined);
  const { network } = instance;
  if (network === undefined) {
    log.info("The datasource gives no network configuration: the network is left as it is");
    return;
  }
  if (valueAt(frame.baseConfig, "network", "config") === "disabled") {
    log.info("network: {config: disabled} is set: the network is left as it is");
    return;
  }
  if (isFile(frame.base.fs, `${paths.dataDir}/upgraded-network`)) {
    log.info(`"${paths.dataDir}/upgraded-network" exists: the network is left as it is`);
    return;
  }
  log.info(`Applying network configuration from ${network.source} of ${instance.description}`);
  const outcome = await frame.events.within("network", "applying network configuration", () =>
    frame.distro.network.ensure(network.config),
  );
  for (const problem of outcome.problems) {
    const text = formatProblem(problem);
    log.warn(`Network: ${text}`);
    if (problem.severity === "warning") {
      continue;
    }
    frame.recordError(`('network', Error('${text}'))`, text);
    ledger.record({ kind: "network", what: network.source, outcome: "failed", reason: text });
  }
  if (outcome.problems.every((problem) => problem.severity === "warning")) {
    ledger.record({ kind: "network", what: network.source, outcome: "ok" });
  }
  frame.base.fs.write(paths.instance(instance.id).networkConfigFile, formatJson(network.config), {
    mode: 0o600,
  });
}

function injectFiles(frame: StageFrame, instance: Instance): void {
  const ledger = frame.ledger.forModule(undefined);
  for (const file of instance.files) {
    try {
      frame.sys.fs.write(file.path, file.content, {
        mode: INJECTED_FILE_MODE,
        owner: frame.rootOwner,
      });
      frame.log.info(`Wrote injected file ${file.path} (${file.content.length} bytes)`);
      ledger.record({ kind: "file", what: file.path, outcome: "ok" });
    } catch (error) {
      const reason = errorChain(error);
      frame.log.warn(`Failed writing file: ${file.path}: ${reason}`);
      frame.recordError(
        `('injected_files', Error('Failed writing file: ${file.path}'))`,
        `Failed writing file: ${file.path}: ${reason}`,
      );
      ledger.record({ kind: "file", what: file.path, outcome: "failed", reason });
    }
  }
}
