// What the demo needs of a machine that is deployed, whichever way.
import type { AixMachine } from "../../src/simulator/aix/machine.ts";

export interface DeployedMachine {
  /** One line: where it runs. */
  readonly where: string;
  /** Why it is not the built program in an AIX root; undefined where it is. */
  readonly obstacle?: string;
  /** What `cloud-init install` said; empty where the machine in memory came with it. */
  readonly installed: readonly string[];
  /** Runs one boot through its four stages; returns what went wrong outside of them. */
  boot(options: { readonly withDrive: boolean }): Promise<readonly string[]>;
  /** The AIX commands of the last boot in order, asking ones included. */
  calls(): readonly (readonly string[])[];
  machine(): AixMachine;
  /** Undefined where there is no such file. */
  read(path: string): string | undefined;
  stat(path: string): DeployedFile | undefined;
  remove(): void;
}

export interface DeployedFile {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number;
}

/** The sample drive's adapters: what PowerVC would give the partition. */
export const SAMPLE_ADAPTERS = [
  { name: "ent0", mac: "fa:16:3e:5c:1a:01" },
  { name: "ent1", mac: "fa:16:3e:5c:1a:02" },
] as const;

export const CLOUD_DIR = "/opt/freeware/var/lib/cloud";
export const AGENT = "/opt/freeware/bin/cloud-init";
