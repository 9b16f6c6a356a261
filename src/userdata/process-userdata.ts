import { isMapping, type CloudConfig } from "../config/cloud-config.ts";
import type { InstancePaths } from "../instance/paths.ts";
import { writeIfDifferent } from "../system/write-if-different.ts";
import { errorMessage } from "../text/error-message.ts";
import type { FetchInclude } from "./fetch-include.ts";
import { handlePart, type PartPlace, recordPart } from "./handle-part.ts";
import { createMergedConfig, type ConfigDocument } from "./merged-config.ts";
import { originName, type Origin, type Part } from "./part.ts";
import { renderProcessedMessage } from "./processed-message.ts";
import { splitParts } from "./split-parts.ts";
import type { UserDataContext } from "./user-data-context.ts";

/** One blob of a datasource. */
export interface UserDataInput {
  /** Undefined where the cloud gave none: then the files of an earlier boot are emptied. */
  readonly bytes: Uint8Array | undefined;
  readonly origin: Origin;
  /** Content types that `vendor_data.disabled_handlers` leaves out. */
  readonly disabledContentTypes?: readonly string[];
}

export interface ProcessedUserData {
  /** All cloud-config parts merged; empty where there are none. Nobody needs to parse cloud-config.txt again in this stage. */
  readonly cloudConfig: CloudConfig;
  /** The cloud-config parts in order, for finding the line of a key. */
  readonly documents: readonly ConfigDocument[];
  readonly partCount: number;
}

const PRIVATE_MODE = 0o600;

/**
 * Takes user-data or vendor-data apart and hands each part to its handler (compat userdata.md §1).
 * A part that cannot be used is recorded and does not stop the next. Called on every boot; writes
 * only what differs, and leaves it to the stage to flush.
 */
export async function processUserData(
  input: UserDataInput,
  ctx: UserDataContext,
): Promise<ProcessedUserData> {
  const name = originName(input.origin);
  const files = filesOf(ctx.paths.instance(ctx.instance.id), input.origin);
  const bytes = input.bytes ?? new Uint8Array();
  const { parts, problems, notes } = await splitParts(bytes, name, {
    fetchInclude: createLazyFetcher(ctx),
    ...(ctx.unpackedSizeBytesMax === undefined
      ? {}
      : { unpackedSizeBytesMax: ctx.unpackedSizeBytesMax }),
  });
  for (const note of notes) {
    ctx.log.info(note);
  }
  for (const problem of problems) {
    const { message: reason, source = name, line } = problem;
    const place = line === undefined ? { source } : { source, line };
    recordPart(ctx, name, { outcome: "failed", reason, ...place });
    ctx.fail(problem);
  }
  const kept =
    problems.length > 0 && parts.length < readPartCount(ctx, files.processed)
      ? await readKept(ctx, name, files, bytes)
      : undefined;
  if (kept !== undefined) {
    return kept;
  }
  keepFile(ctx, files.raw, bytes);
  keepFile(ctx, files.processed, renderProcessedMessage(parts));
  const merged = createMergedConfig();
  let handlerCount = 0;
  const shared: Omit<PartPlace, "source"> = {
    origin: input.origin,
    merged,
    disabledContentTypes: input.disabledContentTypes ?? [],
    nextHandlerNumber: () => handlerCount++,
  };
  for (const part of await selectParts(ctx, parts, input.origin)) {
    const source = parts.length === 1 ? name : `${name} part "${part.filename}"`;
    await handlePart(ctx, part, { ...shared, source });
  }
  keepFile(ctx, files.cloudConfig, await merged.render());
  return {
    cloudConfig: merged.config(),
    documents: merged.documents(),
    partCount: parts.length,
  };
}

