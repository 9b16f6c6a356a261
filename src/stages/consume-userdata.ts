import type { CloudConfig } from "../config/cloud-config.ts";
import { isMapping } from "../config/cloud-config.ts";
import type { Instance } from "../instance/instance.ts";
import { errorChain } from "../text/error-message.ts";
import type { Problem } from "../text/problem.ts";
import { formatProblem } from "../text/problem.ts";
import type { Origin } from "../userdata/part.ts";
import type { ProcessedUserData, UserDataContext } from "../userdata/process-userdata.ts";
import { processUserData } from "../userdata/process-userdata.ts";
import type { StageFrame } from "./stage-frame.ts";

/** What user-data and vendor-data say, taken in once per boot by init. */
export interface ConsumedUserData {
  readonly user: ProcessedUserData;
  readonly vendor?: ProcessedUserData;
  readonly vendor2?: ProcessedUserData;
}

/**
 * Takes in user-data, then vendor-data unless the user or the image opts out (compat userdata.md
 * §7–8). A part that cannot be used is an error of the stage; everything else goes on.
 */
export async function consumeUserData(
  frame: StageFrame,
  instance: Instance,
): Promise<ConsumedUserData> {
  return frame.events.within(
    "consume-user-data",
    "reading and applying user-data",
    async (setResult) => {
      const before = frame.errorCount();
      const consumed = await consume(frame, instance);
      frame.base.fs.flush();
      setResult(frame.errorCount() > before ? "FAIL" : "SUCCESS");
      return consumed;
    },
  );
}

async function consume(frame: StageFrame, instance: Instance): Promise<ConsumedUserData> {
  const isAllowed = frame.baseConfig["allow_userdata"] !== false;
  if (!isAllowed) {
    frame.log.debug("allow_userdata = False: discarding user-data");
  }
  const user = await processOne(
    frame,
    instance,
    "user",
    isAllowed ? instance.userData : undefined,
    [],
  );
  const settings = { ...frame.baseConfig, ...user.cloudConfig };
  const vendor = vendorSettings(frame, settings, "vendor_data");
  const vendor2 = vendorSettings(frame, settings, "vendor_data2");
  return {
    user,
    ...(vendor === undefined
      ? {}
      : { vendor: await processOne(frame, instance, "vendor", instance.vendorData, vendor) }),
    ...(vendor2 === undefined
      ? {}
      : { vendor2: await processOne(frame, instance, "vendor2", instance.vendorData2, vendor2) }),
  };
}

async function processOne(
  frame: StageFrame,
  instance: Instance,
  origin: Origin,
  bytes: Uint8Array | undefined,
  disabledContentTypes: readonly string[],
): Promise<ProcessedUserData> {
  const ctx: UserDataContext = {
    // The files are the agent's own; only what handlers run changes the machine.
    sys: frame.sys,
    instance,
    paths: frame.paths,
    log: frame.stageLog.named("user_data.ts"),
    ledger: frame.ledger.forModule(undefined),
    fail(given: Problem | string, cause?: unknown) {
      const text = typeof given === "string" ? given : formatProblem(given);
      frame.log.error(text, cause);
      frame.recordError(text);
    },
  };
  try {
    return await processUserData({ bytes, origin, disabledContentTypes }, ctx);
  } catch (error) {
    frame.log.error(`Consuming user data failed! ${errorChain(error)}`, error);
    frame.recordError(`Consuming user data failed! ${errorChain(error)}`);
    return { cloudConfig: {}, documents: [], partCount: 0 };
  }
}

const TRUE_WORDS: ReadonlySet<string> = new Set(["true", "1", "on", "yes"]);

/** Content types that are left out, or undefined where vendor-data is switched off. */
function vendorSettings(
  frame: StageFrame,
  config: CloudConfig,
  key: "vendor_data" | "vendor_data2",
): readonly string[] | undefined {
  const settings = config[key];
  if (settings === undefined) {
    return [];
  }
  if (!isMapping(settings)) {
    frame.log.warn(`invalid '${key}' setting. resetting to: {'enabled': False}`);
    return undefined;
  }
  const { enabled = true, disabled_handlers: disabled } = settings;
  const isEnabled =
    enabled === true ||
    (typeof enabled === "string" && TRUE_WORDS.has(enabled.trim().toLowerCase()));
  if (!isEnabled) {
    frame.log.debug(`${key} is disabled`);
    return undefined;
  }
  return Array.isArray(disabled) ? disabled.filter((type) => typeof type === "string") : [];
}
