import { readFileSync } from "node:fs";
import type { FileSystem, System } from "../../src/system/system.ts";
import { exists, readText } from "../../src/system/files.ts";
import { parseLedger } from "../../src/report/ledger-file.ts";
import type { LedgerEntry } from "../../src/report/ledger.ts";
import type { SimulatedAix, SimulatedAixOptions } from "../../src/simulator/aix/simulated-aix.ts";
import { createScenario } from "./boot-scenario.ts";
import { buildIso } from "./build-iso.ts";

/** Of the drive in test/fixtures/sample-drive.iso. */
export const SAMPLE_ID = "3976d990-ab42-4939-911a-21f6149170cd";

/** Of the drives that `buildDrive` makes. */
export const DRIVE_ID = "0a1b2c3d-0000-4000-8000-000000000001";

export const CLOUD_DIR = "/opt/freeware/var/lib/cloud";
export const CLOUD_CFG = "/opt/freeware/etc/cloud/cloud.cfg";
export const CONFIG_DIR = "/opt/freeware/etc/cloud/cloud.cfg.d";

/** Adapters that the sample drive describes. */
const SAMPLE_ADAPTERS = [
  { name: "ent0", mac: "fa:16:3e:5c:1a:01" },
  { name: "ent1", mac: "fa:16:3e:5c:1a:02" },
];

export interface DriveOptions {
  /** Over uuid, name and hostname. A string replaces the whole document. */
  readonly metaData?: Readonly<Record<string, unknown>> | string;
  readonly userData?: string | Uint8Array;
  readonly vendorData?: string;
  /** Default: one static adapter, ent0 of the default machine. "none": the drive does not say. */
  readonly network?: "none";
  /** More files: path below the drive's root → content. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
}

/** A config drive with one static adapter (fa:16:3e:5c:1a:01, 192.0.2.20), as nova lays it out. */
export function buildDrive(options: DriveOptions = {}): Uint8Array {
  const { metaData = {}, userData, vendorData } = options;
  const document =
    typeof metaData === "string"
      ? metaData
      : JSON.stringify({
          uuid: DRIVE_ID,
          name: "vm1",
          hostname: "vm1.example.com",
          ...metaData,
        });
  return buildIso({
    files: {
      "openstack/latest/meta_data.json": document,
      ...(userData === undefined ? {} : { "openstack/latest/user_data": userData }),
      ...(vendorData === undefined ? {} : { "openstack/latest/vendor_data.json": vendorData }),
      ...(options.network === "none"
        ? {}
        : { "openstack/latest/network_data.json": JSON.stringify(ONE_STATIC_ADAPTER) }),
      ...options.files,
    },
  });
}

const ONE_STATIC_ADAPTER = {
  links: [{ id: "tap0", type: "pvm_sea", ethernet_mac_address: "fa:16:3e:5c:1a:01", mtu: 1500 }],
  networks: [
    {
      id: "network0",
      link: "tap0",
      type: "ipv4",
      ip_address: "192.0.2.20",
      netmask: "255.255.255.0",
      routes: [{ network: "0.0.0.0", netmask: "0.0.0.0", gateway: "192.0.2.1" }],
      services: [{ type: "dns", address: "192.0.2.53" }],
    },
  ],
  services: [{ type: "dns", address: "192.0.2.53" }],
};

/** The sample drive of the repository, as nova's genisoimage made it. */
export function sampleDrive(): Uint8Array {
  return new Uint8Array(readFileSync(new URL("../fixtures/sample-drive.iso", import.meta.url)));
}

export interface MachineOptions extends SimulatedAixOptions {
  /** In cd0; absent: the drive is empty. */
  readonly drive?: Uint8Array;
  /** A file of cloud.cfg.d, over the shipped ones. */
  readonly config?: string;
}

/** A simulated AIX with the sample drive's adapters and the shipped configuration. */
export function createMachine(options: MachineOptions = {}): SimulatedAix {
  const { drive, config, ...seed } = options;
  return createScenario({
    adapters: SAMPLE_ADAPTERS,
    ...seed,
    files: {
      ...(drive === undefined ? {} : { "/dev/cd0": drive }),
      ...(config === undefined ? {} : { [`${CONFIG_DIR}/50_test.cfg`]: config }),
      ...seed.files,
    },
  });
}

/** Takes the drive out, as PowerVC does about an hour after the deploy. */
export function detachDrive(aix: SimulatedAix): void {
  aix.media.delete("cd0");
}

export function textAt(aix: { readonly system: System }, path: string): string {
  return readText(aix.system.fs, path);
}

export function modeAt(aix: { readonly system: System }, path: string): string | undefined {
  return aix.system.fs.stat(path)?.mode.toString(8).padStart(4, "0");
}

/** Lines of cloud-init.log from `mark` on, the time taken off: "stages.ts[INFO]: …". */
export function logLines(aix: SimulatedAix, mark = 0): readonly string[] {
  const path = "/var/log/cloud-init.log";
  const text = exists(aix.system.fs, path) ? textAt(aix, path) : "";
  return text
    .slice(mark)
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.replace(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} - /u, ""));
}

/** Where the log ends now, for `logLines`. */
export function logMark(aix: SimulatedAix): number {
  const path = "/var/log/cloud-init.log";
  return exists(aix.system.fs, path) ? textAt(aix, path).length : 0;
}

/** Log lines of one level, without level and file name. */
export function messagesAt(
  aix: SimulatedAix,
  level: "INFO" | "WARNING" | "ERROR",
  mark = 0,
): readonly string[] {
  return logLines(aix, mark).flatMap((line) => {
    const match = /^[^ ]+\[([A-Z]+)\]: (.*)$/u.exec(line);
    return match?.[1] === level && match[2] !== undefined ? [match[2]] : [];
  });
}

export interface StageReport {
  readonly errors: readonly string[];
  readonly recoverable_errors: Readonly<Record<string, readonly string[]>>;
  readonly start: number | null;
  readonly finished: number | null;
}

/** `v1` of status.json. */
export function statusOf(aix: SimulatedAix): Readonly<Record<string, StageReport>> & {
  readonly datasource: unknown;
  readonly stage: unknown;
} {
  return JSON.parse(textAt(aix, `${CLOUD_DIR}/data/status.json`)).v1;
}

/** `v1` of result.json. */
export function resultOf(aix: SimulatedAix): {
  readonly datasource: unknown;
  readonly errors: readonly string[];
} {
  return JSON.parse(textAt(aix, `${CLOUD_DIR}/data/result.json`)).v1;
}

/** The ledger of an instance. */
export function ledgerOf(aix: SimulatedAix, id: string): readonly LedgerEntry[] {
  return parseLedger(textAt(aix, `${CLOUD_DIR}/instances/${id}/ledger.jsonl`));
}

/** Names in a directory, none where it is not there. */
export function namesIn(fs: FileSystem, path: string): readonly string[] {
  return fs.stat(path)?.kind === "directory" ? fs.list(path) : [];
}

/** Names of the semaphores of an instance. */
export function semaphoresOf(aix: SimulatedAix, id: string): readonly string[] {
  return namesIn(aix.system.fs, `${CLOUD_DIR}/instances/${id}/sem`);
}

/** Command lines that ran since `mark`, user code included. */
export function commandLines(aix: SimulatedAix, mark = 0): readonly string[] {
  return aix.commands.slice(mark).map((argv) => argv.join(" "));
}
