import { spawn } from "node:child_process";
import { join } from "node:path";
import type { LinuxSandbox } from "../../scripts/linux-sandbox.ts";
import type { ImdsTokensOptions } from "./imds-tokens.ts";
import { readMetadataTree } from "./metadata-server.ts";

/** One boot of a machine in a sandbox beside a metadata service (test/linux/metadata-driver.ts). */
export interface MetadataSample {
  /** cloud.cfg. */
  readonly config: string;
  /** What 169.254.169.254 serves; absent: nobody listens there. */
  readonly tree?: Readonly<Record<string, string>>;
  readonly tokens?: ImdsTokensOptions["mode"];
  /** Files by path. */
  readonly seed?: Readonly<Record<string, string>>;
  /** Of /sys/class/dmi/id. */
  readonly firmware?: Readonly<Record<string, string>>;
  /** Arguments of the program, one stage after the other. */
  readonly stages: readonly (readonly string[])[];
}

/** What came of it. */
export interface MetadataOutcome {
  readonly exitCodes: readonly number[];
  /** Of each stage, with the commands that it ran. */
  readonly cpuMs: readonly number[];
  readonly seconds: number;
  /** That the service got. */
  readonly requests: readonly string[];
  readonly instanceId: string | undefined;
  readonly instanceData: unknown;
  readonly userData: string | undefined;
  readonly vendorData: string | undefined;
  /** Of systemd-networkd. */
  readonly units: Readonly<Record<string, string>>;
  readonly status: unknown;
  readonly log: string;
  /** What the program printed. */
  readonly output: string;
}

const BUN = "/usr/local/bin/bun-for-test";
const TIMEOUT_MS = 300_000;

/** For `createLinuxSandbox`: what the driver needs of programs. */
export const DRIVER_PROGRAMS = { [BUN]: process.execPath };

/** A recorded tree of test/fixtures/metadata as text. */
export function readTextTree(name: string): Record<string, string> {
  const tree = readMetadataTree(join(import.meta.dir, "../fixtures/metadata", name));
  return Object.fromEntries(
    Object.entries(tree).map(([path, bytes]) => [path, new TextDecoder().decode(bytes)]),
  );
}

/** Boots the sandbox and in it the samples one after the other, with `program` as the agent. */
export async function runMetadataSamples(
  sandbox: LinuxSandbox,
  program: string,
  samples: Readonly<Record<string, MetadataSample>>,
): Promise<Readonly<Record<string, MetadataOutcome>>> {
  const built = await Bun.build({
    entrypoints: [join(import.meta.dir, "../linux/metadata-driver.ts")],
    target: "bun",
  });
  const [driver] = built.outputs;
  if (driver === undefined) {
    throw new Error(`Cannot build the driver: ${built.logs.join("\n")}`);
  }
  sandbox.write("/root/metadata-driver.js", await driver.text());
  sandbox.write("/root/samples.json", JSON.stringify(samples));
  const argv = [BUN, "/root/metadata-driver.js", program, "/root/samples.json"];
  const [command = "", ...args] = sandbox.bootCommand(argv);
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], timeout: TIMEOUT_MS });
  const texts = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text: string) => {
      texts[stream] += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) {
        resolve(JSON.parse(texts.stdout) as Record<string, MetadataOutcome>);
      } else {
        reject(new Error(`Cannot run the samples with "${program}": ${texts.stderr}`));
      }
    });
  });
}
