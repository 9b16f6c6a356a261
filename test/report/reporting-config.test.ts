import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseReporting } from "../../src/report/reporting-config.ts";

const LOG = { type: "log", name: "logging", level: "DEBUG" } as const;
const messages = (value: unknown): readonly string[] =>
  parseReporting(value).problems.map(({ message }) => message);

describe("handlers", () => {
  test("the log hears of events by default, and not if it is switched off", () => {
    expect(parseReporting(undefined)).toEqual({ handlers: [LOG], problems: [] });
    expect(parseReporting({ logging: false }).handlers).toEqual([]);
    expect(parseReporting({ logging: { type: "log", level: "INFO" } }).handlers).toEqual([
      { ...LOG, level: "INFO" },
    ]);
  });

  test("a webhook has its address, its deadline and its signature", () => {
    const { handlers, problems } = parseReporting({
      fleet: {
        type: "webhook",
        endpoint: "https://example.com/events",
        timeout: 3,
        retries: "4",
        consumer_key: "ck",
        token_key: "tk",
        token_secret: "ts",
      },
      console: { type: "print" },
    });
    expect(problems).toEqual([]);
    expect(handlers).toEqual([
      LOG,
      {
        type: "webhook",
        name: "fleet",
        endpoint: "https://example.com/events",
        timeoutMs: 3_000,
        retries: 4,
        oauth: { consumerKey: "ck", consumerSecret: "", tokenKey: "tk", tokenSecret: "ts" },
      },
      { type: "print", name: "console" },
    ]);
  });

  test("no deadline is longer than ten seconds, no number of attempts longer than eleven", () => {
    const { handlers } = parseReporting({
      a: { type: "webhook", endpoint: "http://192.0.2.1/", timeout: 3_600, retries: 1e9 },
    });
    expect(handlers[1]).toMatchObject({ timeoutMs: 10_000, retries: 10 });
  });
});

describe("what is wrong is told, and the rest works", () => {
  test("each with the handler and what was expected", () => {
    expect(messages("all")).toEqual(["Invalid reporting: expected handlers by name, got text"]);
    expect(messages({ a: 7 })[0]).toContain(
      'expected a mapping with "type", or false, got a number',
    );
    expect(messages({ a: { type: "smoke" } })[0]).toBe(
      'Invalid type of handler "a" of reporting: expected log, print or webhook, got "smoke"',
    );
    expect(messages({ a: { type: "webhook", endpoint: "ftp://u:geheim@example.com" } })[0]).toBe(
      'Cannot report to handler "a": expected "endpoint" with http:// or https://, got something else',
    );
    expect(messages({ a: { type: "log", level: "ERROR" } })[0]).toContain("INFO is used");
    expect(
      messages({ a: { type: "webhook", endpoint: "http://h/", timeout: "soon", token_key: "x" } }),
    ).toEqual([
      "Invalid timeout of reporting: expected a number from 0, 5 is used",
      'Events go to handler "a" unsigned: OAuth needs consumer_key, token_key and token_secret as text; missing: consumer_key, token_secret',
    ]);
  });

  test("nothing at all makes it throw", () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (value, entry) => {
        parseReporting(value);
        parseReporting({ a: entry, b: { type: "webhook", endpoint: value, timeout: entry } });
      }),
    );
  });
});
