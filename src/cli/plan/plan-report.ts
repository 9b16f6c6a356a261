import type { StageName } from "../../stages/stage.ts";
import type { PlanNetworkSummary } from "./plan-network.ts";
import type { Place, PlanStep } from "./plan-step.ts";

/** Everything that a plan says; secrets are masked in all of it. */
export interface PlanReport {
  readonly source: PlanSourceSummary;
  readonly config: PlanConfigSummary;
  readonly machine: PlanMachineSummary;
  /** Absent where no datasource answers. */
  readonly instance?: PlanInstanceSummary;
  /** Absent where no network is simulated. */
  readonly network?: PlanNetworkSummary;
  readonly stages: readonly PlanStage[];
  /** In the order in which they would happen. */
  readonly failures: readonly PlanFailure[];
  /** What nobody simulates, each once. */
  readonly unknown: readonly string[];
  readonly exitCode: 0 | 1;
}

export interface PlanSourceSummary {
  readonly kind: "disc" | "directory" | "none";
  /** As given on the command line. */
  readonly path?: string;
  /** `ISO 9660 disc labelled "config-2", 416 KiB`. */
  readonly description: string;
  /** The file that takes the place of the drive's user-data. */
  readonly userDataPath?: string;
}

export interface PlanConfigSummary {
  /** Of --config; absent: the file that comes with the program. */
  readonly path?: string;
  /** The configuration of the machine where the plan is made, which it leaves alone. */
  readonly unusedPath?: string;
}

export interface PlanMachineSummary {
  /** "AIX 7.3 (7300-03-00-2446)". */
  readonly system: string;
  readonly adapters: readonly { readonly name: string; readonly macAddress: string }[];
}

export interface PlanInstanceSummary {
  readonly id: string;
  /** As the datasource describes itself. */
  readonly datasource: string;
  /** Of the machine after the boot. */
  readonly hostName: string;
  /** "openstack/latest/network_data.json". */
  readonly networkSource?: string;
  readonly userData: readonly PlanDataSummary[];
  readonly vendorData: readonly PlanDataSummary[];
}

/** One part of user-data or vendor-data. */
export interface PlanDataSummary {
  /** "text/cloud-config". */
  readonly contentType: string;
  readonly filename: string;
  readonly sizeBytes: number;
  readonly lineCount: number;
}

export interface PlanStage {
  readonly name: StageName;
  /** Of the stage's process: the number of its errors. */
  readonly exitCode: number;
  readonly modules: readonly PlanModule[];
  /** Of no module, like the rest here: of the search for a datasource, of user-data. */
  readonly steps: readonly PlanStep[];
  readonly errors: readonly PlanMessage[];
  readonly warnings: readonly string[];
  readonly unknown: readonly string[];
}

export type PlanModuleStatus =
  | "runs"
  | "fails"
  | "no-config"
  | "other-system"
  | "no-effect"
  | "already-ran";

export interface PlanModule {
  readonly name: string;
  readonly status: PlanModuleStatus;
  /** How often it runs; absent where it does not. */
  readonly frequency?: "once-per-instance" | "always" | "once";
  readonly steps: readonly PlanStep[];
  readonly errors: readonly PlanMessage[];
  readonly warnings: readonly string[];
  readonly unknown: readonly string[];
}

/** What would fail, and where the wish stands. */
export interface PlanMessage {
  readonly message: string;
  readonly place?: Place;
  /** The text of that line. */
  readonly text?: string;
}

export interface PlanFailure extends PlanMessage {
  /** Absent for what is wrong with the source itself. */
  readonly stage?: StageName;
  readonly module?: string;
}
