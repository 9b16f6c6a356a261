// What a person wants to see of a deployed machine.
import { parseLedger } from "../../src/report/ledger-file.ts";
import type { LedgerEntry } from "../../src/report/ledger.ts";
import { findCommand } from "../../src/simulator/aix/commands.ts";
import type { Coloring } from "../../src/text/coloring.ts";
import { CLOUD_DIR, type DeployedFile, type DeployedMachine } from "./deployed-machine.ts";
import { readStages } from "./stage-status.ts";

export interface Show {
  readonly machine: DeployedMachine;
  readonly paint: Coloring;
  print(line?: string): void;
}

const COLUMNS = 100;
const INDENT = 16;

/** What it is about, then the text; longer text goes on below itself. */
export function showLine({ print }: Show, about: string, text: string): void {
  const [first = "", ...rest] = wrap(text, COLUMNS - INDENT);
  print(`  ${about.padEnd(INDENT - 2)}${first}`);
  for (const line of rest) {
    print(`${" ".repeat(INDENT)}  ${line}`);
  }
}

/** Lines of whole words; those after the first are two columns narrower. */
function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const room = lines.length === 0 ? width : width - 2;
    if (line !== "" && visibleLength(`${line} ${word}`) > room) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

/** Without the sequences that colour it. */
function visibleLength(text: string): number {
  return text.replaceAll(COLOR_SEQUENCE, "").length;
}

// The escape character is what begins a colour.
const COLOR_SEQUENCE = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, "gu");

/** The four stages with times and the number of their errors. */
export function showStages({ machine, paint, print }: Show): void {
  for (const { link, command, seconds, errors } of readStages(machine)) {
    const time = `${seconds?.toFixed(2) ?? "?"} s`.padStart(8);
    const result =
      seconds === undefined
        ? paint.red("did not end")
        : errors.length === 0
          ? paint.green("ok")
          : paint.red(`${errors.length} errors`);
    print(`  ${link.padEnd(INDENT - 2)}cloud-init ${command.padEnd(24)}${time}   ${result}`);
  }
}

/** The agent's own commands that changed the machine, of all boots of an instance; what users run is not among them. */
export function changingCommands(
  machine: DeployedMachine,
  instanceId: string,
): readonly LedgerEntry[] {
  const text = machine.read(`${CLOUD_DIR}/instances/${instanceId}/ledger.jsonl`) ?? "";
  return parseLedger(text).filter(({ kind, what }) => kind === "command" && what.startsWith("/"));
}

/** How many AIX commands of the last boot only asked. */
export async function countQueries(machine: DeployedMachine): Promise<number> {
  let count = 0;
  for (const [program = "", ...args] of machine.calls()) {
    const command = await findCommand(program)?.load();
    if (command !== undefined && !command.isChange(args)) {
      count += 1;
    }
  }
  return count;
}

/** The commands that changed the machine, beside what asked for them. */
export async function showCommands(show: Show, commands: readonly LedgerEntry[]): Promise<void> {
  const { machine, paint } = show;
  for (const { module = "", what, outcome } of commands) {
    showLine(show, module, outcome === "ok" ? what : `${what} ${paint.red("failed")}`);
  }
  const asked = await countQueries(machine);
  showLine(show, "", paint.dim(`and ${asked} commands that only ask`));
}

/** Name, network, users and files as they are now. */
export function showState(show: Show, files: readonly string[]): void {
  const { machine, paint } = show;
  const aix = machine.machine();
  showLine(show, "host name", aix.hostname);
  for (const { name, addresses } of aix.interfaces.filter((each) => each.name !== "lo0")) {
    const list = addresses.map(({ address, prefixLength }) => `${address}/${prefixLength}`);
    showLine(show, name, list.length === 0 ? "no address" : list.join(", "));
  }
  for (const { destination, prefixLength, gateway, interface: port } of aix.routes) {
    const isDefault = prefixLength === 0;
    const target = isDefault ? "default" : `${destination}/${prefixLength}`;
    showLine(show, "route", `${target} by ${gateway} on ${port}`);
  }
  const resolver = (machine.read("/etc/resolv.conf") ?? "").trim().split("\n");
  showLine(show, "resolv.conf", resolver.join(", "));
  showLine(show, "user", describeUser(machine, "deploy"));
  for (const file of files) {
    const stat = machine.stat(file);
    showLine(
      show,
      "file",
      stat === undefined
        ? paint.red(`${file} is not there`)
        : `${file.padEnd(28)}${describeFile(machine, stat)}`,
    );
  }
}

function describeUser(machine: DeployedMachine, name: string): string {
  const row = rowsOf(machine, "/etc/passwd").find(([user]) => user === name);
  if (row === undefined) {
    return `${name} is not there`;
  }
  const groups = rowsOf(machine, "/etc/group")
    .filter((group) => group[3]?.split(",").includes(name) === true)
    .map(([group]) => group);
  const keys = (machine.read(`${row[5]}/.ssh/authorized_keys`) ?? "").match(/^ssh-\S+/gmu) ?? [];
  return `${name} (uid ${row[2]}), groups ${groups.join(", ")}, shell ${row[6]}, keys ${keys.join(", ")}`;
}

function describeFile(machine: DeployedMachine, stat: DeployedFile): string {
  const nameOf = (file: string, id: number): string =>
    rowsOf(machine, file).find((row) => row[2] === String(id))?.[0] ?? String(id);
  const owner = `${nameOf("/etc/passwd", stat.uid)}:${nameOf("/etc/group", stat.gid)}`;
  const mode = stat.mode.toString(8).padStart(4, "0");
  return `${mode}  ${owner.padEnd(14)}${String(stat.sizeBytes).padStart(6)} bytes`;
}

function rowsOf(machine: DeployedMachine, file: string): readonly (readonly string[])[] {
  return (machine.read(file) ?? "").split("\n").map((line) => line.split(":"));
}
