import { describe, expect, test } from "bun:test";
import {
  createEventReporter,
  eventLine,
  logSink,
  type ReportEvent,
} from "../../src/report/report-event.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";

const { clock } = createScriptedSystem().system;

describe("within", () => {
  test("tells of the start and of the end with result and duration", async () => {
    const events: ReportEvent[] = [];
    const reporter = createEventReporter(clock, "init-local", (event) => events.push(event));
    const answer = await reporter.within("search-None", "searching", async (setResult) => {
      await clock.sleep(1_500);
      setResult("WARN");
      return 7;
    });
    expect(answer).toBe(7);
    expect(events.map(eventLine)).toEqual([
      "start: init-local/search-None: searching",
      "finish: init-local/search-None: WARN: searching (duration: 1.500s)",
    ]);
    const [start, finish] = events.map(({ timestampSeconds }) => timestampSeconds);
    expect((finish ?? 0) - (start ?? 0)).toBeCloseTo(1.5);
  });

  test("the end may say more than the start, and parts are noticed", async () => {
    const lines: string[] = [];
    const reporter = createEventReporter(
      clock,
      "init",
      logSink((line) => lines.push(line)),
    );
    await reporter.within("", "the stage", async () => {
      expect(reporter.hasParts()).toBe(false);
      await reporter.within("x", "running x", async (setResult) => {
        setResult("SUCCESS", "x previously ran");
      });
      expect(reporter.hasParts()).toBe(true);
    });
    expect(lines).toEqual([
      "start: init/x: running x",
      "finish: init/x: SUCCESS: x previously ran (duration: 0.000s)",
      "finish: init: SUCCESS: the stage (duration: 0.000s)",
    ]);
  });

  test("what is thrown is a failure, and goes on to the caller", async () => {
    const lines: string[] = [];
    const reporter = createEventReporter(
      clock,
      "single",
      logSink((line) => lines.push(line)),
    );
    const work = reporter.within("config-x", "running", () => Promise.reject(new Error("no")));
    expect(work).rejects.toThrow("no");
    await work.catch(() => undefined);
    expect(lines[1]).toBe("finish: single/config-x: FAIL: running (duration: 0.000s)");
  });

  test("other sinks hear of what comes after they are set", async () => {
    const first: string[] = [];
    const second: string[] = [];
    const reporter = createEventReporter(
      clock,
      "init",
      logSink((line) => first.push(line)),
    );
    await reporter.within("x", "outer", async () => {
      reporter.setSinks([logSink((line) => second.push(line))]);
    });
    expect(first).toEqual(["start: init/x: outer"]);
    expect(second).toEqual(["finish: init/x: SUCCESS: outer (duration: 0.000s)"]);
  });
});
