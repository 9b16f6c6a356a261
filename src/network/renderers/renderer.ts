import { Buffer } from "node:buffer";
import type { Change } from "../../system/change.ts";
import type { Problem } from "../../text/problem.ts";
import type { NetworkConfig } from "../network-config.ts";

/**
 * What has to be done so that a machine, now in the state `Current`, has the network `config`. A
 * pure function: it asks nothing and changes nothing. Where nothing differs there is no step.
 */
export type NetworkRenderer<Current> = (config: NetworkConfig, current: Current) => RenderedNetwork;

export interface RenderedNetwork {
  /** In the order in which they are to be done. One that fails does not stop the next. */
  readonly steps: readonly NetworkStep[];
  /** What the configuration asks for and this renderer cannot do. */
  readonly problems: readonly Problem[];
}

/** The changes to one thing. */
export interface NetworkStep {
  /** For messages and for checking afterwards: "en0", "inet0", "/etc/resolv.conf". */
  readonly subject: string;
  readonly changes: readonly Change[];
  /** Other spellings of a change, for systems that refuse the first one. */
  readonly alternatives?: ReadonlyMap<Change, Change>;
}

/** A text file that is edited in place: mode and owner stay. */
export interface EditedFile {
  readonly text: string;
  readonly mode: number;
  /** "0:0" */
  readonly owner: string;
}

/** A command of our own as a change. */
export function commandChange(argv: readonly string[]): Change {
  return { kind: "command", argv, hasStdin: false, owner: "agent" };
}

/** New text for a file that keeps its mode and owner. */
export function editChange(path: string, text: string, file: EditedFile | undefined): Change {
  const attributes = file === undefined ? { mode: 0o644 } : { mode: file.mode, owner: file.owner };
  return { kind: "write", path, content: new Uint8Array(Buffer.from(text)), ...attributes };
}

/** A text file for everybody to read as a change. */
export function writeChange(path: string, text: string): Change {
  return { kind: "write", path, content: new Uint8Array(Buffer.from(text)), mode: 0o644 };
}
