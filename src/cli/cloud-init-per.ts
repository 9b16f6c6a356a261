import { findDistroName } from "../distros/registry.ts";
import { isDirectory, isFile, readTextIfExists } from "../system/files.ts";
import type { FileSystem } from "../system/system.ts";
import { errorMessage } from "../text/error-message.ts";
import type { CliContext } from "./cli-context.ts";
import { findProgram } from "./find-program.ts";

/**
 * `cloud-init-per FREQUENCY NAME COMMAND [ARGUMENT…]`: runs a command on every call, once per
 * instance or once ever (compat config.md §8). Its semaphores are under the distro's own cloud_dir:
 * no configuration is read, so `system_info.paths` does not move them.
 */
export async function runCloudInitPer(
  program: "cloud-init-per" | "cloud-init-run-module",
  args: readonly string[],
  ctx: CliContext,
): Promise<void> {
  let words = args;
  if (program === "cloud-init-run-module") {
    if (args.length > 2 && args[2] !== "execute") {
      failWith(ctx, "legacy cloud-init-run-module only supported with module 'execute'");
      return;
    }
    ctx.stderr("Warning: cloud-init-run-module is deprecated. Please use cloud-init-per.\n");
    words = [...args.slice(0, 2), ...args.slice(3)];
  }
  const [frequency, name, command, ...commandArgs] = words;
  if (frequency === "-h" || frequency === "--help") {
    ctx.stdout(USAGE);
  } else if (frequency === undefined || name === undefined || command === undefined) {
    ctx.stderr(USAGE);
    ctx.exitCode = 1;
  } else if (name.includes("/")) {
    failWith(ctx, "name cannot contain a /");
  } else if (ctx.sys.process.uid !== 0) {
    failWith(ctx, "must be root");
  } else if (frequency !== "once" && frequency !== "instance" && frequency !== "always") {
    ctx.stderr(USAGE);
    failWith(ctx, `invalid frequency: ${frequency}`);
  } else {
    await runAtFrequency(ctx, frequency, name, [command, ...commandArgs]);
  }
}

/** `frequency` is what makes a semaphore last. */
type PerFrequency = "once" | "instance" | "always";

const USAGE = `Usage: cloud-init-per frequency name cmd [ arg1 [ arg2 [ ... ] ]
   Runs cmd with its arguments, as often as the frequency says. name tells
   apart what is run this way.

   frequency:
      once     only once, ever; also over a new instance-id
      instance once for each instance-id
      always   on every call

   for example:
      cloud-init-per once motd cp /etc/motd.new /etc/motd
`;

const CLOUD_DIR_AIX = "/opt/freeware/var/lib/cloud";
const CLOUD_DIR = "/var/lib/cloud";

function failWith(ctx: CliContext, message: string): void {
  ctx.stderr(`${message}\n`);
  ctx.exitCode = 1;
}

async function runAtFrequency(
  ctx: CliContext,
  frequency: PerFrequency,
  name: string,
  argv: readonly [string, ...string[]],
): Promise<void> {
  const { fs } = ctx.sys;
  const cloudDir = findDistroName(ctx.sys) === "aix" ? CLOUD_DIR_AIX : CLOUD_DIR;
  const dir = frequency === "instance" ? findInstanceSemDir(fs, cloudDir) : `${cloudDir}/sem`;
  if (dir === undefined) {
    failWith(ctx, `no instance: neither "${cloudDir}/instance" nor an instance-id is there`);
    return;
  }
  const semaphore = `${dir}/${semaphoreName(name, frequency)}`;
  try {
    fs.makeDirectory(dir);
    adoptOldSpelling(fs, dir, name, frequency);
  } catch (error) {
    failWith(ctx, `failed to make directory for ${semaphore} (${errorMessage(error)})`);
    return;
  }
  if (frequency !== "always" && hasRun(fs, semaphore, cloudDir, name, frequency)) {
    return;
  }
  ctx.exitCode = await runCommand(ctx, argv);
  const epochSeconds = Math.floor(ctx.sys.clock.now().getTime() / 1000);
  try {
    fs.write(semaphore, `${ctx.exitCode}\t${epochSeconds}\n`, { mode: 0o644, durable: true });
  } catch (error) {
    failWith(ctx, `failed to write to ${semaphore} (${errorMessage(error)})`);
  }
}

/** Later names have "_" where NAME has "-". */
function semaphoreName(name: string, frequency: PerFrequency): string {
  return `bootper.${name.replaceAll("-", "_")}.${frequency}`;
}

function oldSemaphoreName(name: string, frequency: PerFrequency): string {
  return `bootper.${name}.${frequency}`;
}

/**
 * The link `instance`, else the directory of `data/instance-id`. A directory made in the link's
 * place, as the old script made it, would keep the next boot from setting the link.
 */
function findInstanceSemDir(fs: FileSystem, cloudDir: string): string | undefined {
  const link = `${cloudDir}/instance`;
  if (isDirectory(fs, link)) {
    return `${link}/sem`;
  }
  const id = readTextIfExists(fs, `${cloudDir}/data/instance-id`)?.trim().replaceAll("/", "_");
  return id === undefined || id === "" || id === "." || id === ".."
    ? undefined
    : `${cloudDir}/instances/${id}/sem`;
}

function adoptOldSpelling(
  fs: FileSystem,
  dir: string,
  name: string,
  frequency: PerFrequency,
): void {
  const oldPath = `${dir}/${oldSemaphoreName(name, frequency)}`;
  const newPath = `${dir}/${semaphoreName(name, frequency)}`;
  if (oldPath === newPath || !isFile(fs, oldPath)) {
    return;
  }
  if (!isFile(fs, newPath)) {
    fs.write(newPath, fs.readBytes(oldPath), { mode: 0o644, durable: true });
  }
  fs.remove(oldPath);
}

/** On AIX the old script kept its semaphores under /var/lib/cloud: they still hold. */
function hasRun(
  fs: FileSystem,
  semaphore: string,
  cloudDir: string,
  name: string,
  frequency: PerFrequency,
): boolean {
  if (isFile(fs, semaphore)) {
    return true;
  }
  if (cloudDir === CLOUD_DIR) {
    return false;
  }
  const dir = frequency === "instance" ? `${CLOUD_DIR}/instance/sem` : `${CLOUD_DIR}/sem`;
  return [semaphoreName(name, frequency), oldSemaphoreName(name, frequency)].some((file) =>
    isFile(fs, `${dir}/${file}`),
  );
}

/** As a shell would: 127 where there is no such command, 126 where it cannot be run. */
async function runCommand(ctx: CliContext, argv: readonly [string, ...string[]]): Promise<number> {
  const { sys } = ctx;
  const program = findProgram(sys, argv[0], ctx.cwd ?? "/");
  const { exitCode } = await sys.exec.run([program, ...argv.slice(1)], {
    okExitCodes: "any",
    owner: "user",
    output: "inherit",
    inheritStdin: true,
    env: definedOnly(sys.process.env),
  });
  return exitCode;
}

function definedOnly(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const defined: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined) {
      defined[name] = value;
    }
  }
  return defined;
}
