import { isMapping } from "../config/cloud-config.ts";
import { eventLine, logSink, type EventSink, type ReportEvent } from "../report/report-event.ts";
import type { ReportHandler } from "../report/reporting-config.ts";
import type { Webhook } from "../report/webhook.ts";
import { readTextIfExists } from "../system/files.ts";
import { urlWithoutSecrets } from "../system/http-error.ts";
import { errorChain } from "../text/error-message.ts";
import { formatProblem } from "../text/problem.ts";
import type { StageFrame } from "./stage-frame.ts";

/** Who is told of the events of a stage, as `reporting` says. */
export interface EventReporting {
  /** Tells the handlers of this configuration from here on; the base configuration first, then the merged one. */
  apply(reporting: unknown): Promise<void>;
  /** Waits a little for what is under way; what a server has not got is kept for the next stage. */
  close(): Promise<void>;
}

/** How long the end of a stage waits for servers that hear of events. */
const CLOSE_WAIT_MS = 10_000;
const MODE_PRIVATE = 0o600;

/** Who must not hear of events, whatever `reporting` says. */
export interface ReportingLimits {
  /** Servers are told nothing. */
  readonly isPlan: boolean;
  /** Nobody but the log is told anything. */
  readonly isLogOnly: boolean;
}

/** Until `apply` is called, only the log hears of events. */
export function createEventReporting(
  frame: () => StageFrame,
  { isPlan, isLogOnly }: ReportingLimits,
): EventReporting {
  const webhooks = new Map<
    string,
    { readonly webhook: Webhook; readonly handler: WebhookHandler }
  >();
  let applied: string | undefined;

  const sinkOf = async (handler: ReportHandler): Promise<EventSink | undefined> => {
    const { log, base } = frame();
    switch (handler.type) {
      case "log":
        return logSink((line) => (handler.level === "INFO" ? log.info(line) : log.debug(line)));
      case "print":
        return (event) => base.output.write("stdout", `${eventLine(event)}\n`);
      case "webhook": {
        if (isPlan) {
          log.info(`Events would be reported to ${urlWithoutSecrets(handler.endpoint)}`);
          return undefined;
        }
        const key = JSON.stringify(handler);
        const found = webhooks.get(key) ?? {
          handler,
          webhook: await openWebhook(frame(), handler),
        };
        webhooks.set(key, found);
        return (event) => found.webhook.add(event);
      }
    }
  };

  return {
    async apply(reporting) {
      const key = JSON.stringify(reporting) ?? "";
      if (isLogOnly || key === (applied ?? "")) {
        return;
      }
      applied = key;
      const { parseReporting } = await import("../report/reporting-config.ts");
      const { handlers, problems } = parseReporting(reporting);
      for (const problem of problems) {
        const { log, name } = frame();
        // Once in a boot is enough.
        const tell = name.startsWith("modules-") ? log.debug : log.warn;
        tell(formatProblem(problem));
      }
      const sinks: EventSink[] = [];
      for (const handler of handlers) {
        const sink = await sinkOf(handler);
        if (sink !== undefined) {
          sinks.push(sink);
        }
      }
      frame().events.setSinks(sinks);
    },
    async close() {
      const open = [...webhooks.values()];
      const rests = await Promise.all(open.map(({ webhook }) => webhook.close(CLOSE_WAIT_MS)));
      open.forEach(({ handler }, index) => {
        const { events = [], failure, droppedCount = 0 } = rests[index] ?? {};
        settle(frame(), handler, { events, failure, droppedCount });
      });
      webhooks.clear();
    },
  };
}

type WebhookHandler = Extract<ReportHandler, { type: "webhook" }>;

async function openWebhook(frame: StageFrame, handler: WebhookHandler): Promise<Webhook> {
  const { createWebhook } = await import("../report/webhook.ts");
  const isFirst = frame.name === "init-local";
  // What lies there at the first stage is of another boot.
  const waiting = isFirst ? [] : readWaiting(frame, handler);
  return createWebhook(frame.base, handler, { waiting, holdsBack: isFirst });
}

/** Where events wait for the next stage; in run_dir, which a boot clears. */
function waitingPath(frame: StageFrame, { name }: WebhookHandler): string {
  return `${frame.paths.runDir}/reporting-${encodeURIComponent(name).replace(/%/gu, "_").slice(0, 64)}.json`;
}

function readWaiting(frame: StageFrame, handler: WebhookHandler): readonly ReportEvent[] {
  const path = waitingPath(frame, handler);
  try {
    const value: unknown = JSON.parse(readTextIfExists(frame.base.fs, path) ?? "[]");
    return Array.isArray(value) ? value.filter(isReportEvent) : [];
  } catch (error) {
    frame.log.debug(`Cannot read the events that wait in "${path}": ${errorChain(error)}`);
    return [];
  }
}

function isReportEvent(value: unknown): value is ReportEvent {
  return (
    isMapping(value) &&
    typeof value["name"] === "string" &&
    typeof value["description"] === "string" &&
    (value["type"] === "start" || value["type"] === "finish") &&
    typeof value["timestampSeconds"] === "number"
  );
}

/** Keeps what was not delivered, or says that it is lost. */
function settle(
  frame: StageFrame,
  handler: WebhookHandler,
  rest: {
    readonly events: readonly ReportEvent[];
    readonly failure: string | undefined;
    readonly droppedCount: number;
  },
): void {
  const { events, failure, droppedCount } = rest;
  const isLast = frame.name === "modules-final" || frame.name === "single";
  const why = failure === undefined ? "" : `: ${failure}`;
  const lostCount = droppedCount + (isLast ? events.length : 0);
  if (lostCount > 0) {
    frame.log.warn(`${lostCount} events could not be reported to handler "${handler.name}"${why}`);
  } else if (events.length > 0 && failure !== undefined) {
    frame.log.info(
      `${events.length} events for handler "${handler.name}" wait for the next stage${why}`,
    );
  }
  const path = waitingPath(frame, handler);
  try {
    if (isLast || events.length === 0) {
      frame.base.fs.remove(path);
    } else {
      frame.base.fs.makeDirectory(frame.paths.runDir, { mode: 0o755 });
      frame.base.fs.write(path, JSON.stringify(events), { mode: MODE_PRIVATE });
    }
  } catch (error) {
    frame.log.warn(
      `Cannot keep events for handler "${handler.name}" in "${path}": ${errorChain(error)}`,
    );
  }
}
