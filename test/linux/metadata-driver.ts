// Runs in a sandbox (test/support/metadata-samples.ts): boots one machine once for each sample, with
// the program given, beside a metadata service at the address that clouds use, and prints as JSON
// what came of each.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { dirname } from "node:path";
import { createImdsTokens } from "../support/imds-tokens.ts";
import type { MetadataOutcome, MetadataSample } from "../support/metadata-samples.ts";
import { startMetadataServer } from "../support/metadata-server.ts";

const ADDRESS = "169.254.169.254";
const OUTPUT = "/var/log/driver.log";
const UNITS = "/etc/systemd/network";

/** What an earlier sample left. */
const LEFTOVERS = ["/var/lib/cloud", "/run/cloud-init", UNITS, "/var/log/cloud-init.log", OUTPUT];

async function main(): Promise<void> {
  const [program = "", samplesFile = ""] = process.argv.slice(2);
  const samples = JSON.parse(fs.readFileSync(samplesFile, "utf8")) as Record<
    string,
    MetadataSample
  >;
  run("ip", "address", "add", `${ADDRESS}/32`, "dev", "lo");
  const outcomes: Record<string, MetadataOutcome> = {};
  for (const [name, sample] of Object.entries(samples)) {
    outcomes[name] = await boot(program, sample);
  }
  process.stdout.write(JSON.stringify(outcomes));
}

async function boot(program: string, sample: MetadataSample): Promise<MetadataOutcome> {
  for (const path of LEFTOVERS) {
    fs.rmSync(path, { recursive: true, force: true });
  }
  write("/etc/cloud/cloud.cfg", sample.config);
  for (const [path, content] of Object.entries(sample.seed ?? {})) {
    write(path, content);
  }
  setFirmware(sample.firmware ?? {});
  const server =
    sample.tree === undefined
      ? undefined
      : await startMetadataServer({
          tree: sample.tree,
          host: ADDRESS,
          port: 80,
          ...(sample.tokens === undefined
            ? {}
            : { handle: createImdsTokens({ mode: sample.tokens }) }),
        });
  const exitCodes: number[] = [];
  const cpuMs: number[] = [];
  const startMs = performance.now();
  for (const stage of sample.stages) {
    const ended = await start(program, stage);
    exitCodes.push(ended.exitCode);
    cpuMs.push(ended.cpuMs);
  }
  const outcome = {
    exitCodes,
    cpuMs,
    seconds: (performance.now() - startMs) / 1000,
    requests: (server?.requests ?? []).map(({ method, path }) => `${method} ${path}`),
    ...collect(),
  };
  await server?.close();
  return outcome;
}

/** In the background: the server is in this process. */
async function start(
  program: string,
  argv: readonly string[],
): Promise<{ readonly exitCode: number; readonly cpuMs: number }> {
  const log = fs.openSync(OUTPUT, "a");
  const child = Bun.spawn([program, ...argv], { stdio: ["ignore", log, log] });
  const exitCode = await child.exited;
  fs.closeSync(log);
  return { exitCode, cpuMs: Number(child.resourceUsage()?.cpuTime.total ?? 0) / 1000 };
}

function collect(): Pick<
  MetadataOutcome,
  "instanceId" | "instanceData" | "userData" | "vendorData" | "units" | "status" | "log" | "output"
> {
  const data = read("/run/cloud-init/instance-data-sensitive.json");
  return {
    instanceId: read("/var/lib/cloud/data/instance-id")?.trim(),
    instanceData: data === undefined ? undefined : JSON.parse(data),
    userData: read("/var/lib/cloud/instance/user-data.txt"),
    vendorData: read("/var/lib/cloud/instance/vendor-data.txt"),
    units: Object.fromEntries(
      (fs.existsSync(UNITS) ? fs.readdirSync(UNITS) : [])
        .sort()
        .map((name) => [name, read(`${UNITS}/${name}`) ?? ""]),
    ),
    status: JSON.parse(read("/var/lib/cloud/data/status.json") ?? "null"),
    log: read("/var/log/cloud-init.log") ?? "",
    output: read(OUTPUT) ?? "",
  };
}

/** What DMI says: this machine's own would be taken for that of the sandbox. */
function setFirmware(facts: Readonly<Record<string, string>>): void {
  const directory = "/sys/class/dmi/id";
  if (!fs.existsSync("/sys/class/made-for-test")) {
    run("mount", "-t", "tmpfs", "tmpfs", "/sys/class");
    write("/sys/class/made-for-test", "");
    fs.symlinkSync("../devices/virtual/net", "/sys/class/net");
  }
  fs.rmSync("/sys/class/dmi", { recursive: true, force: true });
  for (const [name, text] of Object.entries(facts)) {
    write(`${directory}/${name}`, `${text}\n`);
  }
}

function read(path: string): string | undefined {
  return fs.existsSync(path) ? fs.readFileSync(path, "utf8") : undefined;
}

function write(path: string, content: string): void {
  fs.mkdirSync(dirname(path), { recursive: true });
  fs.writeFileSync(path, content);
}

function run(...argv: readonly [string, ...string[]]): void {
  const { status, stderr } = spawnSync(argv[0], argv.slice(1), { encoding: "utf8" });
  if (status !== 0) {
    throw new Error(`${argv.join(" ")}: ${stderr}`);
  }
}

await main();
