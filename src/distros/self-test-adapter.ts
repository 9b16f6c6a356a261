import type { System } from "../system/system.ts";

/** What an operating system knows for `cloud-init doctor --selftest`: what a boot asks of it, by the very code that asks at boot. */
export interface SelfTestAdapter {
  readonly questions: readonly SelfTestQuestion[];
}

/** One thing that the program has to understand of the machine. */
export interface SelfTestQuestion {
  /** "routes": for JSON, and for people to name it. */
  readonly name: string;
  /** "the routing tables". */
  readonly title: string;
  /** What of aix/commands.md it answers: a number of §16, or a section such as "6.1". Absent: nothing that was open. */
  readonly points?: readonly string[];
  /** Only root gets an answer: why. */
  readonly needsRoot?: string;
  /** The program does without where the command is not there. */
  readonly isOptional?: true;
  /**
   * Asks, changes nothing. `answers` grows with each command that `sys` runs. Throws where the
   * program would fail.
   */
  ask(sys: System, answers: Answers): Promise<Understanding> | Understanding;
}

/** What commands answered, in the order in which they were asked. */
export type Answers = readonly CommandAnswer[];

/** What one command answered. */
export interface CommandAnswer {
  readonly argv: readonly string[];
  readonly exitCode: number;
  readonly timedOut: boolean;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
}

/** What the program made of the answers. */
export type Understanding =
  | { readonly kind: "understood"; readonly learnt: string }
  /** `unread`: the lines, or what is missing in them. */
  | { readonly kind: "not-understood"; readonly learnt: string; readonly unread: readonly string[] }
  /** Nothing of the kind is on this machine: `what`, "lsrpdomain". */
  | { readonly kind: "absent"; readonly what: string }
  /** The program does not go by it: the answer is kept for whoever develops it. */
  | { readonly kind: "told"; readonly learnt: string };

/** Something that the program relies on in whatever runs it, the same on every system. */
export interface PlatformTest {
  /** "deadline". */
  readonly name: string;
  /** "a command that does not end is ended, with what it started". */
  readonly title: string;
  /** It makes files in `directory`; the others are run where no directory can be made, too. */
  readonly needsDirectory?: true;
  /** What was seen. Throws what is broken. `directory` is private and empty at first; each test uses names of its own. */
  run(sys: System, directory: string): Promise<string> | string;
}
