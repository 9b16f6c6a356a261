import type { InjectedFile, Instance } from "../instance/instance.ts";
import { errorChain } from "../text/error-message.ts";
import { isNetworkOfEachBoot } from "./network-of-each-boot.ts";
import { statTarget } from "../system/files.ts";
import { writeIfDifferent } from "../system/write-if-different.ts";
import type { StageFrame } from "./stage-frame.ts";
import { runJournaled } from "./journaled-work.ts";
import { createSemaphore, isSet } from "./semaphores.ts";

const INJECTED_FILE_MODE = 0o660;

/**
 * What init-local does for an instance before anything else runs: its network (DECISIONS 8: once
 * per instance-id, or as `updates: {network: …}` says), then the files that the cloud injects. A
 * failing step is recorded; the next one runs.
 */
export async function applyInstance(frame: StageFrame, instance: Instance): Promise<void> {
  const network = async (): Promise<void> => {
    // Loaded where it is due: not in a later boot.
    const { applyNetwork } = await import("./apply-network.ts");
    await applyNetwork(frame, instance);
  };
  await oncePerInstance(frame, instance.id, "network", network, {
    again: isNetworkOfEachBoot(frame),
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
  options: { readonly again?: boolean } = {},
): Promise<void> {
  const semaphore = createSemaphore(frame.paths, instanceId, `config_${name}`, "once-per-instance");
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
