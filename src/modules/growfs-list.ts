import type { GrowthSize, GrowthWish } from "../distros/growth-adapter.ts";
import { describeKind } from "../text/describe-kind.ts";
import type { Problem } from "../text/problem.ts";
import { isRecord } from "../text/record.ts";
import { parseSizeBytes } from "../text/size.ts";

const ENTRIES_MAX = 256;
const PATH_LENGTH_MAX = 1_023;

/** The key `growfs`: mount points and what they shall have. Each entry is judged on its own. */
export function parseGrowfs(value: unknown): {
  readonly wishes: readonly GrowthWish[];
  readonly problems: readonly Problem[];
} {
  if (value === undefined || value === null) {
    return { wishes: [], problems: [] };
  }
  if (!isRecord(value)) {
    const message = `Cannot grow file systems: expected a mapping such as {/opt: +2G}, got ${describeKind(value)}`;
    return { wishes: [], problems: [{ message, path: ["growfs"] }] };
  }
  const wishes = new Map<string, GrowthWish>();
  const problems: Problem[] = [];
  const entries = Object.entries(value);
  if (entries.length > ENTRIES_MAX) {
    const message = `Cannot grow ${entries.length} file systems: only the first ${ENTRIES_MAX} are looked at`;
    problems.push({ message, path: ["growfs"] });
  }
  for (const [key, item] of entries.slice(0, ENTRIES_MAX)) {
    const path = ["growfs", key];
    const mountPoint = key === "/" ? key : key.replace(/\/+$/u, "");
    const size = parseGrowthSize(item);
    const wrong = judgeMountPoint(key);
    if (wrong !== undefined) {
      problems.push({ message: `Cannot grow ${JSON.stringify(key)}: ${wrong}`, path });
    } else if (typeof size === "string") {
      problems.push({ message: `Cannot grow file system "${mountPoint}": ${size}`, path });
    } else if (wishes.has(mountPoint)) {
      const message = `Cannot grow file system "${mountPoint}" twice: its first entry counts`;
      problems.push({ message, path });
    } else {
      wishes.set(mountPoint, { mountPoint, size, text: String(item).trim(), path });
    }
  }
  return { wishes: [...wishes.values()], problems };
}

function judgeMountPoint(text: string): string | undefined {
  if (/^\/dev\/|^(?:LABEL|UUID|PARTUUID)=/u.test(text)) {
    return 'that is a device. Name the mount point: "/opt"';
  }
  if (!text.startsWith("/") || text.length > PATH_LENGTH_MAX) {
    return 'expected an absolute mount point such as "/opt"';
  }
  return /[\p{Cc}:]|(?:^|\/)\.\.?(?:\/|$)|\/\//u.test(text) ? "that is no mount point" : undefined;
}

/** "4G": at least so much; "+2G": so much more; "50%FREE": of what its volume group has left. A text: what is wrong. */
export function parseGrowthSize(value: unknown): GrowthSize | string {
  const expected = 'expected a size ("4G"), more ("+2G") or a share of what is free ("100%FREE")';
  if (typeof value !== "string" && typeof value !== "number") {
    return `${expected}, got ${describeKind(value)}`;
  }
  const text = String(value).trim();
  const percent = /^\+?(\d{1,3})\s*%\s*FREE$/iu.exec(text)?.[1];
  if (percent !== undefined) {
    return Number(percent) >= 1 && Number(percent) <= 100
      ? { kind: "share", percent: Number(percent) }
      : `expected a share from 1%FREE to 100%FREE, got "${text}"`;
  }
  if (text.startsWith("-")) {
    return `file systems only grow: ${expected}, got "${text}"`;
  }
  const bytes = parseSizeBytes(text.replace(/^\+\s*/u, ""));
  return bytes === undefined || bytes === 0
    ? `${expected}, got ${JSON.stringify(text)}`
    : { kind: text.startsWith("+") ? "more" : "at-least", bytes };
}
