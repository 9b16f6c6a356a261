import { expect, test } from "bun:test";
import type { EventSink } from "../../src/report/report-event.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import { createEventReporting } from "../../src/stages/event-reporting.ts";
import type { StageFrame } from "../../src/stages/stage-frame.ts";
import { HttpError } from "../../src/system/http-error.ts";
import type { System } from "../../src/system/system.ts";

/** Time that passes only when nobody has anything else to do: what waits beside another takes no time of its own. */
function createVirtualTime() {
  let nowMs = 0;
  const timers: { readonly atMs: number; readonly end: () => void }[] = [];
  const sleep = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      timers.push({ atMs: nowMs + ms, end: resolve });
    });
  async function runUntil(work: Promise<void>): Promise<void> {
    let isDone = false;
    void work.then(() => {
      isDone = true;
    });
    for (;;) {
      await new Promise<void>((resolve) => {
        setImmediate(() => resolve());
      });
      if (isDone) {
        return;
      }
      timers.sort((left, right) => left.atMs - right.atMs);
      const next = timers.shift();
      expect(next).toBeDefined();
      nowMs = Math.max(nowMs, next?.atMs ?? 0);
      next?.end();
    }
  }
  return { nowMs: () => nowMs, sleep, runUntil };
}

/** Servers that take each request and never answer. */
function createFrame(time: ReturnType<typeof createVirtualTime>) {
  const { system } = createScriptedSystem({});
  const posts: string[] = [];
  const base: System = {
    ...system,
    clock: { ...system.clock, monotonicMs: time.nowMs, sleep: time.sleep },
    http: {
      async request({ method, url, timeoutMs }) {
        posts.push(url);
        await time.sleep(timeoutMs);
        throw new HttpError(method, url, "no answer came");
      },
    },
  };
  let sinks: readonly EventSink[] = [];
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const frame = {
    name: "init",
    base,
    log,
    paths: { runDir: "/run/cloud-init" },
    events: { setSinks: (given: readonly EventSink[]) => void (sinks = given) },
  } as unknown as StageFrame;
  const tell = (name: string): void =>
    sinks.forEach((sink) => sink({ name, description: "", type: "start", timestampSeconds: 1 }));
  return { frame, posts, tell, fs: system.fs };
}

test("servers that do not answer hold up the end of the stage together, not one after the other", async () => {
  const time = createVirtualTime();
  const { frame, posts, tell, fs } = createFrame(time);
  const reporting = createEventReporting(() => frame, { isPlan: false, isLogOnly: false });
  const names = ["a", "b", "c", "d"];
  const server = (name: string) => ({
    type: "webhook",
    endpoint: `https://${name}.example.com/`,
    timeout: 8,
    retries: 0,
  });
  await reporting.apply(Object.fromEntries(names.map((name) => [name, server(name)])));
  tell("one");

  await time.runUntil(reporting.close());

  expect(time.nowMs()).toBe(10_000);
  expect([...new Set(posts)].sort()).toEqual(names.map((name) => `https://${name}.example.com/`));
  // Each one's events wait for the next stage.
  expect(fs.list("/run/cloud-init")).toEqual(names.map((name) => `reporting-${name}.json`));
});
