import type { BootEvent, CommandSpan, LogContent } from "./boot-event.ts";

/**
 * The events and commands of a log of cloud-init: ours, upstream's, and lines that syslog took over.
 * Lines that are neither are passed over, whatever they hold. Times without a zone count as UTC, as
 * this program and upstream write them.
 */
export function readLog(text: string, now: Date): LogContent {
  const events: BootEvent[] = [];
  const commands: OpenCommand[] = [];
  const machineStarts = new Map<number, number>();
  const open: OpenCommand[] = [];
  const within: string[] = [];
  const note = (event: BootEvent): void => {
    events.push(event);
    if (!event.name.includes("/")) {
      within.length = 0;
    }
    const at = within.lastIndexOf(event.name);
    within.splice(at === -1 ? within.length : at);
    if (event.event_type === "start") {
      within.push(event.name);
    }
  };
  for (const line of lines(text)) {
    const record = splitRecord(line, now);
    if (record === undefined) {
      continue;
    }
    const { timestamp, message } = record;
    const event = readEvent(message, timestamp);
    if (event !== undefined) {
      note(event);
      continue;
    }
    const welcome = WELCOME.exec(message);
    if (welcome !== null) {
      const [, action = "", uptime] = welcome;
      note(stageStart(action, timestamp));
      if (uptime !== undefined) {
        machineStarts.set(timestamp, timestamp - Number(uptime));
      }
      continue;
    }
    noteCommand(message, { timestamp, within: within.at(-1) ?? "" }, open, commands);
  }
  return { events, commands, machineStarts };
}

/** One line after the other, without a second copy of a log of a million lines. */
function* lines(text: string): Generator<string> {
  let at = 0;
  while (at < text.length) {
    const found = text.indexOf("\n", at);
    const end = found === -1 ? text.length : found;
    yield text.slice(at, end);
    at = end + 1;
  }
}

/** `- FILE[LEVEL]: MESSAGE`, `[CLOUDINIT] FILE[LEVEL]: MESSAGE`, `cloud-init[PID]: MESSAGE`. */
const SEPARATORS = [" - ", " [CLOUDINIT] ", " cloud-init["];
/** Most lines of a log tell of something else: these words spare them the rest. */
const WORDS = ["start: ", "finish: ", "Cloud-init v. ", "Running command ", "Command "];

function splitRecord(
  line: string,
  now: Date,
): { readonly timestamp: number; readonly message: string } | undefined {
  if (!WORDS.some((word) => line.includes(word))) {
    return undefined;
  }
  for (const separator of SEPARATORS) {
    const at = line.indexOf(separator);
    if (at < 0) {
      continue;
    }
    const timestamp = parseTime(line.slice(0, at), now);
    if (timestamp !== undefined) {
      const rest = line.slice(at + separator.length);
      return { timestamp, message: rest.replace(/^[^\s:]*\]: /u, "") };
    }
  }
  return undefined;
}

const LOG_TIME =
  /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:[,.](\d{1,9}))?(Z|[+-]\d\d:?\d\d)?(?: \S+)?$/u;
const SYSLOG_TIME = /^([A-Z][a-z]{2}) +(\d{1,2}) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))? \S+$/u;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** A time of a log, with the host's name behind it where syslog wrote it. Syslog leaves the year out: this one, or the last if that would be to come. */
function parseTime(text: string, now: Date): number | undefined {
  const full = LOG_TIME.exec(text);
  if (full !== null) {
    const [, year, month, day, hour, minute, second, fraction = "0", zone = "Z"] = full;
    const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`);
    return Number.isNaN(ms) ? undefined : ms / 1_000 + Number(`0.${fraction}`);
  }
  const short = SYSLOG_TIME.exec(text);
  if (short === null) {
    return undefined;
  }
  const [, month = "", day, hour, minute, second, fraction = "0"] = short;
  const index = MONTHS.indexOf(month);
  if (index < 0) {
    return undefined;
  }
  const inYear = (year: number): number =>
    Date.UTC(year, index, Number(day), Number(hour), Number(minute), Number(second));
  const year = now.getUTCFullYear();
  const DAY_MS = 86_400_000;
  const ms = inYear(year) > now.getTime() + DAY_MS ? inYear(year - 1) : inYear(year);
  return ms / 1_000 + Number(`0.${fraction}`);
}

const WELCOME = /^Cloud-init v\. \S+ running '([^']*)' at .*?(?:Up (\d+(?:\.\d+)?) seconds\.)?$/u;

function readEvent(message: string, timestamp: number): BootEvent | undefined {
  if (message.startsWith("start: ")) {
    const [name, description] = cut(message.slice("start: ".length));
    return { name, description, event_type: "start", origin: "cloudinit", timestamp };
  }
  if (!message.startsWith("finish: ")) {
    return undefined;
  }
  const [name, rest] = cut(message.slice("finish: ".length));
  const [result, description] = cut(rest);
  return { name, description, event_type: "finish", origin: "cloudinit", timestamp, result };
}

function cut(text: string): readonly [string, string] {
  const at = text.indexOf(": ");
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 2)];
}

/** The welcome line stands for the start of its stage: logging is not open any earlier. */
function stageStart(action: string, timestamp: number): BootEvent {
  const name = action === "init" ? "init-network" : action.replace(":", "-");
  const description = DESCRIPTIONS[name] ?? `running ${action}`;
  return { name, description, event_type: "start", origin: "cloudinit", timestamp };
}

/** As upstream's dump has them. */
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  "init-local": "starting search for local datasources",
  "init-network": "searching for network datasources",
  "modules-config": "running config modules",
  "modules-final": "finalizing modules",
};

type OpenCommand = {
  -readonly [Key in keyof CommandSpan]: CommandSpan[Key];
};

const STARTED = "Running command ";
const ENDED = /^Command (\S+) ended with exit code (-?\d+)$/u;

/** Commands may be nested: an end belongs to the last start of the same program. */
function noteCommand(
  message: string,
  { timestamp, within }: { readonly timestamp: number; readonly within: string },
  open: OpenCommand[],
  commands: OpenCommand[],
): void {
  if (message.startsWith(STARTED)) {
    const span: OpenCommand = {
      command: message.slice(STARTED.length),
      within,
      start: timestamp,
    };
    open.push(span);
    commands.push(span);
    return;
  }
  const ended = ENDED.exec(message);
  if (ended === null) {
    return;
  }
  const [, program = "", exitCode] = ended;
  for (let index = open.length - 1; index >= 0; index -= 1) {
    const span = open[index];
    if (span?.command.split(" ", 1)[0] === program) {
      span.end = timestamp;
      span.exitCode = Number(exitCode);
      open.splice(index, 1);
      return;
    }
  }
}
