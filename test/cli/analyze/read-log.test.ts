import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { groupBoots } from "../../../src/cli/analyze/boot-records.ts";
import { readLog } from "../../../src/cli/analyze/read-log.ts";
import { renderPlot } from "../../../src/cli/analyze/render-plot.ts";
import { renderShow, SHOW_FORMAT } from "../../../src/cli/analyze/render-show.ts";

const NOW = new Date("2026-01-15T00:00:00Z");
const read = (...lines: readonly string[]) => readLog(`${lines.join("\n")}\n`, NOW);

describe("lines of a log", () => {
  test("of this program and of syslog are read, all others passed over", () => {
    const { events } = read(
      "2026-01-02 03:04:05,250 - stages.ts[DEBUG]: start: init-local/search: searching",
      "2026-01-02T03:04:06.5+01:00 vm1 [CLOUDINIT] util.py[DEBUG]: start: init-local/x: doing",
      "Jan 02 03:04:05 vm1 cloud-init[12]: finish: init-local/x: FAIL: doing: it broke",
      "Dec 31 23:59:59 vm1 cloud-init[12]: start: old/x: last year",
      "2026-01-02 03:04:05,250 - stages.ts[DEBUG]: said: start: not an event",
      "2026-13-77 03:04:05,250 - stages.ts[DEBUG]: start: init-local/x: no such day",
      "start: init-local/x: without a time",
      "",
    );
    expect(events).toEqual([
      {
        name: "init-local/search",
        description: "searching",
        event_type: "start",
        origin: "cloudinit",
        timestamp: Date.UTC(2026, 0, 2, 3, 4, 5) / 1_000 + 0.25,
      },
      {
        name: "init-local/x",
        description: "doing",
        event_type: "start",
        origin: "cloudinit",
        timestamp: Date.UTC(2026, 0, 2, 2, 4, 6) / 1_000 + 0.5,
      },
      {
        name: "init-local/x",
        description: "doing: it broke",
        event_type: "finish",
        origin: "cloudinit",
        timestamp: Date.UTC(2026, 0, 2, 3, 4, 5) / 1_000,
        result: "FAIL",
      },
      {
        name: "old/x",
        description: "last year",
        event_type: "start",
        origin: "cloudinit",
        timestamp: Date.UTC(2025, 11, 31, 23, 59, 59) / 1_000,
      },
    ]);
  });

  test("a welcome line is the start of its stage, and tells when the machine started", () => {
    const { events, machineStarts } = read(
      "2026-01-02 03:04:05,000 - stages.ts[DEBUG]: Cloud-init v. 0.1.0 running 'modules:config' at Fri, 02 Jan 2026 03:04:05 +0000. Up 40.50 seconds.",
      "2026-01-02 03:04:06,000 - stages.ts[DEBUG]: Cloud-init v. 0.1.0 running 'init' at Fri, 02 Jan 2026 03:04:06 +0000. Up ?? seconds.",
    );
    expect(events.map(({ name, event_type }) => `${event_type} ${name}`)).toEqual([
      "start modules-config",
      "start init-network",
    ]);
    const at = Date.UTC(2026, 0, 2, 3, 4, 5) / 1_000;
    expect([...machineStarts]).toEqual([[at, at - 40.5]]);
  });

  test("a command belongs to what runs when it starts, and ends with the last of its name", () => {
    const { commands } = read(
      "2026-01-02 03:04:05,000 - s.ts[DEBUG]: start: init/config-a: a",
      "2026-01-02 03:04:05,000 - s.ts[DEBUG]: Running command /bin/x one",
      "2026-01-02 03:04:05,100 - s.ts[DEBUG]: Running command /bin/x two",
      "2026-01-02 03:04:05,200 - s.ts[DEBUG]: Command /bin/x ended with exit code 0",
      "2026-01-02 03:04:05,400 - s.ts[DEBUG]: Command /bin/x ended with exit code 3",
      "2026-01-02 03:04:05,500 - s.ts[DEBUG]: finish: init/config-a: SUCCESS: a",
      "2026-01-02 03:04:05,600 - s.ts[DEBUG]: Running command /bin/hangs",
      "2026-01-02 03:04:05,700 - s.ts[DEBUG]: Command /bin/unknown ended with exit code 0",
    );
    const at = Date.UTC(2026, 0, 2, 3, 4, 5) / 1_000;
    expect(
      commands.map(({ command, within, start, end, exitCode }) => [
        command,
        within,
        Math.round((start - at) * 1_000),
        end === undefined ? undefined : Math.round((end - at) * 1_000),
        exitCode,
      ]),
    ).toEqual([
      ["/bin/x one", "init/config-a", 0, 400, 3],
      ["/bin/x two", "init/config-a", 100, 200, 0],
      ["/bin/hangs", "", 600, undefined, undefined],
    ]);
  });

  test("whatever they are, there is an answer, and the chart is XML", () => {
    const word = fc.constantFrom(
      "start: ",
      "finish: ",
      "init-local",
      "/x",
      ": ",
      "SUCCESS",
      "\u0001",
      "<b>&",
      "Cloud-init v. 1 running 'init-local' at x. Up 3.0 seconds.",
      "Running command /bin/a '<'",
    );
    const line = fc
      .tuple(fc.integer({ min: 0, max: 59 }), fc.array(word, { maxLength: 5 }))
      .map(
        ([second, words]) =>
          `2026-01-02 03:04:${String(second).padStart(2, "0")},000 - a.ts[DEBUG]: ${words.join("")}`,
      );
    fc.assert(
      fc.property(fc.array(fc.oneof(line, fc.string()), { maxLength: 20 }), (all) => {
        const content = read(...all);
        const boots = groupBoots(content.events);
        renderShow(boots, SHOW_FORMAT);
        for (const boot of boots) {
          const svg = renderPlot(boot, content.commands);
          expect(svg).not.toContain("\u0001");
          expect(svg).not.toMatch(/NaN|Infinity|undefined/u);
          expect(svg).not.toMatch(/<b>|&(?!amp;|lt;|gt;|quot;)/u);
        }
      }),
    );
  });
});
