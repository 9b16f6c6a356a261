import type { DatasourceContext } from "../../src/datasources/datasource.ts";
import { createScriptedSystem, type ScriptedSystem } from "../../src/simulator/scripted-system.ts";
import { createHostHttp } from "../../src/system/host-http.ts";
import {
  createDatasourceDistro,
  createTestPaths,
  type NetworkFacts,
} from "./datasource-contract.ts";
import { createRecordingLog, type RecordingLog } from "./recording-log.ts";

/** The machine that asks. */
export interface LoopbackOptions {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly files?: Readonly<Record<string, string>>;
  /** Default "aix". */
  readonly platform?: string;
  readonly isOnlySource?: boolean;
  readonly defaultUser?: string;
  readonly network?: NetworkFacts;
  readonly now?: Date;
}

/**
 * A machine in memory whose requests are real ones, for datasources against a server on loopback.
 * Its waits take no time, but its clock counts them.
 */
export function createLoopbackContext(options: LoopbackOptions = {}): {
  readonly ctx: DatasourceContext;
  readonly log: RecordingLog;
  readonly scripted: ScriptedSystem;
} {
  const { platform = "aix", files = {}, now } = options;
  const scripted = createScriptedSystem({ platform, files, ...(now === undefined ? {} : { now }) });
  const log = createRecordingLog();
  const sys = { ...scripted.system, http: createHostHttp() };
  const distro = createDatasourceDistro(
    { sys, log, systemInfo: {} },
    [],
    undefined,
    options.network,
  );
  return {
    ctx: {
      sys,
      distro,
      paths: createTestPaths(),
      config: options.config ?? {},
      isOnlySource: options.isOnlySource ?? false,
      defaultUserName: () => options.defaultUser,
      log,
    },
    log,
    scripted,
  };
}
