// A whole x86-64 machine, with the binary that Bun makes as the agent.
import { beforeAll, describe } from "bun:test";
import { readFileSync } from "node:fs";
import { builtArtefacts } from "../../scripts/built-artefacts.ts";
import { debianFiles } from "../../scripts/vm/debian-packages.ts";
import { PC } from "../../scripts/vm/machines.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";
import { type BootedMachine, bootMachine } from "./boot-machine.ts";
import { expectBoot } from "./expect-boot.ts";
import { findObstacle } from "./obstacle.ts";

const DEADLINE_MS = 120_000;

const foreign = process.arch === "x64" ? undefined : "the binary is built for another processor";
const obstacle =
  foreign ?? findObstacle([PC.program], () => debianFiles(PC.architecture, PC.packages));

describe.skipIf(requireOrSkip(obstacle))("an x86-64 machine with the binary", () => {
  let booted: BootedMachine;
  beforeAll(async () => {
    booted = await bootMachine(PC, readFileSync(builtArtefacts().binary), DEADLINE_MS);
  }, DEADLINE_MS + 60_000);

  expectBoot(() => booted, "x86_64");
});
