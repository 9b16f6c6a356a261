// The built program in an AIX-like root directory, booted through /etc/rc.d/rc 2 as AIX does.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import {
  buildAixRoot,
  clearAixCalls,
  enterAixRoot,
  readAixCalls,
  readAixMachine,
  rebootAixRoot,
} from "../aix-root.ts";
import { AGENT, type DeployedMachine, SAMPLE_ADAPTERS } from "./deployed-machine.ts";

/** Builds the root with the drive in cd0 and installs the program. Throws where that cannot be; nothing is left then. */
export async function deployInRoot(binary: string, drive: Uint8Array): Promise<DeployedMachine> {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), "cloud-init-demo-"));
  const remove = (): void => fs.rmSync(root, { recursive: true, force: true });
  try {
    buildAixRoot({
      root,
      agentBinary: binary,
      seed: { files: { "/dev/cd0": drive }, adapters: SAMPLE_ADAPTERS },
    });
    const install = await enterAixRoot(root, [AGENT, "install"]);
    if (install.exitCode !== 0) {
      throw new Error(`"cloud-init install" ended with ${install.exitCode}: ${install.stderr}`);
    }
    return openRoot(root, install.stdout.trim().split("\n"), remove);
  } catch (error) {
    remove();
    throw error;
  }
}

function openRoot(root: string, installed: readonly string[], remove: () => void): DeployedMachine {
  return {
    where: "a chroot with ksh and rc.d; AIX's commands are simulated at their real paths",
    installed,
    async boot({ withDrive }) {
      clearAixCalls(root);
      const { exitCode, stderr } = await rebootAixRoot(root, { detachDrive: !withDrive });
      return [
        ...(exitCode === 0 ? [] : [`/etc/rc.d/rc 2 ended with exit code ${exitCode}`]),
        ...(stderr === "" ? [] : [`/etc/rc.d/rc 2 said: ${stderr.trim()}`]),
      ];
    },
    calls: () => readAixCalls(root).map(({ argv }) => argv),
    machine: () => readAixMachine(root),
    read: (file) => (fs.existsSync(root + file) ? fs.readFileSync(root + file, "utf8") : undefined),
    stat(file) {
      const stats = fs.lstatSync(root + file, { throwIfNoEntry: false });
      return stats === undefined
        ? undefined
        : { mode: stats.mode & 0o7777, uid: stats.uid, gid: stats.gid, sizeBytes: stats.size };
    },
    remove,
  };
}