/** How many parts an earlier boot found; 0 where there was none. */
function readPartCount(ctx: UserDataContext, path: string): number {
  const bytes = ctx.sys.fs.readBytesIfExists(path)?.subarray(0, HEAD_BYTES) ?? new Uint8Array();
  const head = new TextDecoder("latin1").decode(bytes);
  return Number(/^Number-Attachments: (\d+)$/imu.exec(head)?.[1] ?? 0);
}

const HEAD_BYTES = 1_024;

/**
 * What an earlier boot made of the same text, where this one cannot read all of it: a server that
 * does not answer must not take away what the machine was told (DECISIONS 6). Undefined where there
 * is nothing of that kind.
 */
async function readKept(
  ctx: UserDataContext,
  name: string,
  files: { readonly raw: string; readonly cloudConfig: string },
  bytes: Uint8Array,
): Promise<ProcessedUserData | undefined> {
  const raw = ctx.sys.fs.readBytesIfExists(files.raw);
  const text = ctx.sys.fs.readBytesIfExists(files.cloudConfig);
  if (raw === undefined || text === undefined || text.length === 0 || !isSame(raw, bytes)) {
    return undefined;
  }
  const { parseYaml } = await import("../text/yaml.ts");
  const parsed = parseYaml(text, files.cloudConfig);
  if (!parsed.ok || !isMapping(parsed.value)) {
    return undefined;
  }
  ctx.log.warn(`Not all of ${name} can be read: what an earlier boot made of it stays in force`);
  return { cloudConfig: parsed.value, documents: [], partCount: 0 };
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

/** Most user-data includes nothing. */
function createLazyFetcher(ctx: UserDataContext): FetchInclude {
  let fetcher: FetchInclude | undefined;
  return async (entry, sizeBytesMax) => {
    fetcher ??= (await import("./fetch-include.ts")).createIncludeFetcher(ctx);
    return fetcher(entry, sizeBytesMax);
  };
}

/** Of several instances launched together, each takes its own parts of user-data; vendor-data is for all (compat userdata.md §5). */
async function selectParts(
  ctx: UserDataContext,
  parts: readonly Part[],
  origin: Origin,
): Promise<readonly Part[]> {
  const wanted = ctx.instance.launchIndex;
  if (wanted === undefined || origin !== "user") {
    return parts;
  }
  const { readLaunchIndex } = await import("./launch-index.ts");
  const { readYaml } = await import("../text/read-yaml.ts");
  const kept: Part[] = [];
  for (const part of parts) {
    const index = await readLaunchIndex(part, (content) => readYaml(content, originName(origin)));
    if (index === undefined || index === wanted) {
      kept.push(part);
    } else {
      const reason = `it is for launch index ${index}, and this is ${wanted}`;
      recordPart(ctx, part.filename, { outcome: "skipped", reason });
    }
  }
  if (kept.length < parts.length) {
    ctx.log.debug(
      `Discarding ${parts.length - kept.length} multipart messages which do not match launch index ${wanted}`,
    );
  }
  return kept;
}

/** On a full disk the parts are used all the same: they may be what makes the machine reachable. */
function keepFile(ctx: UserDataContext, path: string, content: string | Uint8Array): void {
  try {
    writeIfDifferent(ctx.sys.fs, path, content, { mode: PRIVATE_MODE });
  } catch (error) {
    ctx.fail(errorMessage(error), error);
  }
}

function filesOf(
  own: InstancePaths,
  origin: Origin,
): { readonly raw: string; readonly processed: string; readonly cloudConfig: string } {
  switch (origin) {
    case "user":
      return {
        raw: own.userDataFile,
        processed: own.processedUserDataFile,
        cloudConfig: own.cloudConfigFile,
      };
    case "vendor":
      return {
        raw: own.vendorDataFile,
        processed: own.processedVendorDataFile,
        cloudConfig: own.vendorCloudConfigFile,
      };
    case "vendor2":
      return {
        raw: own.vendorData2File,
        processed: own.processedVendorData2File,
        cloudConfig: own.vendor2CloudConfigFile,
      };
  }
}
