import type { BootEvent } from "./boot-event.ts";

/** A stage, a module, or another part of a boot that has begun. */
export interface Span {
  readonly name: string;
  /** As the end tells it, or the start while there is no end. */
  readonly description: string;
  /** Seconds since 1970. */
  readonly start: number;
  /** Undefined where the log tells of no end: it was cut off, or runs still. */
  readonly end?: number;
  readonly result?: string;
  /** 0 for a stage. */
  readonly depth: number;
}

export interface StageRecord {
  readonly stage: Span;
  /** In the order of their starts. */
  readonly parts: readonly Span[];
}

/** What happened from one start of the machine to the next. */
export interface BootRecord {
  readonly start: number;
  readonly stages: readonly StageRecord[];
}

/**
 * Groups events into boots and their stages. A boot begins with init-local; and with any stage that
 * the boot before has had already, since init-local may have been cut out of the log. Ends without a
 * start are taken at the time of their end.
 */
export function groupBoots(events: readonly BootEvent[]): readonly BootRecord[] {
  const boots: MutableBoot[] = [];
  for (const event of events) {
    const [stageName = ""] = event.name.split("/", 1);
    const isStage = !event.name.includes("/");
    let boot = boots.at(-1);
    if (boot === undefined || beginsBoot(boot, event, stageName, isStage)) {
      boot = { start: event.timestamp, stages: [] };
      boots.push(boot);
    }
    let record = findLast(boot.stages, ({ stage }) => stage.name === stageName);
    if (record === undefined || (isStage && startsAgain(record.stage, event))) {
      record = {
        stage: openSpan(stageName, isStage ? event : stageEvent(event, stageName)),
        parts: [],
      };
      boot.stages.push(record);
    }
    if (isStage) {
      endSpan(record.stage, event);
    } else {
      notePart(record, event);
    }
  }
  return boots;
}

interface MutableSpan {
  name: string;
  description: string;
  start: number;
  end?: number;
  result?: string;
  depth: number;
}

interface MutableBoot {
  readonly start: number;
  readonly stages: { readonly stage: MutableSpan; readonly parts: MutableSpan[] }[];
}

/** Stages that are run by hand, again and again, in one boot. */
const BY_HAND = new Set(["single", "modules-init"]);

function beginsBoot(
  boot: MutableBoot,
  event: BootEvent,
  stageName: string,
  isStage: boolean,
): boolean {
  if (!isStage || event.event_type !== "start" || BY_HAND.has(stageName)) {
    return false;
  }
  const known = boot.stages.find(({ stage }) => stage.name === stageName);
  // Two lines of one log may tell of the same start.
  return known !== undefined && known.stage.end !== undefined;
}

function startsAgain(stage: MutableSpan, event: BootEvent): boolean {
  return event.event_type === "start" && stage.end !== undefined;
}

function stageEvent(event: BootEvent, stageName: string): BootEvent {
  return { ...event, name: stageName, event_type: "start", description: stageName };
}

function openSpan(name: string, event: BootEvent): MutableSpan {
  const depth = event.name.split("/").length - 1;
  return { name, description: event.description, start: event.timestamp, depth };
}

function endSpan(span: MutableSpan, event: BootEvent): void {
  if (event.event_type === "finish") {
    span.end = event.timestamp;
    span.description = event.description;
    if (event.result !== undefined) {
      span.result = event.result;
    }
  }
}

function findLast<T>(items: readonly T[], matches: (item: T) => boolean): T | undefined {
  for (let index = items.length - 1; index >= 0; index -= 1) {
    const item = items[index];
    if (item !== undefined && matches(item)) {
      return item;
    }
  }
  return undefined;
}

function notePart(record: MutableBoot["stages"][number], event: BootEvent): void {
  const open = findLast(record.parts, ({ name, end }) => name === event.name && end === undefined);
  if (event.event_type === "start" || open === undefined) {
    const span = openSpan(event.name, event);
    record.parts.push(span);
    endSpan(span, event);
    return;
  }
  endSpan(open, event);
}
