import { Buffer } from "node:buffer";
import { HttpError, urlWithoutSecrets } from "../system/http-error.ts";
import type { System } from "../system/system.ts";
import { errorMessage } from "../text/error-message.ts";
import { oauthHeader } from "../text/oauth-header.ts";
import type { ReportEvent } from "./report-event.ts";
import type { WebhookSettings } from "./reporting-config.ts";

/** Posts events one after the other beside the stage's work, never in its way. */
export interface Webhook {
  /** Queues the event; returns at once. */
  add(event: ReportEvent): void;
  /** Sends what is queued, for `waitMs` at most and one attempt more. What is left is the answer, oldest first. */
  close(waitMs: number): Promise<WebhookRest>;
}

export interface WebhookRest {
  readonly events: readonly ReportEvent[];
  /** Why the last attempt failed; undefined if none did. */
  readonly failure?: string;
  /** Events that found no place in the queue, or that the server refused. */
  readonly droppedCount: number;
}

/** Events that wait: a boot has some hundred. The oldest go first. */
export const QUEUE_MAX = 1_000;
/** After so many events that no attempt could deliver the server counts as gone for this stage. */
const FAILURES_MAX = 3;
/** A server that refuses so many one after the other refuses all of them. */
const REFUSALS_MAX = 20;
const PAUSE_MS = 1_000;
const BODY_BYTES_MAX = 1024 * 1024;

/**
 * @param waiting - what an earlier stage could not deliver
 * @param holdsBack - nothing is sent at all: there is no network yet
 */
export function createWebhook(
  sys: Pick<System, "clock" | "http" | "random">,
  settings: WebhookSettings,
  { waiting, holdsBack }: { readonly waiting: readonly ReportEvent[]; readonly holdsBack: boolean },
): Webhook {
  const queue: ReportEvent[] = waiting.slice(-QUEUE_MAX);
  let droppedCount = waiting.length - queue.length;
  let failureCount = 0;
  let refusalCount = 0;
  let failure: string | undefined;
  let untilMs = Infinity;
  let worker: Promise<void> | undefined;

  const leftMs = (): number => untilMs - sys.clock.monotonicMs();
  const isOver = (): boolean =>
    failureCount >= FAILURES_MAX || refusalCount >= REFUSALS_MAX || leftMs() <= 0;

  const deliver = async (event: ReportEvent): Promise<"delivered" | "refused" | "failed"> => {
    for (let attempt = 0; attempt <= settings.retries; attempt += 1) {
      if (attempt > 0) {
        await sys.clock.sleep(Math.min(PAUSE_MS * attempt, Math.max(0, leftMs())));
      }
      if (leftMs() <= 0) {
        return "failed";
      }
      const timeoutMs = Math.min(settings.timeoutMs, leftMs());
      const answer = await post(sys, settings, event, timeoutMs);
      if (answer.isDone) {
        return "delivered";
      }
      failure = answer.reason;
      if (answer.isFinal) {
        return "refused";
      }
    }
    return "failed";
  };

  const work = async (): Promise<void> => {
    while (!isOver()) {
      const [event] = queue;
      if (event === undefined) {
        break;
      }
      const outcome = await deliver(event);
      if (outcome === "failed") {
        failureCount += 1;
        continue;
      }
      failureCount = 0;
      refusalCount = outcome === "refused" ? refusalCount + 1 : 0;
      // An event that is refused once would be refused for ever, and keep back those behind it.
      droppedCount += outcome === "refused" ? 1 : 0;
      // The queue may have lost its oldest meanwhile.
      if (queue[0] === event) {
        queue.shift();
      }
    }
    worker = undefined;
  };

  const start = (): void => {
    if (!holdsBack && !isOver()) {
      worker ??= Promise.resolve().then(work);
    }
  };
  if (queue.length > 0) {
    start();
  }
  return {
    add(event) {
      queue.push(event);
      if (queue.length > QUEUE_MAX) {
        queue.shift();
        droppedCount += 1;
      }
      start();
    },
    async close(waitMs) {
      untilMs = sys.clock.monotonicMs() + waitMs;
      start();
      await worker;
      return { events: [...queue], droppedCount, ...(failure === undefined ? {} : { failure }) };
    },
  };
}

type Answer =
  | { readonly isDone: true }
  | { readonly isDone: false; readonly reason: string; readonly isFinal: boolean };

const STATUS_OK = 200;
const STATUS_REDIRECT = 300;
const STATUS_CLIENT_ERROR = 400;
const STATUS_SERVER_ERROR = 500;
const STATUS_TIMEOUT = 408;
const STATUS_BUSY = 429;
const NONCE_BYTES = 16;

async function post(
  sys: Pick<System, "clock" | "http" | "random">,
  settings: WebhookSettings,
  event: ReportEvent,
  timeoutMs: number,
): Promise<Answer> {
  const { endpoint, oauth } = settings;
  try {
    const { status } = await sys.http.request({
      method: "POST",
      url: endpoint,
      effect: "change",
      timeoutMs,
      maxBodyBytes: BODY_BYTES_MAX,
      headers: {
        "content-type": "application/json",
        ...(oauth === undefined
          ? {}
          : {
              authorization: oauthHeader(oauth, {
                timestampSeconds: sys.clock.now().getTime() / 1_000,
                nonce: Buffer.from(sys.random.bytes(NONCE_BYTES)).toString("hex"),
              }),
            }),
      },
      body: JSON.stringify(eventBody(event)),
    });
    if (status >= STATUS_OK && status < STATUS_REDIRECT) {
      return { isDone: true };
    }
    const isFinal =
      status >= STATUS_CLIENT_ERROR &&
      status < STATUS_SERVER_ERROR &&
      status !== STATUS_TIMEOUT &&
      status !== STATUS_BUSY;
    return {
      isDone: false,
      isFinal,
      reason: `POST ${urlWithoutSecrets(endpoint)} was answered with status ${status}`,
    };
  } catch (error) {
    const reason = error instanceof HttpError ? error.message : errorMessage(error);
    return { isDone: false, isFinal: false, reason };
  }
}

/** As upstream's handler sends it, so that fleet tools understand it. */
function eventBody(event: ReportEvent): Readonly<Record<string, unknown>> {
  const { name, description, type, timestampSeconds, result, durationSeconds } = event;
  return {
    name,
    description,
    event_type: type,
    origin: "cloudinit",
    timestamp: timestampSeconds,
    ...(result === undefined ? {} : { result }),
    ...(durationSeconds === undefined ? {} : { duration: durationSeconds }),
  };
}
