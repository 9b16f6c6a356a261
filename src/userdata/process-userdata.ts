import type { CloudConfig } from "../config/cloud-config.ts";
import type { Instance } from "../instance/instance.ts";
import type { InstancePaths, Paths } from "../instance/paths.ts";
import type { Ledger } from "../report/ledger.ts";
import type { Logger } from "../report/logger.ts";
import type { System } from "../system/system.ts";
import { writeIfDifferent } from "../system/write-if-different.ts";
import { errorMessage } from "../text/error-message.ts";
import { formatProblem, type Problem } from "../text/problem.ts";
import { UNKNOWN_TYPE } from "./content-type.ts";
import { findHandler, findNotBuilt } from "./handlers/registry.ts";
import { createMergedConfig, type ConfigDocument, type MergedConfig } from "./merged-config.ts";
import { originName, type Origin, type Part } from "./part.ts";
import { PartError } from "./part-error.ts";
import { renderProcessedMessage } from "./processed-message.ts";
import { splitParts } from "./split-parts.ts";

/** One blob of a datasource. */
export interface UserDataInput {
  /** Undefined where the cloud gave none: then the files of an earlier boot are emptied. */
  readonly bytes: Uint8Array | undefined;
  readonly origin: Origin;
  /** Content types that `vendor_data.disabled_handlers` leaves out. */
  readonly disabledContentTypes?: readonly string[];
}

export interface UserDataContext {
  readonly sys: System;
  readonly instance: Instance;
  readonly paths: Paths;
  readonly log: Logger;
  readonly ledger: Ledger;
  /** Records a failure (log at WARNING, status.json, exit code) and lets the rest go on. */
  fail(problem: Problem | string, cause?: unknown): void;
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
  const { fs } = ctx.sys;
  const name = originName(input.origin);
  const files = filesOf(ctx.paths.instance(ctx.instance.id), input.origin);
  const bytes = input.bytes ?? new Uint8Array();
  const { parts, problems } = await splitParts(bytes, name);
  for (const problem of problems) {
    recordPart(ctx, name, { outcome: "failed", reason: problem.message });
    ctx.fail(problem);
  }
  writeIfDifferent(fs, files.raw, bytes, { mode: PRIVATE_MODE });
  writeIfDifferent(fs, files.processed, renderProcessedMessage(parts), { mode: PRIVATE_MODE });
  const merged = createMergedConfig();
  for (const part of parts) {
    const source = parts.length === 1 ? name : `${name} part "${part.filename}"`;
    if (input.disabledContentTypes?.includes(part.contentType) === true) {
      ctx.log.debug(`content_type "${part.contentType}" is excluded`);
      recordPart(ctx, part.filename, { outcome: "skipped", reason: "its type is disabled" });
    } else {
      await handlePart(ctx, part, { origin: input.origin, source, merged });
    }
  }
  writeIfDifferent(fs, files.cloudConfig, await merged.render(), { mode: PRIVATE_MODE });
  return {
    cloudConfig: merged.config(),
    documents: merged.documents(),
    partCount: parts.length,
  };
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

async function handlePart(
  ctx: UserDataContext,
  part: Part,
  where: { readonly origin: Origin; readonly source: string; readonly merged: MergedConfig },
): Promise<void> {
  const { origin, source, merged } = where;
  if (part.content.length === 0) {
    ctx.log.debug(`Empty payload of type ${part.contentType}`);
    recordPart(ctx, part.filename, { outcome: "skipped", reason: "it is empty" });
    return;
  }
  const notBuilt = findNotBuilt(part.contentType);
  if (notBuilt !== undefined) {
    const message = `Cannot use ${source}: "${notBuilt}" (${part.contentType}) is not built yet in this version, the part is left out`;
    failPart(ctx, part, { message, source });
    return;
  }
  const handler = await findHandler(part.contentType);
  if (handler === undefined) {
    skipUnhandled(ctx, part);
    return;
  }
  const startMs = ctx.sys.clock.monotonicMs();
  try {
    await handler.handle(part, {
      ...ctx,
      origin,
      source,
      addCloudConfig: (config, from, lines) => {
        for (const problem of merged.add(config, from, source, lines)) {
          ctx.log.warn(formatProblem(problem));
        }
      },
    });
    const durationMs = ctx.sys.clock.monotonicMs() - startMs;
    recordPart(ctx, part.filename, { outcome: "ok", durationMs });
  } catch (error) {
    const problem =
      error instanceof PartError
        ? error.problem
        : { message: `Cannot use part "${part.filename}": ${errorMessage(error)}`, source };
    failPart(ctx, part, problem, error);
  }
}

const SHOWN_LENGTH_MAX = 24;

/** Nobody's type: warned of, never fatal (compat userdata.md §4). Only the first printable characters are shown: the rest may be a secret. */
function skipUnhandled(ctx: UserDataContext, part: Part): void {
  const head = new TextDecoder("latin1").decode(part.content.subarray(0, SHOWN_LENGTH_MAX * 4));
  const firstLine = head.trimStart().split("\n", 1)[0] ?? "";
  const shown = firstLine.replace(/[^\x20-\x7e]/gu, "").slice(0, SHOWN_LENGTH_MAX);
  const kind =
    part.contentType === UNKNOWN_TYPE
      ? `non-multipart (${UNKNOWN_TYPE})`
      : `unknown content-type (${part.contentType})`;
  ctx.log.warn(`Unhandled ${kind} userdata: '${shown}...'`);
  recordPart(ctx, part.filename, {
    outcome: "skipped",
    reason: `nothing handles ${part.contentType}: the first line is expected to be "#cloud-config" or to begin with "#!"`,
  });
}

function failPart(ctx: UserDataContext, part: Part, problem: Problem, cause?: unknown): void {
  const { source, line } = problem;
  recordPart(ctx, part.filename, {
    outcome: "failed",
    reason: problem.message,
    ...(source === undefined ? {} : { source }),
    ...(line === undefined ? {} : { line }),
  });
  ctx.fail(problem, cause);
}

function recordPart(
  ctx: UserDataContext,
  what: string,
  step: {
    readonly outcome: "ok" | "failed" | "skipped";
    readonly reason?: string;
    readonly durationMs?: number;
    readonly source?: string;
    readonly line?: number;
  },
): void {
  ctx.ledger.record({ kind: "part", what, ...step });
}
