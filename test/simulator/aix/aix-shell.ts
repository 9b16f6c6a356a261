import { readFileSync } from "node:fs";
import { openIso9660 } from "../../../src/iso9660/open-iso9660.ts";
import {
  bootSimulatedAix,
  type SimulatedAix,
  type SimulatedAixOptions,
} from "../../../src/simulator/aix/simulated-aix.ts";
import type { ExecResult } from "../../../src/system/system.ts";

/** A machine whose commands a test can type. */
export interface AixShell extends SimulatedAix {
  /** Runs a command line of plain words, or an argv; never throws for an exit code. */
  run(line: string | readonly string[], stdin?: string): Promise<ExecResult>;
  /** Its standard output. */
  text(line: string | readonly string[], stdin?: string): Promise<string>;
}

/** Boots a machine that has its commands at hand. */
export function bootAixShell(seed: SimulatedAixOptions = {}): AixShell {
  const aix = bootSimulatedAix({ readDisc: (disc) => openIso9660(disc).tree, ...seed });
  const run: AixShell["run"] = (line, stdin) => {
    const argv = typeof line === "string" ? line.split(" ") : line;
    return aix.system.exec.run(argv, {
      okExitCodes: "any",
      ...(stdin === undefined ? {} : { stdin }),
    });
  };
  return { ...aix, run, text: async (line, stdin) => (await run(line, stdin)).stdout };
}

/** Captured output of a real machine. */
export function readAixFixture(name: string): string {
  return readFileSync(new URL(`../../fixtures/aix/${name}`, import.meta.url), "utf8");
}

/** Words of each line: what is left when alignment does not matter. */
export function wordsOfLines(text: string): string[][] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => line.trim().split(/\s+/u));
}
