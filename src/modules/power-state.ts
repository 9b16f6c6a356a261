import { describeKind } from "../text/describe-kind.ts";
import { printable } from "../text/printable.ts";

/** "now", or minutes from now. */
export type ShutdownTime = "now" | number;

/** What `power_state` asks for. */
export interface PowerState {
  readonly mode: "poweroff" | "reboot" | "halt";
  readonly time: ShutdownTime;
  readonly message?: string;
  readonly timeoutSeconds: number;
  /** A string is for the shell, a list is a command. */
  readonly condition: boolean | string | readonly string[];
}

const MODES = ["halt", "poweroff", "reboot"] as const;
const TIMEOUT_SECONDS = 30;
const TIMEOUT_SECONDS_MAX = 86_400;
/** A year: more is a slip of the finger. */
const MINUTES_MAX = 525_600;
const MESSAGE_LENGTH_MAX = 4096;

/** Reads `power_state` (compat modules.md): what is wrong comes back as a sentence for the log. */
export function readPowerState(written: Readonly<Record<string, unknown>>): PowerState | string {
  const mode = MODES.find((name) => name === written["mode"]);
  if (mode === undefined) {
    return "power_state[mode] required, must be one of: halt,poweroff,reboot.";
  }
  const time = readTime(written["delay"] ?? "now");
  if (time === undefined) {
    return "power_state[delay] must be 'now' or '+m' (minutes).";
  }
  const timeoutSeconds = readTimeout(written["timeout"] ?? TIMEOUT_SECONDS);
  if (timeoutSeconds === undefined) {
    const timeout = written["timeout"];
    const shown =
      typeof timeout === "string" ? printable(timeout.slice(0, 60)) : describeKind(timeout);
    return `failed to convert timeout '${shown}' to float.`;
  }
  const condition = readCondition(written["condition"] ?? true);
  if (condition === undefined) {
    return "power_state[condition] must be true, false, a shell command or a list of words.";
  }
  const message = readMessage(written["message"] ?? undefined);
  if (message === null) {
    return 'power_state[message] must be text without control characters that does not begin with "-".';
  }
  return {
    mode,
    time,
    timeoutSeconds,
    condition,
    ...(message === undefined ? {} : { message }),
  };
}

/** YAML reads `+5` as the number 5. */
function readTime(value: unknown): ShutdownTime | undefined {
  if (value === "now") {
    return "now";
  }
  const text = typeof value === "number" ? String(value) : value;
  const digits = typeof text === "string" ? /^\+?(\d{1,6})$/u.exec(text.trim())?.[1] : undefined;
  const minutes = digits === undefined ? undefined : Number(digits);
  return minutes === undefined || minutes > MINUTES_MAX ? undefined : minutes;
}

function readTimeout(value: unknown): number | undefined {
  const seconds = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof seconds === "number" && seconds >= 0 && seconds <= TIMEOUT_SECONDS_MAX
    ? seconds
    : undefined;
}

function readCondition(value: unknown): PowerState["condition"] | undefined {
  if (typeof value === "boolean" || (typeof value === "string" && value.trim() !== "")) {
    return value;
  }
  const isCommand =
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((word): word is string => typeof word === "string" && !word.includes("\0"));
  return isCommand && value[0] !== "" ? (value as readonly string[]) : undefined;
}

/** Null: it cannot be used. `shutdown` takes a message as one line. */
function readMessage(value: unknown): string | undefined | null {
  if (value === undefined) {
    return undefined;
  }
  const text = typeof value === "number" ? String(value) : value;
  if (typeof text !== "string" || /\p{Cc}/u.test(text.trim()) || text.length > MESSAGE_LENGTH_MAX) {
    return null;
  }
  const message = text.trim();
  // `shutdown … -c` would take the shutdown back.
  return message.startsWith("-") ? null : message === "" ? undefined : message;
}
