import { Buffer } from "node:buffer";
import { parseConfigFile } from "../../config/parse-config-file.ts";
import { isDirectory, statTarget } from "../../system/files.ts";
import type { FileSystem } from "../../system/system.ts";
import { errorMessage } from "../../text/error-message.ts";
import { formatProblem } from "../../text/problem.ts";
import { absolutePath } from "../absolute-path.ts";
import type { CliContext } from "../cli-context.ts";
import { UsageError } from "../usage-error.ts";
import { type PlanSource, readPlanSource } from "./plan-source.ts";

/** What the command line asks for, as it is written there. */
export interface PlanRequest {
  readonly source?: string;
  readonly config?: string;
  readonly userData?: string;
  /** --file, as absolute paths, strongest first. */
  readonly files: readonly string[];
}

/** Everything that a plan is made of, read from this machine. */
export interface PlanInputs {
  readonly source?: PlanSource;
  readonly userData?: Uint8Array;
  /** Content of --config. */
  readonly config?: Uint8Array;
  readonly files: readonly { readonly path: string; readonly content: Uint8Array }[];
}

/** None's user-data becomes base64 in a configuration of at most 64 MiB. */
const USER_DATA_BYTES_MAX = 40 * 1024 * 1024;
const CONFIG_BYTES_MAX = 16 * 1024 * 1024;

/** Reads what the request names; nothing is written, nothing stays open. Throws a UsageError for what cannot be used. */
export async function readPlanInputs(ctx: CliContext, request: PlanRequest): Promise<PlanInputs> {
  const { fs } = ctx.sys;
  const { source, config, userData } = request;
  if (source === undefined && userData === undefined && config === undefined) {
    throw new UsageError(
      "a SOURCE is required: an ISO or FAT image, a directory or a device; or --user-data FILE for a machine without a drive",
    );
  }
  const read = (option: string, name: string, limitBytes: number): Uint8Array =>
    readFile(fs, option, absolutePath(ctx, name), limitBytes);
  const cloudCfg = config === undefined ? undefined : read("--config", config, CONFIG_BYTES_MAX);
  if (cloudCfg !== undefined && config !== undefined) {
    await checkConfig("--config", config, cloudCfg);
  }
  const path = source === undefined ? undefined : absolutePath(ctx, source);
  if (path !== undefined) {
    await refuseSilent(ctx, path);
  }
  const drive = path === undefined ? undefined : readPlanSource(fs, path);
  if (drive !== undefined && userData !== undefined && !hasMetadata(drive)) {
    throw new UsageError(
      `argument --user-data: there is no place for it in SOURCE "${source ?? ""}", which has no "openstack/latest/meta_data.json"`,
    );
  }
  const files = request.files.map((path) => ({
    path,
    content: read("--file", path, CONFIG_BYTES_MAX),
  }));
  return {
    ...(drive === undefined ? {} : { source: drive }),
    ...(userData === undefined
      ? {}
      : { userData: read("--user-data", userData, USER_DATA_BYTES_MAX) }),
    ...(cloudCfg === undefined ? {} : { config: cloudCfg }),
    files,
  };
}

/** A device whose read never ends. */
async function refuseSilent({ sys }: CliContext, path: string): Promise<void> {
  const kind = statTarget(sys.fs, path)?.kind;
  if (sys.devices === undefined || kind === undefined || kind === "file" || kind === "directory") {
    return;
  }
  const { createSilenceWatch, describeSilence } = await import("../../distros/silent-devices.ts");
  const watch = createSilenceWatch(sys);
  await watch.ask([[path]]);
  if (watch.probe(path) !== undefined) {
    throw new UsageError(describeSilence(path));
  }
}

function hasMetadata(drive: PlanSource): boolean {
  if (drive.layout === "no-cloud") {
    return true;
  }
  const paths = Object.keys(drive.files());
  return paths.some((path) => /^openstack\/[^/]+\/meta_data\.json$/u.test(path));
}

function readFile(fs: FileSystem, option: string, path: string, limitBytes: number): Uint8Array {
  if (isDirectory(fs, path)) {
    throw new UsageError(`argument ${option}: Cannot read "${path}": it is a directory`);
  }
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  try {
    const file = fs.open(path);
    try {
      // A pipe or a device does not tell its size.
      for (;;) {
        const chunk = file.read(sizeBytes, CHUNK_BYTES);
        sizeBytes += chunk.length;
        if (chunk.length === 0 || sizeBytes > limitBytes) {
          break;
        }
        chunks.push(chunk);
      }
    } finally {
      file.close();
    }
  } catch (error) {
    throw new UsageError(`argument ${option}: ${errorMessage(error)}`, { cause: error });
  }
  if (sizeBytes > limitBytes) {
    throw new UsageError(
      `argument ${option}: Cannot read "${path}": at most ${limitBytes} bytes are read, and it has more`,
    );
  }
  return Buffer.concat(chunks);
}

const CHUNK_BYTES = 1024 * 1024;

async function checkConfig(option: string, path: string, content: Uint8Array): Promise<void> {
  const { problems } = await parseConfigFile(content, path);
  const [problem] = problems;
  if (problem !== undefined) {
    // What the boot says of it does not hold here: nothing is planned without it.
    const message = problem.message.replace(/^Failed loading yaml blob[^:]*: /u, "");
    throw new UsageError(`argument ${option}: ${formatProblem({ ...problem, message })}`);
  }
}
