import process from "node:process";
import { createHostClock } from "./host-clock.ts";
import { createHostExec } from "./host-exec.ts";
import { createHostFileSystem } from "./host-file-system.ts";
import { createHostOutput } from "./host-output.ts";
import { randomBytes } from "./host-random.ts";
import { createRunningCommands, type RunningCommands } from "./host-running-commands.ts";
import type { Http, Input, ProcessInfo, Serial, System, Uname } from "./system.ts";

/** The real machine; `running` is for the handling of signals. */
export interface HostSystem extends System {
  readonly running: RunningCommands;
}

/** The prefix of paths inside a binary that `bun build --compile` made. */
const COMPILED_ROOT = "/$bunfs/";

/**
 * The machine that this program runs on. `executablePath`: the file that was called, where the
 * runtime cannot know it (a carrier of runtime and program), and `runtimeDirectory` what it unpacked.
 */
export function createHostSystem(
  options: { readonly executablePath?: string; readonly runtimeDirectory?: string } = {},
): HostSystem {
  const { executablePath, runtimeDirectory } = options;
  const info: ProcessInfo = {
    ...readProcessInfo(executablePath),
    ...(runtimeDirectory === undefined ? {} : { runtimeDirectory }),
  };
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
