import { errorChain } from "../text/error-message.ts";
import type { Instance } from "../instance/instance.ts";
import { announceResolvConfText } from "../instance/resolv-conf-record.ts";
import { chooseNetworkSource } from "../network/choose-source.ts";
import type { NetworkConfig } from "../network/network-config.ts";
import { renderNetworkV1 } from "../network/render-v1.ts";
import { hasNamePatterns, resolveNamePatterns } from "../network/resolve-name-patterns.ts";
import { isFile } from "../system/files.ts";
import { formatJson } from "../text/format-json.ts";
import { formatProblem, type Problem } from "../text/problem.ts";
import { listNetworkCandidates } from "./network-candidates.ts";
import type { StageFrame } from "./stage-frame.ts";

/**
 * Gives the machine the network of the first source that says anything: kernel command line, system
 * configuration, datasource. Keeps what was applied in `instance/network-config.json` (version 1).
 */
export async function applyNetwork(frame: StageFrame, instance: Instance): Promise<void> {
  const { log } = frame;
  const chosen = await chooseNetworkSource(listNetworkCandidates(frame, instance));
  for (const note of chosen.notes) {
    log.debug(note);
  }
  const lockFile = `${frame.paths.dataDir}/upgraded-network`;
  if (chosen.kind === "disabled") {
    log.info(`network: {config: disabled} is set (${chosen.source}): the network is left as it is`);
  } else if (isFile(frame.base.fs, lockFile)) {
    log.info(`"${lockFile}" exists: the network is left as it is`);
  } else {
    reportProblems(frame, chosen.kind === "settings" ? chosen.source : "network", chosen.problems);
    if (chosen.kind === "settings") {
      await apply(frame, instance, chosen);
    } else {
      log.info("Nobody gives a network configuration: the network is left as it is");
    }
  }
}

async function apply(
  frame: StageFrame,
  instance: Instance,
  chosen: { readonly source: string; readonly config: NetworkConfig },
): Promise<void> {
  const { source } = chosen;
  frame.log.info(`Applying network configuration from ${source} for ${instance.description}`);
  const resolved = hasNamePatterns(chosen.config)
    ? resolveNamePatterns(
        chosen.config,
        (await frame.distro.network.adapters()).map(({ name }) => name),
      )
    : { config: chosen.config, problems: [] };
  announceResolvConf(frame, resolved.config);
  const outcome = await frame.events.within("network", "applying network configuration", () =>
    frame.distro.network.ensure(resolved.config),
  );
  const problems = [...resolved.problems, ...outcome.problems];
  reportProblems(frame, source, problems);
  if (problems.every((problem) => problem.severity === "warning")) {
    frame.ledger.forModule(undefined).record({ kind: "network", what: source, outcome: "ok" });
  }
  keepApplied(frame, instance, resolved.config);
}

/** Before it is written: after a power cut nobody could tell any more whose text it is. */
function announceResolvConf(frame: StageFrame, config: NetworkConfig): void {
  const text = frame.distro.network.resolvConf?.(config);
  if (text === undefined) {
    return;
  }
  try {
    announceResolvConfText(frame.base.fs, frame.paths, text);
  } catch (error) {
    // The network itself can be as it should be; `seal` will leave the file alone.
    frame.fail(`Cannot keep what /etc/resolv.conf is given: ${errorChain(error)}`, error);
  }
}

/** With a link in run_dir, where upstream's tools look for it. */
function keepApplied(frame: StageFrame, instance: Instance, config: NetworkConfig): void {
  const { fs } = frame.base;
  const path = frame.paths.instance(instance.id).networkConfigFile;
  const link = `${frame.paths.runDir}/network-config.json`;
  try {
    fs.write(path, formatJson(renderNetworkV1(config)), { mode: 0o600 });
    if (fs.readLink(link) !== path) {
      fs.symlink(path, link);
    }
  } catch (error) {
    // The network itself is as it should be.
    frame.fail(`Cannot keep which network was applied: ${errorChain(error)}`, error);
  }
}

function reportProblems(frame: StageFrame, what: string, problems: readonly Problem[]): void {
  for (const problem of problems) {
    const isPlaced = problem.source !== undefined || problem.line === undefined;
    const text = formatProblem(isPlaced ? problem : { ...problem, source: what });
    frame.log.warn(`Network: ${text}`);
    if (problem.severity === "warning") {
      continue;
    }
    frame.recordError(`('network', Error('${text}'))`, text);
    frame.ledger
      .forModule(undefined)
      .record({ kind: "network", what, outcome: "failed", reason: text });
  }
}
