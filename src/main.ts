import process from "node:process";
import { quickAnswer, runCli } from "./cli/cli.ts";
import type { CliContext } from "./cli/cli-context.ts";
import { programName } from "./cli/program-name.ts";
import { errorChain } from "./text/error-message.ts";
import { VERSION } from "./version.ts";

void main();

/** Never `process.exit` here: Node.js would drop what a pipe has not taken yet. */
async function main(): Promise<void> {
  const program = programName(process);
  const args = process.argv.slice(2);
  const answer = quickAnswer(program, args);
  if (answer !== undefined) {
    // Opening the machine would take longer than all the rest.
    console.log(answer);
    return;
  }
  // With these set the YAML package prints what it reads to the console, secrets too.
  delete process.env["LOG_STREAM"];
  delete process.env["LOG_TOKENS"];
  process.on("uncaughtException", fail);
  process.on("unhandledRejection", fail);
  const { createHostSystem } = await import("./system/host-system.ts");
  const { handleSignals } = await import("./system/host-signals.ts");
  const sys = createHostSystem();
  let stop: (signal: string) => void = () => {};
  handleSignals(sys, (signal) => {
    sys.output.write("stderr", `Cloud-init ${VERSION} received ${signal}, exiting...\n`);
    stop(signal);
  });
  const ctx: CliContext = {
    sys,
    cwd: workingDirectory(),
    stdout: (text) => sys.output.write("stdout", text),
    stderr: (text) => sys.output.write("stderr", text),
    onStop(given) {
      stop = given;
    },
    exitCode: 0,
  };
  await runCli(program, args, ctx);
  await sys.output.close();
  process.exitCode ||= Math.min(ctx.exitCode, EXIT_CODE_MAX);
}

/** A count of 256 must not read as success. */
const EXIT_CODE_MAX = 255;

/** The directory that we were started in may be gone. */
function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    return "/";
  }
}

/** A mistake in this program that nothing else caught: said in one line, for a log of boot. */
function fail(error: unknown): void {
  console.error(`cloud-init: ${errorChain(error).replace(/\s*\n\s*/gu, " ")}`);
  process.exitCode = 1;
}
