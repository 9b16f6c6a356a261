import { UnknownServiceError } from "../distros/unknown-service-error.ts";
import { errorMessage } from "../text/error-message.ts";
import type { ModuleContext } from "./module.ts";

/** The service of an agent that a module has set up. */
export interface AgentService {
  /** Of the configuration, for the place of messages. */
  readonly key: string;
  /** What distributions call it, the most usual first. */
  readonly names: readonly string[];
  /** Whether one that runs has to take notice of what was written. */
  readonly restarts: boolean;
  /** Tried where the system does not know the service; whether it runs then. */
  readonly otherwise?: () => Promise<boolean>;
}

/**
 * The agent runs now and after each boot. Where AIX's SRC does not know it, that is a warning: the
 * agent is set up, and whoever packaged it may have other plans for its start.
 */
export async function ensureAgentService(ctx: ModuleContext, service: AgentService): Promise<void> {
  const { named } = ctx.distro.services;
  const fail = (reason: string, cause?: unknown): void =>
    ctx.fail(
      {
        message: `Cannot start ${service.key}: ${reason}`,
        path: [service.key],
        ...ctx.locate([service.key]),
      },
      cause,
    );
  if (named === undefined) {
    fail("nothing is known of services on this system");
    return;
  }
  try {
    await named.ensureEnabledAndRunning(service.names, { restarts: service.restarts });
  } catch (error) {
    const isUnknown = error instanceof UnknownServiceError;
    if (isUnknown && (await service.otherwise?.()) === true) {
      return;
    }
    if (isUnknown && ctx.distro.family === "aix") {
      ctx.log.warn(`Cannot start ${service.key}: ${error.message}`);
      return;
    }
    fail(errorMessage(error), error);
  }
}
