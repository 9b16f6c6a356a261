import type { Exec, ExecOptions, Output, System } from "../../../system/system.ts";
import { mirrorFileSystem } from "./mirror-file-system.ts";

/** Of every system; it changes nothing, whoever runs it. */
const TRUE = ["/usr/bin/true"];
const QUIET = ["/dev/null"];
const QUIET_MS = 1_000;

/**
 * The simulated `machine`, with what the host would do done as well, where it does no harm: files are
 * written below `directory` too, for each command `true` is run, what is printed goes to our own output. So
 * all of the program that a boot runs is run.
 */
export function rehearsedSystem(machine: System, host: System, directory: string): System {
  return {
    ...machine,
    fs: mirrorFileSystem(machine.fs, host.fs, directory),
    exec: mirrorExec(machine.exec, host.exec),
    clock: {
      ...host.clock,
      now() {
        host.clock.now();
        return machine.clock.now();
      },
      // Nobody waits for a simulated machine.
      sleep: (ms) => machine.clock.sleep(ms),
    },
    random: host.random,
    output: mirrorOutput(machine.output, host.output, directory),
    ...(host.devices === undefined ? {} : { devices: mirrorDevices(host.devices) }),
  };
}

function mirrorExec(machine: Exec, host: Exec): Exec {
  const optionsOf = (options: ExecOptions = {}): ExecOptions => {
    const { stdin, timeoutMs, output, captureMaxBytes, owner } = options;
    return {
      okExitCodes: "any",
      ...(stdin === undefined ? {} : { stdin: "" }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(output === undefined ? {} : { output }),
      ...(captureMaxBytes === undefined ? {} : { captureMaxBytes }),
      ...(owner === undefined ? {} : { owner }),
    };
  };
  return {
    async query(argv, options) {
      await host.query(TRUE, optionsOf(options));
      return machine.query(argv, options);
    },
    async run(argv, options) {
      await host.run(TRUE, optionsOf(options));
      return machine.run(argv, options);
    },
  };
}

function mirrorDevices(host: NonNullable<System["devices"]>): NonNullable<System["devices"]> {
  return {
    async findSilent(_devices, _timeoutMs, moreMs) {
      await host.findSilent([QUIET], QUIET_MS, moreMs);
      return new Set();
    },
  };
}

function mirrorOutput(machine: Output, host: Output, directory: string): Output {
  return {
    ...machine,
    write(stream, text) {
      host.write(stream, text);
      machine.write(stream, text);
    },
    async redirect(targets) {
      await machine.redirect(targets);
      const { stdout, stderr } = targets;
      if (stdout === undefined || stdout.kind === "pipe" || stderr !== "&1") {
        return;
      }
      try {
        await host.redirect({ stdout: { ...stdout, path: directory + stdout.path }, stderr });
      } catch {
        // The simulated output is the one that counts.
      }
    },
    async close() {
      await host.close();
      await machine.close();
    },
  };
}
