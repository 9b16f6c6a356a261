import { expect, test } from "bun:test";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import { fetchContent, type FetchOptions } from "../../src/system/fetch-content.ts";
import { HttpError } from "../../src/system/http-error.ts";

const URL_TEXT = "https://example.com/x";

/** Fetches from a server that gives these answers, the last one for ever; a text is an error. */
async function fetchFrom(
  answers: readonly (number | string)[],
  options: Partial<FetchOptions> = {},
) {
  const timeouts: number[] = [];
  const { system } = createScriptedSystem({
    http({ method, url, effect, timeoutMs }) {
      expect(effect).toBe("change");
      const answer = answers[Math.min(timeouts.length, answers.length - 1)] ?? 200;
      timeouts.push(timeoutMs);
      if (typeof answer === "string") {
        throw new HttpError(method, url, answer);
      }
      return { status: answer, headers: {}, body: new Uint8Array([1]) };
    },
  });
  const fetched = await fetchContent(system, URL_TEXT, {
    attempts: 3,
    intervalMs: 3_000,
    attemptTimeoutMs: 30_000,
    deadlineMs: system.clock.monotonicMs() + 60_000,
    maxBodyBytes: 100,
    ...options,
  });
  return { fetched, timeouts };
}

test("what may be better the next time is tried again: no answer, a busy server, a fault of the server's", async () => {
  for (const passing of ["connection refused", 408, 425, 429, 500, 503]) {
    const { fetched, timeouts } = await fetchFrom([passing, passing, 200]);
    expect(fetched).toEqual({ ok: true, content: new Uint8Array([1]) });
    expect(timeouts).toHaveLength(3);
  }
});

test("a refusal is final, and so is the last try", async () => {
  expect(await fetchFrom([404, 200])).toMatchObject({
    fetched: { ok: false, failure: { kind: "status", status: 404 }, attempts: 1 },
  });
  expect((await fetchFrom([503, 503, 503, 200])).fetched).toEqual({
    ok: false,
    failure: { kind: "status", status: 503 },
    attempts: 3,
  });
});

test("the deadline holds, however many tries are left", async () => {
  const { fetched, timeouts } = await fetchFrom(["no route"], {
    attempts: 100,
    deadlineMs: 10_000,
  });
  expect(fetched).toMatchObject({ ok: false, failure: { kind: "unanswered" } });
  expect(timeouts).toEqual([10_000, 7_000, 4_000, 1_000]);
  expect((await fetchFrom([200], { deadlineMs: 0 })).fetched).toEqual({
    ok: false,
    failure: { kind: "late" },
    attempts: 0,
  });
});
