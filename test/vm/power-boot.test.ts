// A whole POWER machine: Linux in a logical partition as QEMU makes it, with the carrier as the agent.
import { beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { builtArtefacts } from "../../scripts/built-artefacts.ts";
import { buildCarrier } from "../../scripts/carrier/carrier.ts";
import { readRuntime } from "../../scripts/carrier/read-runtime.ts";
import { debianFiles } from "../../scripts/vm/debian-packages.ts";
import { POWER } from "../../scripts/vm/machines.ts";
import { nodeRuntime } from "../../scripts/vm/node-runtime.ts";
import { START_CACHES } from "../../src/cli/install/start-cache.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";
import { type BootedMachine, bootMachine, REPORTED } from "./boot-machine.ts";
import { expectBoot } from "./expect-boot.ts";
import { findObstacle } from "./obstacle.ts";

const DEADLINE_MS = 175_000;

const obstacle = findObstacle([POWER.program], () => {
  debianFiles(POWER.architecture, POWER.packages);
  nodeRuntime("ppc64le");
});

describe.skipIf(requireOrSkip(obstacle))("a POWER machine with the carrier", () => {
  let booted: BootedMachine;
  beforeAll(async () => {
    const runtime = nodeRuntime("ppc64le");
    const program = buildCarrier({
      runtime: readRuntime(runtime.archive, runtime.archiveSha256),
      program: readFileSync(builtArtefacts().bundle),
      form: "ustar",
    });
    booted = await bootMachine(POWER, program, DEADLINE_MS);
  }, DEADLINE_MS + 60_000);

  expectBoot(() => booted, "ppc64le");

  test("does all that by a clock that was never set", () => {
    expect(booted.console).toMatch(/ running 'init-local' at Fri, 02 Jan 1970 00:/u);
  });

  test("has the drive on a virtual SCSI adapter and unpacks the runtime once", () => {
    expect(booted.console).toContain("v-scsi@");
    const lines = (booted.files[REPORTED.runtimeBefore]?.content ?? "").trimEnd().split("\n");
    const names = lines.map(
      (line) => /^ *\d+ \/opt\/freeware\/libexec\/cloud-init\/[^/ ]+\/(\S+)$/u.exec(line)?.[1],
    );
    expect(names).toEqual(["app.cjs", "node", "program.cjs", ...START_CACHES].sort());
  });
});
