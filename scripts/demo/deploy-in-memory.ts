// The same source on a machine in memory, for who may not enter a chroot.
import { defaultConfigFiles } from "../../src/config/default-cloud-cfg.ts";
import { openIso9660 } from "../../src/iso9660/open-iso9660.ts";
import { bootSimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import { runStage } from "../../src/stages/run-stage.ts";
import { readTextIfExists } from "../../src/system/files.ts";
import { type DeployedMachine, SAMPLE_ADAPTERS } from "./deployed-machine.ts";

const STAGES = ["init-local", "init", "modules-config", "modules-final"] as const;

/** A simulated AIX with the default configuration and the drive in cd0. `obstacle`: why not the chroot. */
export function deployInMemory(drive: Uint8Array, obstacle: string): DeployedMachine {
  const config = defaultConfigFiles("aix").map(({ name, content }) => [
    `/opt/freeware/etc/cloud/${name}`,
    content,
  ]);
  const aix = bootSimulatedAix({
    files: { ...Object.fromEntries(config), "/dev/cd0": drive },
    adapters: SAMPLE_ADAPTERS,
    readDisc: (disc) => openIso9660(disc).tree,
    now: new Date(),
  });
  let isFirst = true;
  let commandsBefore = 0;
  return {
    where: "an AIX simulated in memory; times are its own, and user scripts are not run",
    obstacle,
    installed: [],
    async boot({ withDrive }) {
      if (!withDrive) {
        aix.media.clear();
        aix.machine.devices = aix.machine.devices.filter((device) => device.class !== "cdrom");
      }
      if (!isFirst) {
        aix.reboot();
      }
      isFirst = false;
      commandsBefore = aix.commands.length;
      const failures: string[] = [];
      for (const stage of STAGES) {
        const options = { configFiles: [], force: false, debug: false };
        const exitCode = await runStage(stage, aix.system, options);
        if (exitCode !== 0) {
          failures.push(`stage ${stage} ended with exit code ${exitCode}`);
        }
      }
      return [...failures, ...aix.gaps.map((gap) => `not simulated: ${gap}`)];
    },
    calls: () => aix.commands.slice(commandsBefore),
    machine: () => aix.machine,
    read: (file) => readTextIfExists(aix.system.fs, file),
    stat: (file) => aix.system.fs.stat(file),
    remove() {
      // Nothing of it is outside memory.
    },
  };
}
