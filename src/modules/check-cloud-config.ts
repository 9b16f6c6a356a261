import type { CloudConfig } from "../config/cloud-config.ts";
import { findUnknownKeys } from "../schema/find-unknown-keys.ts";
import { parseConfig } from "../schema/parse-config.ts";
import { nodeOf } from "../schema/schema-node.ts";
import type { TObject } from "typebox";
import { knownKeys, ownerOfKey } from "./config-keys.ts";
import { findDeprecations } from "./deprecations.ts";
import type { ExternalKeyCheck } from "./external-schemas.ts";
import { type Finding } from "./finding.ts";
import { checkItems } from "./item-checks.ts";
import { findKnownName, type KnownName } from "./known-names.ts";
import { findModule } from "./registry.ts";
import { describeUnknownKey } from "./unknown-key.ts";

/** For which system a cloud-config is checked. */
export interface CheckOptions {
  /** As in system_info.distro: "aix", "debian". */
  readonly distro: string;
  /** Errors and unknown keys only, as a boot wants it. */
  readonly withHints?: boolean;
  /** Asked for keys that no built-in module reads. */
  readonly checkExternalKey?: ExternalKeyCheck;
}

/**
 * Holds a cloud-config against the schemas of the modules that its keys belong to; no other module
 * is loaded. What is an error here is what the module itself would leave out or fail at.
 */
export async function checkCloudConfig(
  config: CloudConfig,
  options: CheckOptions,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const key of Object.keys(config)) {
    findings.push(...(await checkKey(config, key, options)));
  }
  if (options.withHints === true) {
    findings.push(...findDeprecations(config), ...(await findForeignKeys(config, options.distro)));
    if (options.distro === "aix") {
      const { findAixHints } = await import("./aix-hints.ts");
      findings.push(...findAixHints(config));
    }
  }
  return findings;
}

/** Keys whose module runs on other systems only. */
async function findForeignKeys(config: CloudConfig, distro: string): Promise<readonly Finding[]> {
  const { familyOf } = await import("../distros/linux/defaults.ts");
  const names = distro === "aix" ? [distro] : [distro, familyOf(distro)];
  return Object.keys(config).flatMap((key): readonly Finding[] => {
    const owner = ownerOfKey(key) ?? "";
    const distros = findModule(owner)?.distros;
    return distros === undefined || names.some((name) => distros.includes(name))
      ? []
      : [
          {
            level: "info",
            path: [key],
            message: `has no effect on ${distro}: ${owner} is for ${distros.join(", ")}`,
          },
        ];
  });
}

async function checkKey(
  config: CloudConfig,
  key: string,
  options: CheckOptions,
): Promise<readonly Finding[]> {
  const owner = ownerOfKey(key);
  if (owner === undefined) {
    const external = await options.checkExternalKey?.(key, config[key]);
    return external ?? [describeUnknownKey([key], knownKeys())];
  }
  const schema = await schemaOf(owner);
  if (schema === undefined) {
    const known = findKnownName(owner);
    // Who writes it pays for what is not done (compat modules.md, landscape).
    const level = owner === "landscape" ? "hint" : "info";
    return [{ level, path: [key], message: unusedMessage(known) }];
  }
  const only = { [key]: config[key] };
  const items = checkItems(config, key);
  const unknown = findUnknownKeys(nodeOf(schema), only, []).map(({ path, knownKeys: names }) =>
    describeUnknownKey(path, names),
  );
  const isUnknown = new Set(unknown.map(({ path }) => JSON.stringify(path)));
  const errors = (items ?? schemaErrors(schema, only)).filter(
    ({ path }) => !isUnknown.has(JSON.stringify(path)),
  );
  return [...errors, ...unknown];
}

function unusedMessage(known: KnownName | undefined): string {
  return known?.kind === "no-op"
    ? `has no effect: ${known.reason}`
    : "is not used by this version yet";
}

/** Undefined for a module that is not built. */
async function schemaOf(owner: string): Promise<TObject | undefined> {
  if (owner === "") {
    return (await import("./agent-keys.ts")).agentKeys;
  }
  return (await findModule(owner)?.load())?.schema;
}

function schemaErrors(schema: TObject, config: CloudConfig): readonly Finding[] {
  return parseConfig(schema, config).problems.map(({ message, path = [] }) => ({
    level: "error",
    path,
    message: message.replace(LEFT_OUT, ""),
  }));
}

/** How `parseConfig` begins: the path is shown anyway. */
const LEFT_OUT = /^Cannot use "(?:[^"]|"(?!, ))*", (?:it|"(?:[^"]|"(?! is left))*") is left out: /u;
