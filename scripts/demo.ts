// `npm run demo`: builds the program, deploys a simulated AIX LPAR from the sample config drive and
// shows what happened. Ends with 0 only if the machine is what the drive asked for.
import { join } from "node:path";
import { createColoring, wantsColors } from "../src/text/coloring.ts";
import { errorMessage } from "../src/text/error-message.ts";
import { VERSION } from "../src/version.ts";
import { canUseAixRoot } from "./aix-root.ts";
import { builtArtefacts } from "./built-artefacts.ts";
import { deployInMemory } from "./demo/deploy-in-memory.ts";
import { deployInRoot } from "./demo/deploy-in-root.ts";
import { CLOUD_DIR, type DeployedMachine } from "./demo/deployed-machine.ts";
import { findFailures } from "./demo/find-failures.ts";
import { readSampleDrive, type SampleDrive } from "./demo/read-sample-drive.ts";
import {
  changingCommands,
  countQueries,
  type Show,
  showCommands,
  showLine,
  showStages,
  showState,
} from "./demo/show-machine.ts";
import { readDatasource, readStages } from "./demo/stage-status.ts";

const ROOT = join(import.meta.dir, "..");
const DRIVE = "test/fixtures/sample-drive.iso";
const FILES = ["/etc/orders/orders.conf", "/opt/orders/bin/hello", "/etc/motd.site"];
/** Made by the user's script. */
const SCRIPT_FILE = "/var/orders/node";
const OUTPUT_LOG = "/var/log/cloud-init-output.log";
const INTERRUPTED = 130;

const paint = createColoring(wantsColors(process.stdout.isTTY, process.env));

function print(line = ""): void {
  process.stdout.write(`${line}\n`);
}

try {
  await main();
} catch (error) {
  console.error(errorMessage(error));
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const drive = readSampleDrive(join(ROOT, DRIVE));
  print(`${paint.bold(`cloud-init-aix ${VERSION}`)}: an AIX LPAR is deployed from a config drive`);
  const { binary } = builtArtefacts();
  const machine = await deploy(binary, drive);
  const removeAndEnd = (): void => {
    machine.remove();
    process.exit(INTERRUPTED);
  };
  process.once("SIGINT", removeAndEnd);
  process.once("SIGTERM", removeAndEnd);
  try {
    const show = { machine, paint, print };
    const failures = [...(await firstBoot(show, drive)), ...(await secondBoot(show, drive))];
    summarize(show, failures);
    process.exitCode = failures.length === 0 ? 0 : 1;
  } finally {
    machine.remove();
  }
}

/** In an AIX root where this machine allows it; else, or where it turns out not to, in memory. */
async function deploy(binary: string, drive: SampleDrive): Promise<DeployedMachine> {
  const obstacle = canUseAixRoot();
  if (obstacle !== undefined) {
    return deployInMemory(drive.bytes, obstacle);
  }
  try {
    return await deployInRoot(binary, drive.bytes);
  } catch (error) {
    return deployInMemory(drive.bytes, errorMessage(error));
  }
}

async function firstBoot(show: Show, drive: SampleDrive): Promise<readonly string[]> {
  const { machine } = show;
  heading("What is deployed");
  showLine(show, "drive", `${DRIVE}, label ${drive.label}, in cd0 as PowerVC attaches it`);
  showLine(show, "instance", `${drive.instanceId}, ${drive.hostname}`);
  showLine(show, "user-data", drive.userDataKeys.join(", "));
  showLine(show, "machine", machine.where);
  if (machine.obstacle !== undefined) {
    showLine(show, "", paint.dim(`because ${machine.obstacle}`));
  }
  if (machine.installed.length > 0) {
    showLine(
      show,
      "program",
      `put there by "cloud-init install", ${machine.installed.length} items`,
    );
  }
  const failures = await machine.boot({ withDrive: true });
  heading("The first boot");
  showStages(show);
  heading("What AIX was told");
  await showCommands(show, changingCommands(machine, drive.instanceId));
  heading("The machine now");
  const isScriptRun = machine.obstacle === undefined;
  showState(show, isScriptRun ? [...FILES, SCRIPT_FILE] : FILES);
  const output = isScriptRun ? scriptOutput(machine) : undefined;
  showLine(show, "script said", output ?? paint.dim("not run in memory"));
  return [...failures, ...findFailures(machine, output)];
}

/** What runcmd's script printed stands in the output log among the lines of the stages. */
function scriptOutput(machine: DeployedMachine): string {
  const lines = (machine.read(OUTPUT_LOG) ?? "").split("\n");
  return lines.filter((line) => line.startsWith("hello")).join(", ");
}

async function secondBoot(show: Show, drive: SampleDrive): Promise<readonly string[]> {
  const { machine } = show;
  const before = changingCommands(machine, drive.instanceId).length;
  const failures = await machine.boot({ withDrive: false });
  const changes = changingCommands(machine, drive.instanceId).slice(before);
  const stages = readStages(machine);
  const seconds = stages.reduce((sum, stage) => sum + (stage.seconds ?? 0), 0);
  heading("The second boot, with the drive detached");
  const result = stages.every(({ errors }) => errors.length === 0)
    ? paint.green("ok")
    : paint.red("failed");
  showLine(
    show,
    "S01 to S04",
    `${seconds.toFixed(2)} s, ${result}: the instance stays current, nothing is done twice`,
  );
  const told = changes.length === 0 ? "nothing" : `${changes.length} commands`;
  showLine(show, "AIX was told", `${told}, and asked ${await countQueries(machine)} times`);
  return [
    ...failures,
    ...findFailures(machine, undefined),
    ...changes.map(({ what }) => `the second boot ran ${what}`),
  ].map((failure) => `second boot: ${failure}`);
}

function summarize(show: Show, failures: readonly string[]): void {
  heading("In short");
  const status = failures.length === 0 ? paint.green("done") : paint.red("error");
  showLine(show, "status", status);
  showLine(show, "datasource", readDatasource(show.machine));
  showLine(show, "errors", failures.length === 0 ? "none" : String(failures.length));
  for (const failure of failures) {
    print(`  ${paint.red(failure)}`);
  }
  showLine(show, "logs", `/var/log/cloud-init.log, ${OUTPUT_LOG}`);
  showLine(show, "each step", `${CLOUD_DIR}/instance/ledger.jsonl`);
  showLine(show, "look first", `dist/cloud-init plan ${DRIVE}`);
  if (show.machine.obstacle !== undefined) {
    const how =
      "as root on Debian with the packages ksh93u+m and busybox-static: a real boot in a chroot";
    showLine(show, "more to see", how);
  }
}

function heading(text: string): void {
  print();
  print(paint.bold(text));
}
