import { expect, test } from "bun:test";
import { readTimeLimit } from "../../src/config/time-limits.ts";

test("without the key there is no limit", () => {
  for (const timeouts of [
    undefined,
    null,
    {},
    { scripts: "1h" },
    { runcmd: 0 },
    { runcmd: "none" },
    { runcmd: false },
    { runcmd: null },
  ]) {
    expect(readTimeLimit({ timeouts }, "runcmd")).toEqual({});
  }
});

test("a limit has a title for messages", () => {
  expect(readTimeLimit({ timeouts: { runcmd: "30m" } }, "runcmd")).toEqual({
    limit: { ms: 1_800_000, title: "30m (timeouts.runcmd)" },
  });
});

test.each([
  [
    { runcmd: "soon" },
    'Cannot use timeouts.runcmd, there is no limit: expected a duration such as 30s, 5m or 1h30m, got "soon"',
    ["timeouts", "runcmd"],
  ],
  [
    { runcmd: ["x"] },
    "Cannot use timeouts.runcmd, there is no limit: expected a duration such as 30s, 5m or 1h30m, got a list",
    ["timeouts", "runcmd"],
  ],
  ["30m", "Cannot use timeouts: expected a mapping such as {runcmd: 30m}, got text", ["timeouts"]],
])("%p is a problem and no limit", (timeouts, message, path) => {
  expect(readTimeLimit({ timeouts }, "runcmd")).toEqual({ problem: { message, path } });
});
