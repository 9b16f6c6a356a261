import { errorMessage } from "../text/error-message.ts";
import { formatProblem, type Problem } from "../text/problem.ts";
import { readYaml } from "../text/read-yaml.ts";
import { UNKNOWN_TYPE } from "./content-type.ts";
import type { HandlerContext } from "./handlers/handler.ts";
import { findHandler } from "./handlers/registry.ts";
import type { MergedConfig } from "./merged-config.ts";
import type { Origin, Part } from "./part.ts";
import { PartError } from "./part-error.ts";
import type { RunScript } from "./run-script.ts";
import type { UserDataContext } from "./user-data-context.ts";

/** Where a part belongs, and what all parts of its blob have in common. */
export interface PartPlace {
  readonly origin: Origin;
  /** The part as messages name it. */
  readonly source: string;
  readonly merged: MergedConfig;
  readonly disabledContentTypes: readonly string[];
  nextHandlerNumber(): number;
}

/** Hands a part to the handler of its type and records what came of it. Never throws for what the part is. */
export async function handlePart(
  ctx: UserDataContext,
  part: Part,
  place: PartPlace,
): Promise<void> {
  if (isDisabled(ctx, part, place)) {
    recordPart(ctx, part.filename, { outcome: "skipped", reason: "its type is disabled" });
    return;
  }
  if (part.content.length === 0) {
    ctx.log.debug(`Empty payload of type ${part.contentType}`);
    recordPart(ctx, part.filename, { outcome: "skipped", reason: "it is empty" });
    return;
  }
  const startMs = ctx.sys.clock.monotonicMs();
  try {
    if (await tryHandler(ctx, part, place)) {
      const durationMs = ctx.sys.clock.monotonicMs() - startMs;
      recordPart(ctx, part.filename, { outcome: "ok", durationMs });
    } else {
      skipUnhandled(ctx, part);
    }
  } catch (error) {
    const problem =
      error instanceof PartError
        ? error.problem
        : {
            message: `Cannot use part "${part.filename}": ${errorMessage(error)}`,
            source: place.source,
          };
    failPart(ctx, part, problem, error);
  }
}

/** What `recordPart` adds to the ledger. */
export interface PartStep {
  readonly outcome: "ok" | "failed" | "skipped";
  readonly reason?: string;
  readonly durationMs?: number;
  readonly source?: string;
  readonly line?: number;
}

/** Notes in the ledger what became of a part. */
export function recordPart(ctx: UserDataContext, what: string, step: PartStep): void {
  ctx.ledger.record({ kind: "part", what, ...step });
}

function isDisabled(ctx: UserDataContext, part: Part, place: PartPlace): boolean {
  if (!place.disabledContentTypes.includes(part.contentType)) {
    return false;
  }
  ctx.log.debug(`content_type "${part.contentType}" is excluded`);
  return true;
}

/** False where nothing handles the type. Throws what the handler throws. */
async function tryHandler(ctx: UserDataContext, part: Part, place: PartPlace): Promise<boolean> {
  const handler = await findHandler(part.contentType);
  if (handler === undefined) {
    return false;
  }
  await handler.handle(part, createHandlerContext(ctx, place));
  return true;
}

function createHandlerContext(ctx: UserDataContext, place: PartPlace): HandlerContext {
  const { origin, source, merged } = place;
  return {
    sys: ctx.sys,
    instance: ctx.instance,
    paths: ctx.paths,
    log: ctx.log,
    ledger: ctx.ledger,
    origin,
    source,
    isFirstTime: ctx.isFirstTime ?? true,
    upstartDir: ctx.upstartDir,
    fail: (problem, cause) => ctx.fail(problem, cause),
    parseYaml: (content, from) => readYaml(content, from, { withLines: true }),
    addCloudConfig(config, from, lines) {
      for (const problem of merged.add(config, from, source, lines)) {
        ctx.log.warn(formatProblem(problem));
      }
    },
    changeCloudConfig: (part, change) => merged.change(part, change),
    runScript: (path) =>
      (ctx.runScript ?? refuseScript)({ path, source, cloudConfig: merged.config() }),
    templateVariables: async () => ctx.templateVariables?.(),
    handleRendered: async (part) =>
      isDisabled(ctx, part, place) || (await tryHandler(ctx, part, place)),
    nextHandlerNumber: () => place.nextHandlerNumber(),
  };
}

const refuseScript: RunScript = async ({ path }) => {
  throw new Error(`Cannot run "${path}": nothing runs scripts here`);
};

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
