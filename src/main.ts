import process from "node:process";
import { quickAnswer, runCli } from "./cli/cli.ts";
import type { CliContext } from "./cli/cli-context.ts";
import { programName } from "./cli/program-name.ts";
import type { CarriedRuntime } from "./system/system.ts";
import { errorChain } from "./text/error-message.ts";
import { VERSION } from "./version.ts";

void main();

/** Never `process.exit` here: Node.js would drop what a pipe has not taken yet. */
async function main(): Promise<void> {
  const carrier = takeCarrier();
  const program = programName(
    carrier === undefined ? process : { argv: ["node", carrier.path], argv0: "node" },
  );
  // `node app.cjs --carried FILE …` is what the carrier's stub starts.
  const args = process.argv.slice(carrier === undefined ? 2 : 4);
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
  const sys = createHostSystem(
    carrier === undefined ? {} : { executablePath: carrier.path, carriedRuntime: carrier.runtime },
  );
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
  if (carrier !== undefined && args[0] === REHEARSE) {
    const { rehearse } = await import("./cli/install/rehearsal/rehearse.ts");
    await rehearse(ctx, args.slice(1));
  } else {
    await runCli(program, args, ctx);
  }
  await sys.output.close();
  process.exitCode ||= Math.min(ctx.exitCode, EXIT_CODE_MAX);
}

interface Carrier {
  readonly path: string;
  readonly runtime: CarriedRuntime;
}

/** The carrier that we were started from, and its environment as it was; undefined where this is no carrier. */
function takeCarrier(): Carrier | undefined {
  const [, program = "", word, path] = process.argv;
  if (word !== "--carried" || path === undefined || process.versions["bun"] !== undefined) {
    return undefined;
  }
  // The runtime has found its libraries; commands must find theirs.
  const { env } = process;
  const libraryPath = env["LIBPATH"] ?? "";
  const before = env["CLOUD_INIT_LIBPATH"] ?? "";
  delete env["CLOUD_INIT_LIBPATH"];
  if (before === "") {
    delete env["LIBPATH"];
  } else {
    env["LIBPATH"] = before;
  }
  const directory = program.slice(0, Math.max(0, program.lastIndexOf("/")));
  for (const name of ["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"]) {
    // The runtime itself would read them at each start, for a tenth of a second.
    const given = env[`CLOUD_INIT_GIVEN_${name}`] ?? "";
    delete env[`CLOUD_INIT_GIVEN_${name}`];
    if (given !== "") {
      env[name] = given;
    }
  }
  return { path, runtime: { directory, libraryPath } };
}

/** Said by the carrier's loader only, in place of a command: no user's command line is changed by it. */
const REHEARSE = "--rehearse";

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
