// Every simulated AIX command as one program, linked at each command's path in the AIX root. A test
// tool: it is not part of what is shipped. The name that it was called by says which command it is.
import fs from "node:fs";
import { openIso9660 } from "../src/iso9660/open-iso9660.ts";
import type { CommandContext, CommandOutcome } from "../src/simulator/aix/command.ts";
import { findCommand } from "../src/simulator/aix/commands.ts";
import type { AixMachine } from "../src/simulator/aix/machine.ts";
import { createHostFileSystem } from "../src/system/host-file-system.ts";
import type { FileSystem, RandomAccessFile } from "../src/system/system.ts";
import { syncDriveNodes } from "./aix-root/drive-nodes.ts";
import { withMachine } from "./aix-root/machine-file.ts";
import { type AixCall, CALLS_FILE, MEDIA_DIRECTORY } from "./aix-root/root-paths.ts";

const EXIT_UNKNOWN = 127;

async function main(): Promise<void> {
  const name = process.argv0.slice(process.argv0.lastIndexOf("/") + 1);
  const args = process.argv.slice(2);
  const outcome = await runCommand(name, args);
  writeWhole(1, outcome.stdout);
  writeWhole(2, outcome.stderr);
  process.exitCode = outcome.exitCode;
  const { user, system } = process.cpuUsage();
  const call: AixCall = {
    argv: [name, ...args],
    exitCode: outcome.exitCode,
    cpuMs: (user + system) / 1_000,
    atMs: Date.now(),
  };
  fs.appendFileSync(CALLS_FILE, `${JSON.stringify(call)}\n`);
}

async function runCommand(name: string, args: readonly string[]): Promise<CommandOutcome> {
  const command = await findCommand(name)?.load();
  if (command === undefined) {
    return { exitCode: EXIT_UNKNOWN, stdout: "", stderr: `${name}: not simulated\n` };
  }
  const stdin = command.readsStdin === true ? fs.readFileSync(0, "utf8") : "";
  const files = createHostFileSystem();
  return withMachine("", (machine) => {
    const devices = JSON.stringify(machine.devices);
    const outcome = command.run(createContext(machine, files, stdin), args);
    if (JSON.stringify(machine.devices) !== devices) {
      syncDriveNodes("", machine);
    }
    return outcome;
  });
}

function createContext(machine: AixMachine, files: FileSystem, stdin: string): CommandContext {
  return {
    machine,
    fs: files,
    stdin,
    nowMs: Date.now(),
    randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
    openDisc: (device) => openDisc(files, device),
    readDisc: (disc) => openIso9660(disc).tree,
  };
}

function openDisc(files: FileSystem, device: string): RandomAccessFile | undefined {
  const path = `${MEDIA_DIRECTORY}/${device}`;
  return files.stat(path) === undefined ? undefined : files.open(path);
}

function writeWhole(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  let written = 0;
  while (written < bytes.length) {
    try {
      written += fs.writeSync(fd, bytes, written);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) {
        return;
      }
    }
  }
}

void main();
