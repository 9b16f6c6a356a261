/** Where the simulated machine keeps what is not in AIX's own files, inside the root. */
export const SIM_DIRECTORY = "/var/adm/sim";
export const MACHINE_FILE = `${SIM_DIRECTORY}/machine.json`;
export const LOCK_FILE = `${SIM_DIRECTORY}/lock`;
/** One JSON object a line for each simulated command that ran. */
export const CALLS_FILE = `${SIM_DIRECTORY}/calls.jsonl`;
/** Discs by drive: `cd0` is the image, `cd0.node` is what /dev/cd0 is linked to. */
export const MEDIA_DIRECTORY = `${SIM_DIRECTORY}/media`;

/** One call of a simulated command. */
export interface AixCall {
  readonly argv: readonly string[];
  readonly exitCode: number;
  /** CPU time of the simulated command itself, start-up included. */
  readonly cpuMs: number;
  /** When it ended. */
  readonly atMs: number;
}
