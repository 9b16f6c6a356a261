import { findCommandLineNetwork, readKernelCommandLine } from "../config/kernel-command-line.ts";
import type { Instance } from "../instance/instance.ts";
import type { NetworkCandidate } from "../network/choose-source.ts";
import type { NetworkSettings } from "../network/parse-network-config.ts";
import { decodeBase64 } from "../text/base64.ts";
import { isGzip } from "../text/is-gzip.ts";
import type { StageFrame } from "./stage-frame.ts";

/** Where network settings can come from, the strongest first (compat core.md §4.2). Parsers are loaded when their turn comes. */
export function listNetworkCandidates(
  frame: StageFrame,
  instance: Instance,
): readonly NetworkCandidate[] {
  const candidates: NetworkCandidate[] = [];
  const commandLine = readKernelCommandLine(frame.base);
  const fromKernel = commandLine === undefined ? undefined : findCommandLineNetwork(commandLine);
  if (fromKernel !== undefined) {
    candidates.push({ source: KERNEL, read: () => parseKernelValue(fromKernel) });
  }
  const { network: configured } = frame.baseConfig;
  if (configured !== undefined && configured !== null) {
    const source = frame.paths.configFile;
    const data = { network: configured };
    candidates.push({ source, read: async () => (await loadParser())(data, source) });
  }
  const { network } = instance;
  if (network !== undefined) {
    const { source, config } = network;
    // Its problems were told when the datasource was read.
    candidates.push({ source, read: () => ({ kind: "settings", config, problems: [] }) });
  }
  return candidates;
}

const KERNEL = "kernel command line";

async function loadParser(): Promise<(data: unknown, source: string) => NetworkSettings> {
  return (await import("../network/parse-network-config.ts")).parseNetworkConfig;
}

/** Base64 of YAML or JSON, also gzipped, as initramfs tools write it; or the word "disabled". */
async function parseKernelValue(value: string): Promise<NetworkSettings> {
  if (value === "disabled") {
    return { kind: "disabled" };
  }
  const fault = (reason: string): NetworkSettings => ({
    kind: "none",
    problems: [{ message: `Cannot use "network-config=": ${reason}`, source: KERNEL }],
  });
  const decoded = decodeBase64(value);
  if (decoded === undefined) {
    return fault('expected base64 or "disabled"');
  }
  const { gunzip } = await import("../text/gunzip.ts");
  const unpacked = isGzip(decoded) ? gunzip(decoded, SIZE_BYTES_MAX) : undefined;
  if (unpacked?.ok === false) {
    return fault(unpacked.reason);
  }
  const { readYaml } = await import("../text/read-yaml.ts");
  const parsed = await readYaml(unpacked?.content ?? decoded, KERNEL);
  return parsed.ok
    ? (await loadParser())(parsed.value, KERNEL)
    : { kind: "none", problems: parsed.problems };
}

/** Unpacked; the command line itself has at most a few KiB. */
const SIZE_BYTES_MAX = 1024 * 1024;
