import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { CliContext } from "../../src/cli/cli-context.ts";
import { runCli } from "../../src/cli/cli.ts";
import {
  createScriptedSystem,
  type ScriptedSystem,
  type ScriptedSystemOptions,
} from "../../src/simulator/scripted-system.ts";

const FIXTURES = join(import.meta.dir, "../fixtures");

/** The sample config drive as an image. */
export const SAMPLE_ISO = new Uint8Array(readFileSync(join(FIXTURES, "sample-drive.iso")));

/** The files of the sample config drive below `root`. */
export function sampleDrive(root: string): Record<string, string> {
  const tree = join(FIXTURES, "sample-drive");
  const names = readdirSync(tree, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    names
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        return [`${root}${path.slice(tree.length)}`, readFileSync(path, "utf8")];
      }),
  );
}

export interface PlanResult extends Pick<ScriptedSystem, "changes" | "commands"> {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `cloud-init plan` on a scripted machine, in its directory /work. */
export async function planCommand(
  args: readonly string[],
  options: ScriptedSystemOptions & {
    readonly isTerminal?: boolean;
    /** Path → mode of files that are not 0644. */
    readonly modes?: Readonly<Record<string, number>>;
  } = {},
): Promise<PlanResult> {
  const { system, changes, commands } = createScriptedSystem({ uid: 1000, ...options });
  for (const [path, mode] of Object.entries(options.modes ?? {})) {
    system.fs.setAttributes(path, { mode });
  }
  changes.length = 0;
  const output = { stdout: "", stderr: "" };
  const isTerminal = options.isTerminal ?? false;
  const ctx: CliContext = {
    sys: { ...system, output: { ...system.output, isTerminal: () => isTerminal } },
    cwd: "/images",
    stdout: (text) => void (output.stdout += text),
    stderr: (text) => void (output.stderr += text),
    exitCode: 0,
  };
  await runCli("cloud-init", ["plan", ...args], ctx);
  return { exitCode: ctx.exitCode, ...output, changes, commands };
}

/** The lines of one module or heading of a plan, up to the next blank line. */
export function planBlock(text: string, heading: string): string {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => line.trim().startsWith(heading));
  if (start === -1) {
    throw new Error(`No "${heading}" in the plan:\n${text}`);
  }
  const length = lines.slice(start).findIndex((line) => line.trim() === "");
  return lines.slice(start, start + length).join("\n");
}
