import type { InjectedFile, Instance } from "../instance/instance.ts";
import type { NetworkConfig } from "../network/network-config.ts";
import { errorChain } from "../text/error-message.ts";
import { isNetworkOfEachBoot } from "./network-of-each-boot.ts";
import { isDirectory, statTarget } from "../system/files.ts";
import { writeIfDifferent } from "../system/write-if-different.ts";
import type { StageFrame } from "./stage-frame.ts";
import { runJournaled } from "./journaled-work.ts";
import { createSemaphore, isSet, type Semaphore } from "./semaphores.ts";

const INJECTED_FILE_MODE = 0o660;
/** Of a hash, in the name of a semaphore. */
const MARK_LENGTH = 16;

/**
 * What init-local does for an instance before anything else runs: its network (DECISIONS 8: once
 * per instance-id, or as `updates: {network: …}` says), then the files that the cloud injects. A
 * failing step is recorded; the next one runs. `isUnnamed`: the id is the same for every instance of
 * its datasource, and its network is due whenever it is another one than the last time.
 */
export async function applyInstance(
  frame: StageFrame,
  instance: Instance,
  { isUnnamed = false }: { readonly isUnnamed?: boolean } = {},
): Promise<void> {
  const network = async (): Promise<void> => {
    // Loaded where it is due: not in a later boot.
    const { applyNetwork } = await import("./apply-network.ts");
    await applyNetwork(frame, instance);
  };
  await oncePerInstance(frame, instance.id, "network", network, {
    again: isNetworkOfEachBoot(frame),
    ...(isUnnamed ? { mark: await markOf(instance.network?.config) } : {}),
  });
  await oncePerInstance(frame, instance.id, "injected_files", async () => {
    injectFiles(frame, instance);
  });
}

async function oncePerInstance(
  frame: StageFrame,
  instanceId: string,
  name: string,
  work: () => Promise<void>,
  options: { readonly again?: boolean; readonly mark?: string } = {},
): Promise<void> {
  const ending = options.mark === undefined ? "" : `_${options.mark}`;
  const semaphore = createSemaphore(
    frame.paths,
    instanceId,
    `config_${name}${ending}`,
    "once-per-instance",
  );
  if (options.again !== true && isSet(frame.base, semaphore)) {
    frame.log.debug(`config-${name} already ran (freq=once-per-instance)`);
    return;
  }
  const fail = (what: string, error: unknown): void => {
    const text = `${what} failed: ${errorChain(error)}`;
    frame.log.error(text, error);
    frame.recordError(`('${name}', Error('${errorChain(error)}'))`, text);
  };
  try {
    if (options.mark !== undefined) {
      forgetOthers(frame, `config_${name}_`, semaphore);
    }
    await runJournaled(frame, name, semaphore, async () => {
      try {
        await work();
      } catch (error) {
        fail(`Applying ${name}`, error);
      }
    });
  } catch (error) {
    fail(`Keeping that ${name} is done`, error);
  }
}

/** The same settings have the same mark. */
async function markOf(settings: NetworkConfig | undefined): Promise<string> {
  const { createHash } = await import("node:crypto");
  return createHash("sha256")
    .update(JSON.stringify(settings ?? null))
    .digest("hex")
    .slice(0, MARK_LENGTH);
}

/** What was done before is not done any more once something else is: it is due when it comes back. */
function forgetOthers(frame: StageFrame, prefix: string, { path = "" }: Semaphore): void {
  const { fs } = frame.base;
  const directory = path.slice(0, path.lastIndexOf("/"));
  for (const name of isDirectory(fs, directory) ? fs.list(directory) : []) {
    if (name.startsWith(prefix) && `${directory}/${name}` !== path) {
      fs.remove(`${directory}/${name}`);
    }
  }
}

function injectFiles(frame: StageFrame, instance: Instance): void {
  const ledger = frame.ledger.forModule(undefined);
  for (const file of instance.files) {
    try {
      if (writeInjected(frame, file)) {
        frame.log.info(`Wrote injected file ${file.path} (${file.content.length} bytes)`);
      }
      ledger.record({ kind: "file", what: file.path, outcome: "ok" });
    } catch (error) {
      const reason = errorChain(error);
      frame.log.warn(`Failed writing file: ${file.path}: ${reason}`);
      frame.recordError(
        `('injected_files', Error('Failed writing file: ${file.path}'))`,
        `Failed writing file: ${file.path}: ${reason}`,
      );
      ledger.record({ kind: "file", what: file.path, outcome: "failed", reason });
    }
  }
}

/** True if it was written: a file that is so already is left alone. */
function writeInjected(frame: StageFrame, file: InjectedFile): boolean {
  const { fs } = frame.sys;
  const options = { mode: INJECTED_FILE_MODE, owner: frame.rootOwner };
  const found = statTarget(fs, file.path);
  if (found?.uid === 0 && found.gid === 0) {
    return writeIfDifferent(fs, file.path, file.content, options);
  }
  fs.write(file.path, file.content, options);
  return true;
}
