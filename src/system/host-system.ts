import process from "node:process";
import { createHostClock } from "./host-clock.ts";
import { createHostExec } from "./host-exec.ts";
import { createHostFileSystem } from "./host-file-system.ts";
import { closeInherited } from "./host-inherited.ts";
import { createHostOutput } from "./host-output.ts";
import { randomBytes } from "./host-random.ts";
import { createRunningCommands, type RunningCommands } from "./host-running-commands.ts";
import type {
  CarriedRuntime,
  Devices,
  Http,
  Input,
  ProcessInfo,
  Serial,
  System,
  Uname,
} from "./system.ts";

/** The real machine; `running` is for the handling of signals. */
export interface HostSystem extends System {
  readonly running: RunningCommands;
}

/** The prefix of paths inside a binary that `bun build --compile` made. */
const COMPILED_ROOT = "/$bunfs/";

/**
 * The machine that this program runs on. `executablePath`: the file that was called, where the
 * runtime cannot know it (a carrier of runtime and program); `carriedRuntime`: what that unpacked.
 */
export function createHostSystem(
  options: { readonly executablePath?: string; readonly carriedRuntime?: CarriedRuntime } = {},
): HostSystem {
  const { executablePath, carriedRuntime } = options;
  const info: ProcessInfo = {
    ...readProcessInfo(executablePath),
    ...(carriedRuntime === undefined ? {} : { carriedRuntime }),
  };
  closeInherited();
  const output = createHostOutput({ process: info });
  const running = createRunningCommands();
  return {
    fs: createHostFileSystem(),
    exec: createHostExec({ process: info, output, running }),
    http: createLazyHttp(),
    clock: createHostClock(),
    random: { bytes: randomBytes },
    process: info,
    output,
    serial: createLazySerial(),
    input: createLazyInput(),
    devices: createLazyDevices(info, running),
    running,
  };
}

/** Most commands ask nobody. */
function createLazyHttp(): Http {
  return {
    async request(request) {
      const { createHostHttp } = await import("./host-http.ts");
      return createHostHttp().request(request);
    },
  };
}

function createLazyDevices(info: ProcessInfo, running: RunningCommands): Devices {
  return {
    async findSilent(...question) {
      const { createHostDevices } = await import("./host-devices.ts");
      return createHostDevices(info, running).findSilent(...question);
    },
  };
}

function createLazySerial(): Serial {
  return {
    async exchange(exchange) {
      const { exchangeOnSerialPort } = await import("./host-serial.ts");
      return exchangeOnSerialPort(exchange);
    },
  };
}

function createLazyInput(): Input {
  return {
    async readAll(maxBytes) {
      const { createHostInput } = await import("./host-input.ts");
      return createHostInput().readAll(maxBytes);
    },
  };
}

function readProcessInfo(executablePath: string | undefined): ProcessInfo {
  const bunVersion = process.versions["bun"];
  const [runtimePath = "", scriptPath = ""] = [process.execPath, process.argv[1]];
  const isCompiled = scriptPath === "" || scriptPath.startsWith(COMPILED_ROOT);
  return {
    platform: process.platform,
    arch: process.arch,
    runtime: bunVersion === undefined ? `node ${process.version}` : `bun ${bunVersion}`,
    uid: process.getuid?.() ?? 0,
    pid: process.pid,
    ppid: process.ppid,
    env: process.env,
    executablePath: executablePath ?? (isCompiled ? runtimePath : scriptPath),
    readUname,
    readByteOrder,
    readHostname: async () => (await import("node:os")).hostname(),
  };
}

async function readUname(): Promise<Uname> {
  const os = await import("node:os");
  return {
    sysname: os.type(),
    nodename: os.hostname(),
    release: os.release(),
    version: os.version(),
    machine: os.machine(),
  };
}

async function readByteOrder(): Promise<"big" | "little"> {
  const os = await import("node:os");
  return os.endianness() === "BE" ? "big" : "little";
}
