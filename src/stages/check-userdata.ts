import type { Instance } from "../instance/instance.ts";
import type { ExternalKeyCheck } from "../modules/external-schemas.ts";
import type { Finding } from "../modules/finding.ts";
import { readTextIfExists } from "../system/files.ts";
import { errorChain } from "../text/error-message.ts";
import { isRecord } from "../text/record.ts";
import type { ProcessedUserData } from "../userdata/process-userdata.ts";
import { VERSION } from "../version.ts";
import type { ConsumedUserData } from "./consumed-userdata.ts";
import { createLocate } from "./locate.ts";
import type { StageFrame } from "./stage-frame.ts";

/**
 * Holds the cloud-config of user-data and vendor-data against its schema: one warning without
 * details where it does not fit, since it may hold secrets and logs travel (CVE-2022-2084); keys
 * that nobody reads at INFO. What was checked before is not checked again: the answer is kept, so
 * that a later boot loads no schemas.
 */
export async function checkUserData(
  frame: StageFrame,
  instance: Instance,
  consumed: ConsumedUserData,
): Promise<void> {
  const parts = [consumed.user, consumed.vendor, consumed.vendor2].filter(hasConfig);
  if (parts.length === 0) {
    return;
  }
  try {
    const path = `${frame.paths.runDir}/config-checked.json`;
    const digest = digestOf(frame, instance, parts);
    const known = readVerdict(frame, path, digest);
    const checked = known === undefined ? await checkParts(frame, parts) : undefined;
    const isValid = known ?? checked?.isValid ?? true;
    if (!isValid) {
      frame.log.warn(
        "cloud-config failed schema validation! You may run 'sudo cloud-init schema --system' to check the details.",
      );
    }
    if (checked !== undefined) {
      keepVerdict(frame, path, { digest, ...checked });
    }
  } catch (error) {
    // The modules judge what they read themselves: nothing depends on this.
    frame.log.debug(`Cannot check the cloud-config: ${errorChain(error)}`);
  }
}

function hasConfig(part: ProcessedUserData | undefined): part is ProcessedUserData {
  return part !== undefined && Object.keys(part.cloudConfig).length > 0;
}

/** Tells one set of documents from another: FNV-1a with two offsets. Another program may know other keys. */
function digestOf(
  frame: StageFrame,
  instance: Instance,
  parts: readonly ProcessedUserData[],
): string {
  let low = 0x811c9dc5;
  let high = 0x1000193;
  const add = (bytes: Uint8Array): void => {
    for (const byte of bytes) {
      low = Math.imul(low ^ byte, 0x01000193);
      high = Math.imul(high ^ byte, 0x01000193);
      high ^= high >>> 15;
    }
  };
  // What includes brought is in the documents only, what changes others is not in them.
  for (const blob of [instance.userData, instance.vendorData, instance.vendorData2]) {
    add(blob ?? new Uint8Array());
    add(BETWEEN);
  }
  for (const { documents } of parts) {
    for (const { source, content } of documents) {
      add(new TextEncoder().encode(`\0${source}\0`));
      add(content);
    }
  }
  return [VERSION, frame.distro.name, low >>> 0, high >>> 0].join(" ");
}

const BETWEEN = Uint8Array.of(0);

interface Verdict {
  readonly digest: string;
  readonly isValid: boolean;
  /** When the directory of external modules was changed last, where it has been looked into. */
  readonly modules?: number;
}

/** Changes when a schema is added or taken away. */
function modulesStamp({ base, paths }: StageFrame): number {
  const stat = paths.modulesDir === undefined ? undefined : base.fs.stat(paths.modulesDir);
  return stat?.modifiedMs ?? 0;
}

/** Without it the next boot checks again. */
function keepVerdict(frame: StageFrame, path: string, verdict: Verdict): void {
  try {
    frame.base.fs.write(path, `${JSON.stringify(verdict)}\n`, { mode: 0o600 });
  } catch (error) {
    frame.log.debug(`Cannot keep that the cloud-config was checked: ${errorChain(error)}`);
  }
}

function readVerdict(frame: StageFrame, path: string, digest: string): boolean | undefined {
  const text = readTextIfExists(frame.base.fs, path);
  try {
    const value: unknown = text === undefined ? undefined : JSON.parse(text);
    if (!isRecord(value) || value["digest"] !== digest) {
      return undefined;
    }
    const { isValid, modules } = value;
    const isCurrent = modules === undefined || modules === modulesStamp(frame);
    return isCurrent && typeof isValid === "boolean" ? isValid : undefined;
  } catch {
    return undefined;
  }
}

const UNKNOWN_SHOWN_MAX = 50;

async function checkParts(
  frame: StageFrame,
  parts: readonly ProcessedUserData[],
): Promise<Omit<Verdict, "digest">> {
  const { checkCloudConfig } = await import("../modules/check-cloud-config.ts");
  let isValid = true;
  let modules: number | undefined;
  let check: ExternalKeyCheck | undefined;
  const checkExternalKey: ExternalKeyCheck = async (key, value) => {
    modules ??= modulesStamp(frame);
    if (modules === 0) {
      return undefined;
    }
    const { createExternalKeyCheck } = await import("../modules/external-schemas.ts");
    check ??= createExternalKeyCheck(frame.base, frame.paths.modulesDir ?? "", (message) =>
      frame.log.warn(message),
    );
    return check(key, value);
  };
  for (const { cloudConfig, documents } of parts) {
    const findings = await checkCloudConfig(cloudConfig, {
      distro: frame.distro.name,
      checkExternalKey,
    });
    isValid &&= findings.every(({ level }) => level !== "error");
    const locate = createLocate(() =>
      documents.flatMap(({ source, lines }) => (lines === undefined ? [] : [{ source, lines }])),
    );
    const unknown = findings.filter(({ level }) => level === "unknown");
    for (const { path, message } of unknown.slice(0, UNKNOWN_SHOWN_MAX)) {
      const place = locate(path);
      const where = place === undefined ? "" : `${place.source}:${place.line}: `;
      frame.log.info(`${where}${message}`);
    }
    for (const finding of findings.filter(({ level }) => level === "info")) {
      frame.log.debug(describeInfo(finding));
    }
  }
  return { isValid, ...(modules === undefined ? {} : { modules }) };
}

function describeInfo({ path, message }: Finding): string {
  return `Key "${String(path[0] ?? "")}" of the cloud-config ${message}`;
}
