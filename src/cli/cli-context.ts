import type { System } from "../system/system.ts";

/** The frame a command runs in, and the one mutable field of it: the exit code. */
export interface CliContext {
  readonly sys: System;
  /** What the command was asked for; `text` brings its own line ends. */
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Where relative paths on the command line start. Absent: "/". */
  readonly cwd?: string;
  /** Where a stage leaves what is to be done when a signal ends the program. */
  readonly onStop?: (stop: (signal: string) => void) => void;
  /** 0 to 255. */
  exitCode: number;
}
