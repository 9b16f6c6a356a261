import { expect } from "bun:test";
import { parseLspv } from "../../src/distros/aix/physical-volumes.ts";
import {
  renderMapping,
  VOLUME_GROUP_MAPPING_PATH,
} from "../../src/distros/aix/volume-group-mapping.ts";
import type { SimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import type { SeedStorage } from "../../src/simulator/aix/volumes.ts";
import { readTextIfExists } from "../../src/system/files.ts";
import { formatCommandLine } from "../../src/text/command-line.ts";
import { runBoot } from "./boot-scenario.ts";
import { isOnMachine, machineState } from "./machine-state.ts";
import { CLEAN, single } from "./run-by-hand.ts";
import { buildDrive } from "./sample-machine.ts";

export const PVIDS = {
  data1: "00f9c1af00000001",
  data2: "00f9c1af00000002",
  logs: "00f9c1af00000003",
} as const;

/** datavg on hdisk1 and hdisk2, with /data; logvg on hdisk3, with /logs. A first boot has forgotten both. */
export const TWO_GROUPS = {
  disks: [
    { name: "hdisk1", pvid: PVIDS.data1 },
    { name: "hdisk2", pvid: PVIDS.data2 },
    { name: "hdisk3", pvid: PVIDS.logs },
  ],
  volumeGroups: [
    {
      name: "datavg",
      disks: ["hdisk1", "hdisk2"],
      volumes: [{ name: "datalv", lps: 400, mountPoint: "/data" }],
    },
    {
      name: "logvg",
      disks: ["hdisk3"],
      volumes: [{ name: "loglv", lps: 10, mountPoint: "/logs" }],
    },
  ],
} as const satisfies SeedStorage;

/** What `seal` writes of them. */
export const TWO_GROUPS_MAPPING = `datavg ${PVIDS.data1}\ndatavg ${PVIDS.data2}\nlogvg ${PVIDS.logs}\n`;

/** How a boot ended, and the command lines that acted on what the scenario is about. */
export interface BootReport {
  readonly codes: Readonly<Record<string, number>>;
  readonly ran: readonly string[];
}

/** A boot of which nothing is to be told. */
export function cleanBoot(...ran: readonly string[]): BootReport {
  return { codes: CLEAN, ran };
}

/** A boot whose stage init counted so many failures. */
export function failedInit(count: number, ...ran: readonly string[]): BootReport {
  return { codes: { ...CLEAN, init: count }, ran };
}

/** Runs the stages on a machine that has booted. `about` picks the command lines to report. */
export async function runStages(aix: SimulatedAix, about: RegExp): Promise<BootReport> {
  const mark = aix.changes.length;
  const codes = await runBoot(aix);
  expect(aix.gaps).toEqual([]);
  return { codes, ran: commandsSince(aix, mark, about) };
}

/** One more boot. */
export function bootAgain(aix: SimulatedAix, about: RegExp): Promise<BootReport> {
  aix.reboot();
  return runStages(aix, about);
}

/** One more boot, which changes nothing that anybody could see and ends well. */
export async function expectSameAfterReboot(aix: SimulatedAix): Promise<void> {
  aix.reboot();
  const before = lastingState(aix);
  expect(await runStages(aix, /./u)).toMatchObject({ codes: CLEAN });
  expect(lastingState(aix)).toEqual(before);
}

/** Runs modules by hand, though they ran already: nothing changes. */
export async function expectSecondRunIsIdle(
  aix: SimulatedAix,
  ...modules: readonly string[]
): Promise<void> {
  const before = lastingState(aix);
  const mark = aix.changes.length;
  for (const name of modules) {
    expect([name, await single(aix, name, { frequency: "always" })]).toEqual([name, 0]);
  }
  expect(commandsSince(aix, mark, /./u)).toEqual([]);
  expect(lastingState(aix)).toEqual(before);
}

/** Runs a module by hand that has failed and fails again: no lasting change of the machine comes of it. */
export async function expectSecondRunFails(aix: SimulatedAix, name: string): Promise<void> {
  const before = lastingState(aix);
  expect(await single(aix, name, { frequency: "always" })).toBe(1);
  expect(lastingState(aix)).toEqual(before);
}

/**
 * Captures the machine and deploys another one from it: the mapping file is written as `seal` does,
 * the NVRAM variable is not there, so the device database starts anew; the drive has another id.
 */
export async function redeploy(
  aix: SimulatedAix,
  about: RegExp,
  options: { readonly userData?: string; readonly mapping?: string } = {},
): Promise<BootReport> {
  const { fs } = aix.system;
  const captured = renderMapping(parseLspv(await output(aix, "/usr/sbin/lspv")));
  const mapping = options.mapping ?? captured;
  if (mapping !== "") {
    fs.write(VOLUME_GROUP_MAPPING_PATH, mapping);
  }
  await output(aix, "/usr/lib/boot/bootutil -c");
  const { userData } = options;
  const number = String(aix.system.clock.monotonicMs()).padStart(12, "0");
  const metaData = { uuid: `0a1b2c3d-0000-4000-8000-${number}` };
  const drive = { metaData, ...(userData === undefined ? {} : { userData }) };
  aix.media.set("cd0", buildDrive(drive));
  return bootAgain(aix, about);
}

/** Takes a disk away, as if it had never been attached; what it returns attaches it, for the next cfgmgr to find. */
export function detach(aix: SimulatedAix, disk: string): () => void {
  const { machine } = aix;
  const device = machine.devices.find(({ name }) => name === disk);
  machine.devices = machine.devices.filter(({ name }) => name !== disk);
  return () => {
    machine.undiscovered.push(...(device === undefined ? [] : [device]));
  };
}

/** What an administrator types; its standard output. */
export async function output(aix: SimulatedAix, line: string): Promise<string> {
  const run = { okExitCodes: "any" } as const;
  return (await aix.system.exec.run(line.split(" "), run)).stdout;
}

/** The mapping file, or undefined where it is gone. */
export function mappingOf(aix: SimulatedAix): string | undefined {
  return readTextIfExists(aix.system.fs, VOLUME_GROUP_MAPPING_PATH);
}

/** Names of the volume groups that are varied on. */
export async function activeGroups(aix: SimulatedAix): Promise<readonly string[]> {
  return (await output(aix, "/usr/sbin/lsvg -o")).split("\n").filter((name) => name !== "");
}

/** Where jfs2 file systems of data volume groups and NFS directories are mounted. */
export function mountedOver(aix: SimulatedAix): readonly string[] {
  return aix.machine.mounts
    .filter(({ device }) => !/^\/(?:dev\/(?:hd\d|cd)|proc)/u.test(device))
    .map(({ directory }) => directory);
}

function commandsSince(aix: SimulatedAix, mark: number, about: RegExp): readonly string[] {
  return aix.changes
    .slice(mark)
    .filter(isOnMachine)
    .flatMap((change) => (change.kind === "command" ? [formatCommandLine(change.argv)] : []))
    .filter((line) => about.test(line));
}

function lastingState(aix: SimulatedAix): unknown {
  const { storage, subsystems } = aix.machine;
  return structuredClone({
    ...machineState(aix),
    storage,
    rmc: subsystems.find(({ name }) => name === "ctrmc")?.state,
  });
}
