import {
  bootSimulatedLinux,
  type SimulatedLinux,
} from "../../src/simulator/linux/simulated-linux.ts";
import type { SeedLinuxStorage } from "../../src/simulator/linux/storage.ts";
import { readText } from "../../src/system/files.ts";
import type { ExecResult } from "../../src/system/system.ts";

export const MIB = 2 ** 20;
export const GIB = 2 ** 30;

/** A simulated Linux and its command line. */
export interface StorageMachine extends SimulatedLinux {
  /** Any exit code; a name without a directory is looked for in /usr/sbin and /usr/bin. */
  run(line: string, stdin?: string): Promise<ExecResult>;
  /** Standard output; throws where the command fails, or changes something. */
  ask(line: string): Promise<string>;
  file(path: string): string;
}

/** Words are parted by blanks. */
export function createStorageMachine(storage?: SeedLinuxStorage): StorageMachine {
  const linux = bootSimulatedLinux(storage === undefined ? {} : { storage });
  const { fs, exec } = linux.system;
  const argvOf = (line: string): string[] => {
    const [name = "", ...args] = line.split(" ").filter((word) => word !== "");
    const program = ["/usr/sbin", "/usr/bin"]
      .map((directory) => `${directory}/${name}`)
      .find((path) => fs.stat(path) !== undefined);
    return [name.startsWith("/") ? name : (program ?? `/usr/bin/${name}`), ...args];
  };
  return {
    ...linux,
    run: (line, stdin) =>
      exec.run(argvOf(line), { okExitCodes: "any", ...(stdin === undefined ? {} : { stdin }) }),
    ask: async (line) => (await exec.query(argvOf(line))).stdout,
    file: (path) => readText(fs, path),
  };
}
