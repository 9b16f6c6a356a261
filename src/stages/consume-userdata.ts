import type { CloudConfig } from "../config/cloud-config.ts";
import { isMapping, valueAt } from "../config/cloud-config.ts";
import type { Instance } from "../instance/instance.ts";
import type { FileSystem } from "../system/system.ts";
import { describeKind } from "../text/describe-kind.ts";
import { isTrue } from "../text/boolean-option.ts";
import { errorChain } from "../text/error-message.ts";
import type { Problem } from "../text/problem.ts";
import { formatProblem } from "../text/problem.ts";
import { parseSizeBytes } from "../text/size.ts";
import type { Origin } from "../userdata/part.ts";
import type { ProcessedUserData, UserDataInput } from "../userdata/process-userdata.ts";
import { processUserData } from "../userdata/process-userdata.ts";
import { reportPythonHandlers } from "../userdata/python-handlers.ts";
import type { UserDataContext } from "../userdata/user-data-context.ts";
import type { ConsumedUserData } from "./consumed-userdata.ts";
import { readTemplateVariables } from "./keep-instance-data.ts";
import { createScriptRunner } from "./run-boothook.ts";
import { createSemaphore, isSet, type Semaphore, setSemaphore } from "./semaphores.ts";
import type { StageFrame } from "./stage-frame.ts";

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
      keepConsumed(frame, instance, consumed);
      setResult(frame.errorCount() > before ? "FAIL" : "SUCCESS");
      return consumed;
    },
  );
}

/** Scripts and cloud-config are on disk before the modules that use them run. */
function keepConsumed(frame: StageFrame, instance: Instance, consumed: ConsumedUserData): void {
  const { fs } = frame.base;
  const own = frame.paths.instance(instance.id);
  const semaphore = consumeSemaphore(frame, instance);
  try {
    if (consumed.vendor === undefined) {
      forgetCloudConfig(fs, own.vendorCloudConfigFile);
    }
    if (consumed.vendor2 === undefined) {
      forgetCloudConfig(fs, own.vendor2CloudConfigFile);
    }
    fs.flush();
    if (!isSet(frame.base, semaphore)) {
      setSemaphore(frame.base, semaphore, false);
    }
  } catch (error) {
    frame.fail(`Consuming user data failed! ${errorChain(error)}`, error);
  }
}

/** Tells the first boot of an instance from those after it, for the parts that know a difference. */
function consumeSemaphore(frame: StageFrame, instance: Instance): Semaphore {
  return createSemaphore(frame.paths, instance.id, "consume_data", "once-per-instance");
}

/** Vendor-data that is switched off now: the later stages would find what was taken in before. */
function forgetCloudConfig(fs: FileSystem, path: string): void {
  if ((fs.stat(path)?.sizeBytes ?? 0) > 0) {
    fs.write(path, "", { mode: 0o600 });
  }
}

async function consume(frame: StageFrame, instance: Instance): Promise<ConsumedUserData> {
  const isAllowed = frame.baseConfig["allow_userdata"] !== false;
  if (!isAllowed) {
    frame.log.debug("allow_userdata = False: discarding user-data");
  }
  const process = (
    origin: Origin,
    bytes: Uint8Array | undefined,
    disabledContentTypes: readonly string[],
  ): Promise<ProcessedUserData> =>
    processOne(frame, instance, { origin, bytes, disabledContentTypes });
  const user = isAllowed
    ? await process("user", instance.userData, [])
    : discardUserData(frame, instance);
  const settings = { ...frame.baseConfig, ...user.cloudConfig };
  const vendor = vendorSettings(frame, settings, "vendor_data");
  const vendor2 = vendorSettings(frame, settings, "vendor_data2");
  return {
    user,
    ...(vendor === undefined
      ? {}
      : { vendor: await process("vendor", instance.vendorData, vendor) }),
    ...(vendor2 === undefined
      ? {}
      : { vendor2: await process("vendor2", instance.vendorData2, vendor2) }),
  };
}

/** What was made of it goes; the text itself stays, for when it is allowed again and the drive is gone. */
function discardUserData(frame: StageFrame, instance: Instance): ProcessedUserData {
  const own = frame.paths.instance(instance.id);
  for (const path of [own.processedUserDataFile, own.cloudConfigFile]) {
    try {
      forgetCloudConfig(frame.base.fs, path);
    } catch (error) {
      frame.fail(`Cannot empty "${path}": ${errorChain(error)}`, error);
    }
  }
  return { cloudConfig: {}, documents: [], partCount: 0 };
}

async function processOne(
  frame: StageFrame,
  instance: Instance,
  input: UserDataInput,
): Promise<ProcessedUserData> {
  const ctx: UserDataContext = {
    // The files are the agent's own; only what handlers run changes the machine.
    sys: frame.sys,
    instance,
    paths: frame.paths,
    log: frame.stageLog.named("user_data.ts"),
    ledger: frame.ledger.forModule(undefined),
    fail(given: Problem | string, cause?: unknown) {
      frame.fail(typeof given === "string" ? given : formatProblem(given), cause);
    },
    runScript: createScriptRunner(frame, instance),
    templateVariables: () => readTemplateVariables(frame, instance),
    isFirstTime: !isSet(frame.base, consumeSemaphore(frame, instance)),
    ...upstartDir(frame),
    ...sizeLimit(frame),
  };
  try {
    if (input.origin === "user") {
      reportPythonHandlers(ctx);
    }
    return await processUserData(input, ctx);
  } catch (error) {
    frame.fail(`Consuming user data failed! ${errorChain(error)}`, error);
    return { cloudConfig: {}, documents: [], partCount: 0 };
  }
}

function upstartDir(frame: StageFrame): Pick<UserDataContext, "upstartDir"> {
  const directory = valueAt(frame.systemInfo, "paths", "upstart_dir");
  return typeof directory === "string" && directory.startsWith("/")
    ? { upstartDir: directory.replace(/(?<=.)\/+$/u, "") }
    : {};
}

/** `user_data_size_limit: 128M`, a key of ours in cloud.cfg. */
function sizeLimit(frame: StageFrame): Pick<UserDataContext, "unpackedSizeBytesMax"> {
  const given = frame.baseConfig["user_data_size_limit"];
  if (given === undefined || given === null) {
    return {};
  }
  const sizeBytes = parseSizeBytes(given);
  if (sizeBytes === undefined || sizeBytes <= 0 || sizeBytes > SIZE_LIMIT_BYTES_MAX) {
    frame.log.warn(
      `Cannot use user_data_size_limit, the limit is 64M: expected a size up to 1G such as 128M, got ${describeKind(given)}`,
    );
    return {};
  }
  return { unpackedSizeBytesMax: sizeBytes };
}

const SIZE_LIMIT_BYTES_MAX = 2 ** 30;

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
  if (!isTrue(enabled)) {
    frame.log.debug(`${key} is disabled`);
    return undefined;
  }
  return Array.isArray(disabled) ? disabled.filter((type) => typeof type === "string") : [];
}
