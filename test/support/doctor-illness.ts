import { expect, test } from "bun:test";
import type { SimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import { readText } from "../../src/system/files.ts";
import type { ExecResult, System } from "../../src/system/system.ts";
import { runBoot } from "./boot-scenario.ts";
import { doctor, installedAix } from "./doctor-machine.ts";
import { buildDrive, CLOUD_DIR, DRIVE_ID, type MachineOptions } from "./sample-machine.ts";

/** How a machine is made ill, and what is to be found then: exactly this. */
export interface Illness {
  readonly name: string;
  readonly machine?: MachineOptions;
  /** After its first boot; else an image that has not booted. */
  readonly isDeployed?: true;
  spoil?(aix: SimulatedAix): void | Promise<void>;
  /** In place of the machine itself, where it cannot be spoilt. */
  system?(sys: System): System;
  readonly found: Partial<Found> & Pick<Found, "check" | "severity">;
}

export interface Found {
  readonly check: string;
  readonly severity: "warning" | "error";
  readonly what: string | RegExp;
  readonly fix: string | RegExp;
  /** How many more findings the same check has. */
  readonly also: number;
}

/** What the instance of `PLAIN_DRIVE` was given. */
export const NETWORK_CONFIG = `${CLOUD_DIR}/instances/${DRIVE_ID}/network-config.json`;

/** Writes over a file and keeps its mode. */
export function edit(aix: SimulatedAix, path: string, from: string | RegExp, to: string): void {
  const { fs } = aix.system;
  const before = readText(fs, path);
  const after = before.replace(from, to);
  expect(after).not.toBe(before);
  fs.write(path, after, { mode: fs.stat(path)?.mode ?? 0o644 });
}

/** A system on which one command answers something else. */
export function answering(sys: System, program: string, answer: Partial<ExecResult>): System {
  return {
    ...sys,
    exec: {
      ...sys.exec,
      query: async (argv, options) =>
        argv[0] === program
          ? {
              exitCode: 0,
              stdout: "",
              stderr: "",
              timedOut: false,
              durationMs: 1,
              ...answer,
            }
          : sys.exec.query(argv, options),
    },
  };
}

/** A drive of which nothing is left to complain about. */
export const PLAIN_DRIVE = buildDrive({ userData: "#cloud-config\nruncmd: [hostname]\n" });

async function machineFor({ machine, isDeployed, spoil }: Illness): Promise<SimulatedAix> {
  const aix = await installedAix({
    ...(isDeployed === true ? { drive: PLAIN_DRIVE } : {}),
    ...machine,
  });
  if (isDeployed === true) {
    await runBoot(aix);
  }
  await spoil?.(aix);
  return aix;
}

/** A test for each: the finding is made, it is the only one of its check, and nothing is changed. */
export function testIllnesses(illnesses: readonly Illness[]): void {
  for (const illness of illnesses) {
    test(illness.name, async () => {
      const aix = await machineFor(illness);
      aix.changes.length = 0;
      const told = await doctor(illness.system?.(aix.system) ?? aix.system);
      const { check, severity, what = "", fix = "", also = 0 } = illness.found;
      const all = told.findings.filter((finding) => finding.check === check);
      const found = all[also];
      expect(found).toMatchObject({ check, severity });
      expect(found?.what).toMatch(what);
      expect(found?.fix).toMatch(fix);
      expect(found?.why).not.toBe("");
      expect(all).toHaveLength(also + 1);
      expect(told.exit_code).toBeGreaterThanOrEqual(severity === "error" ? 2 : 1);
      expect(told.checks.find(({ name }) => name === check)?.outcome).toBe(severity);
      expect(aix.changes).toEqual([]);
    });
  }
}
