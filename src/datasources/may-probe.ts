import { readKernelCommandLine } from "../config/kernel-command-line.ts";
import { isFalse } from "../text/boolean-option.ts";
import type { DatasourceContext } from "./datasource.ts";
import { hasMetadataUrl } from "./http/metadata-urls.ts";

/** Whether a metadata service may be asked, and what says so. */
export type ProbeAnswer =
  | { readonly isAllowed: true; readonly why: string }
  | { readonly isAllowed: false; readonly reason: string };

/** What there is to say for one datasource. */
export interface ProbeQuestion {
  /** As in datasource_list. */
  readonly name: string;
  /** Configuration keys that hold an address, and so say where to ask. */
  readonly addressKeys: readonly string[];
  /** What the platform itself says, read locally: "product name is \"Google\"". Absent: nothing. */
  readonly platformFact?: string;
}

/**
 * Whether a datasource may ask its metadata service (CVE-2024-6174; compat datasources.md §1.4,
 * datasources-clouds.md §1.1): an address that anyone on the link can answer at must not configure a
 * machine unless the administrator, or the machine's own firmware, says that this is the cloud.
 */
export function mayProbe(
  ctx: Pick<DatasourceContext, "sys" | "config" | "isOnlySource">,
  { name, addressKeys, platformFact }: ProbeQuestion,
): ProbeAnswer {
  const { config } = ctx;
  const addressKey = addressKeys.find((key) =>
    key === "metadata_urls" ? hasMetadataUrl(config[key]) : isGiven(config[key]),
  );
  if (addressKey !== undefined) {
    return { isAllowed: true, why: `datasource.${name}.${addressKey} is configured` };
  }
  if (platformFact !== undefined) {
    return { isAllowed: true, why: `the firmware's ${platformFact}` };
  }
  if (ctx.isOnlySource === true) {
    return { isAllowed: true, why: "it is the only entry of datasource_list" };
  }
  if (isFalse(config["strict_id"])) {
    return { isAllowed: true, why: `datasource.${name}.strict_id is false` };
  }
  if (isOnCommandLine(readKernelCommandLine(ctx.sys) ?? "", name)) {
    return { isAllowed: true, why: "the kernel command line names it" };
  }
  const addresses = addressKeys.map((key) => `datasource.${name}.${key}`).join(" or ");
  return {
    isAllowed: false,
    reason: `nothing says that this machine is in that cloud, so nobody is asked: make it the only entry of datasource_list, or set ${addresses}`,
  };
}

/** One that cannot be used counts too: its datasource says so, and asks nobody. */
function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "" && value !== false;
}

/** `ds=gce`, `ci.ds=`, `ci.datasource=`; what follows ";" are settings. */
function isOnCommandLine(commandLine: string, name: string): boolean {
  const given = [...commandLine.matchAll(/(?:^|\s)(?:ds|ci\.ds|ci\.datasource)=([^\s;]*)/gu)];
  return given.at(-1)?.[1]?.toLowerCase() === name.toLowerCase();
}
