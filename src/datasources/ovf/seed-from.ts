import { urlWithoutSecrets } from "../../system/http-error.ts";
import { errorMessage } from "../../text/error-message.ts";
import { isRecord } from "../../text/record.ts";
import { readYaml } from "../../text/read-yaml.ts";
import type { DatasourceContext } from "../datasource.ts";

/** What lies at the address that `seedfrom` gives. */
export interface OvfSeed {
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly userData?: Uint8Array;
  readonly vendorData?: Uint8Array;
}

/** Why it gives nothing. */
export interface NoOvfSeed {
  readonly reason: string;
  /** It is asked once there is a network. */
  readonly isAskedLater?: true;
}

const FILE_BYTES_MAX = 16 * 1024 * 1024;
const TIMEOUT_MS = 10_000;
const RETRIES = 5;
const TOTAL_MS = 60_000;

/**
 * Reads `meta-data`, `user-data` and `vendor-data` behind the prefix `seedFrom`: a directory in any
 * stage, http and https once there is a network (compat datasources-clouds.md §9.2). The reason says
 * why it gives nothing.
 */
export async function readOvfSeed(
  ctx: DatasourceContext,
  seedFrom: string,
): Promise<OvfSeed | NoOvfSeed> {
  const base = seedFrom.endsWith("/") ? seedFrom : `${seedFrom}/`;
  const shown = `seedfrom "${urlWithoutSecrets(seedFrom).slice(0, 200)}"`;
  const isWeb = /^https?:\/\//iu.test(base);
  const directory = base.startsWith("/") ? base : /^file:\/\/(\/.*)$/su.exec(base)?.[1];
  if (isWeb && ctx.hasNetwork === false) {
    const reason = `${shown} needs the network, which comes later in this boot`;
    return { reason, isAskedLater: true };
  }
  if (!isWeb && directory === undefined) {
    return { reason: `${shown} is not used: expected "/", file://, http:// or https://` };
  }
  const read =
    directory === undefined ? await createWebReader(ctx, base) : createFileReader(ctx, directory);
  try {
    const metaData = await read("meta-data");
    if (metaData === undefined) {
      return { reason: `${shown} has no meta-data` };
    }
    const parsed = await readYaml(metaData, "meta-data");
    if (!parsed.ok || !(isRecord(parsed.value) || parsed.value === null)) {
      return { reason: `${shown}: cannot read meta-data: expected a mapping in YAML` };
    }
    const userData = await read("user-data");
    const vendorData = await read("vendor-data");
    return {
      metadata: isRecord(parsed.value) ? parsed.value : {},
      ...(userData === undefined || userData.length === 0 ? {} : { userData }),
      ...(vendorData === undefined || vendorData.length === 0 ? {} : { vendorData }),
    };
  } catch (error) {
    return { reason: `${shown}: ${errorMessage(error)}` };
  }
}

type ReadSeedFile = (name: string) => Promise<Uint8Array | undefined>;

async function createWebReader(ctx: DatasourceContext, base: string): Promise<ReadSeedFile> {
  const { createMetadataClient } = await import("../http/metadata-client.ts");
  const client = createMetadataClient(ctx.sys, {
    timeoutMs: TIMEOUT_MS,
    retries: RETRIES,
    totalMs: TOTAL_MS,
    log: ctx.log,
  });
  return (name) => client.get(`${base}${name}`, { maxBodyBytes: FILE_BYTES_MAX });
}

function createFileReader({ sys }: DatasourceContext, directory: string): ReadSeedFile {
  return async (name) => {
    const path = `${directory}${name}`;
    if (sys.fs.stat(path) === undefined) {
      return undefined;
    }
    const file = sys.fs.open(path);
    try {
      const sizeBytes = file.sizeBytes ?? 0;
      if (sizeBytes > FILE_BYTES_MAX) {
        throw new Error(
          `Cannot read "${path}": it has ${sizeBytes} bytes, at most ${FILE_BYTES_MAX} are read`,
        );
      }
      return file.read(0, sizeBytes);
    } finally {
      file.close();
    }
  };
}
