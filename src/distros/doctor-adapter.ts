import type { CloudConfig } from "../config/cloud-config.ts";
import type { Paths } from "../instance/paths.ts";
import type { DiscSearch } from "./distro.ts";

/** What an operating system knows for `cloud-init doctor`. Everything here only asks; nothing is changed, mounted or configured. */
export interface DoctorAdapter {
  /** The checks that only this system has. */
  checks(subject: DoctorSubject): readonly DoctorCheck[];
  /** Users besides root whom directories of the system belong to, as `bin` on AIX. */
  readonly systemUids: readonly number[];
  /** Datasources that can be where this machine is, the usual one first. Absent: any can. */
  readonly platform?: { readonly name: string; readonly datasources: readonly string[] };
  /** Discs whose label is one of `labels`, read straight from their devices. */
  findDiscs(labels: readonly string[]): Promise<DiscSearch>;
}

/** What the checks look at. */
export interface DoctorSubject {
  readonly paths: Paths;
  /** What is configured without user-data. */
  readonly config: CloudConfig;
  /** What the last boot went by, user-data included; absent where it is not kept or not for us. */
  readonly lastConfig?: CloudConfig;
  /** Whether one of the module lists has it, by canonical name. */
  listsModule(name: string): boolean;
}

/** One question: is this as the next boot needs it? */
export interface DoctorCheck {
  /** "sshd": for JSON, and for people to name it. */
  readonly name: string;
  /** "sshd and its configuration". */
  readonly title: string;
  /** Only root can ask it: why. */
  readonly needsRoot?: string;
  /** Throws where it cannot be asked. */
  run(report: DoctorReport): Promise<void> | void;
}

/** Where a check puts what it learns. */
export interface DoctorReport {
  add(finding: DoctorFinding): void;
  /** Part of the check could not be made, and that is no fault of the machine. */
  leaveOut(why: string): void;
  /** Worth knowing, and neither right nor wrong: "node id", "0123456789abcdef". */
  fact(name: string, value: string): void;
}

/** Something that keeps the next boot from being what it should be. */
export interface DoctorFinding {
  /** "error": a stage fails or does not run. "warning": it runs, and something will not be as expected. */
  readonly severity: "error" | "warning";
  readonly what: string;
  readonly why: string;
  /** The command that mends it. */
  readonly fix: string;
}
