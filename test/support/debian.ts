import { afterAll, beforeAll, expect } from "bun:test";
import { readFileSync } from "node:fs";
import type { LinuxSandbox } from "../../scripts/linux-sandbox.ts";
import {
  bootLinux,
  createLinuxMachine,
  hostFingerprint,
  type LinuxBoot,
  seedDrive,
} from "./linux-machine.ts";

const LIMIT_MS = 240_000;

/** What the first boot of `useDebian` is. */
export interface DebianSetup {
  readonly userData: string;
  /** What the image has beside the agent. */
  readonly prepare?: (machine: LinuxSandbox) => void;
  /** Run by the shell after the stages, while the machine is up. */
  readonly probe?: string;
  /** What must be the same of the machine that the tests run on; it always is what `hostFingerprint` tells. */
  readonly hostState?: () => string;
}

/** A private copy of this Debian. Nothing in it is there before the tests run. */
export interface Debian {
  readonly machine: LinuxSandbox;
  readonly first: LinuxBoot;
  readonly read: (file: string) => string;
}

/**
 * For a `describe`: before its tests a copy of this Debian with the agent installed boots for the
 * first time; after them it is forgotten, and this machine must be as it was.
 */
export function useDebian(setup: DebianSetup): Debian {
  const { userData, prepare, probe, hostState } = setup;
  const stateOfHost = (): string => `${hostFingerprint()} ${hostState?.() ?? ""}`;
  let before = "";
  let machine: LinuxSandbox | undefined;
  let first: LinuxBoot | undefined;
  beforeAll(async () => {
    before = stateOfHost();
    machine = await createLinuxMachine();
    prepare?.(machine);
    seedDrive(machine, userData);
    first = bootLinux(machine, probe);
  }, LIMIT_MS);
  afterAll(() => {
    machine?.close();
    expect(stateOfHost()).toBe(before);
  });
  return {
    get machine() {
      return made(machine);
    },
    get first() {
      return made(first);
    },
    read: (file) => readFileSync(made(machine).root + file, "utf8"),
  };
}

function made<T>(value: T | undefined): T {
  if (value === undefined) {
    throw new Error("There is no machine yet: it is made before the tests");
  }
  return value;
}
