import type { CloudConfig } from "../config/cloud-config.ts";
import { isMapping, valueAt } from "../config/cloud-config.ts";
import type { TemplateSource } from "../config/templated-config.ts";
import type { Distro } from "../distros/distro.ts";
import type { Instance } from "../instance/instance.ts";
import type { InstanceData } from "../instance/instance-data.ts";
import type { SystemFacts } from "../instance/system-facts.ts";
import { readTextIfExists } from "../system/files.ts";
import type { System } from "../system/system.ts";
import { writeIfDifferent } from "../system/write-if-different.ts";
import { errorChain } from "../text/error-message.ts";
import { formatJson } from "../text/format-json.ts";
import type { StageFrame } from "./stage-frame.ts";

const PUBLIC_MODE = 0o644;
const PRIVATE_MODE = 0o600;

/** What this program does where versions of cloud-init differ, for templates that ask. */
const FEATURES = {
  // An include that fails is an error of its own; the rest of user-data is used (DECISIONS 14).
  ERROR_ON_USER_DATA_FAILURE: false,
  NETWORK_CONFIG_V1: true,
  NETWORK_CONFIG_V2: true,
};

/** Asks the distro at the first call and keeps the answer; a system that does not tell is known by its platform. */
export function createFactsReader(sys: System, distro: Distro): () => Promise<SystemFacts> {
  let facts: Promise<SystemFacts> | undefined;
  const { platform, arch } = sys.process;
  const unknown: SystemFacts = {
    uname: [platform, "", "", "", arch, ""],
    dist: [distro.name, "", ""],
  };
  const read = async (): Promise<SystemFacts> => {
    try {
      return (await distro.readSystemFacts?.()) ?? unknown;
    } catch {
      return unknown;
    }
  };
  return () => (facts ??= read());
}

/**
 * Writes instance-data.json for everybody, the whole of it for root, and the cloud's name, where they
 * differ from what is there (compat core.md §5.2, §6). `merged` is the whole configuration, known once
 * user-data is taken in. A file that cannot be written is an error of the stage, and the boot goes on.
 */
export async function keepInstanceData(
  frame: StageFrame,
  instance: Instance,
  merged?: CloudConfig,
): Promise<void> {
  const { fs } = frame.base;
  const sensitivePath = `${frame.paths.runDir}/instance-data-sensitive.json`;
  try {
    const data = await createData(frame, instance);
    const { redactInstanceData } = await import("../instance/instance-data.ts");
    const additions =
      merged === undefined
        ? keptAdditions(readTextIfExists(fs, sensitivePath), instance.id)
        : { features: FEATURES, system_info: merged["system_info"] ?? frame.systemInfo };
    writeIfDifferent(fs, sensitivePath, formatJson({ ...data, ...additions }), {
      mode: PRIVATE_MODE,
    });
    const redacted = formatJson(redactInstanceData(data));
    writeIfDifferent(fs, `${frame.paths.runDir}/instance-data.json`, redacted, {
      mode: PUBLIC_MODE,
    });
    keepCloudId(frame, String(valueAt(data, "v1", "cloud_id")));
  } catch (error) {
    frame.fail(`Cannot keep instance-data: ${errorChain(error)}`, error);
  }
}

/** What templates in user-data see; the same that `query` shows. */
export async function readTemplateVariables(
  frame: StageFrame,
  instance: Instance,
): Promise<Readonly<Record<string, unknown>>> {
  const { createTemplateVariables } = await import("../instance/template-variables.ts");
  return createTemplateVariables(await createData(frame, instance));
}

/** What configuration files that are templates are rendered with: instance-data as it was kept last. */
export function instanceTemplates(sys: System, runDir: string): TemplateSource {
  const path = `${runDir}/instance-data-sensitive.json`;
  return {
    path,
    async readVariables() {
      try {
        const data: unknown = JSON.parse(readTextIfExists(sys.fs, path) ?? "null");
        const { createTemplateVariables } = await import("../instance/template-variables.ts");
        return isMapping(data) ? createTemplateVariables(data) : undefined;
      } catch {
        // Cut short by a power cut: the next stage of this boot writes it again.
        return undefined;
      }
    },
  };
}

async function createData(frame: StageFrame, instance: Instance): Promise<InstanceData> {
  const { createInstanceData } = await import("../instance/instance-data.ts");
  return createInstanceData({
    instance,
    facts: await frame.readSystemFacts(),
    distro: frame.distro,
    runtime: frame.base.process.runtime,
    systemConfig: frame.baseConfig,
  });
}

/** What init added in an earlier boot, until it does so again: so nothing is written twice in a boot that changes nothing. */
function keptAdditions(text: string | undefined, instanceId: string): CloudConfig {
  try {
    const kept: unknown = JSON.parse(text ?? "null");
    if (!isMapping(kept) || valueAt(kept, "v1", "instance_id") !== instanceId) {
      return {};
    }
    const { features, system_info: systemInfo } = kept;
    return features === undefined ? {} : { features, system_info: systemInfo };
  } catch {
    // Cut short by a power cut.
    return {};
  }
}

function keepCloudId(frame: StageFrame, cloudId: string): void {
  const { fs } = frame.base;
  const link = `${frame.paths.runDir}/cloud-id`;
  const file = `${link}-${cloudId.replace(/[^A-Za-z0-9._-]/gu, "_")}`;
  writeIfDifferent(fs, file, `${cloudId}\n`, { mode: PUBLIC_MODE });
  const old = fs.readLink(link);
  if (old === file) {
    return;
  }
  fs.symlink(file, link);
  if (old?.startsWith(`${link}-`) === true) {
    fs.remove(old);
  }
}
