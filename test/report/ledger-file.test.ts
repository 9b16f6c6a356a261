import { describe, expect, test } from "bun:test";
import { createStageLedger, parseLedger } from "../../src/report/ledger-file.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import { readText } from "../../src/system/files.ts";
import { failDisk } from "../support/failing-disk.ts";

const FILE = "/var/lib/cloud/instances/i/ledger.jsonl";
const STEP = { kind: "file", what: "/etc/a", outcome: "ok" } as const;

describe("the ledger", () => {
  test("entries are held until the instance is known, then stand in its file in order", () => {
    const { system } = createScriptedSystem();
    const ledger = createStageLedger(system, "init", (text) => text);
    ledger.forModule(undefined).record({ ...STEP, what: "first" });
    ledger.flush();
    expect(system.fs.stat(FILE)).toBeUndefined();
    ledger.open(FILE);
    ledger.forModule("write_files").record({ ...STEP, what: "second" });
    ledger.flush();
    const entries = parseLedger(readText(system.fs, FILE));
    expect(entries.map(({ what, module }) => [what, module])).toEqual([
      ["first", undefined],
      ["second", "write_files"],
    ]);
    expect(entries[0]).toMatchObject({ stage: "init", time: "2026-01-02T03:04:05.000Z" });
    expect(system.fs.stat(FILE)?.mode).toBe(0o600);
  });

  test("secrets are masked in what was done, why it failed and what it said", () => {
    const { system } = createScriptedSystem();
    const ledger = createStageLedger(system, "init", (text) => text.replaceAll("s3cret", "***"));
    ledger.open(FILE);
    ledger
      .forModule("x")
      .record({ ...STEP, what: "s3cret", reason: "s3cret", stderr: "s3cret", outcome: "failed" });
    ledger.flush();
    expect(readText(system.fs, FILE)).not.toContain("s3cret");
  });

  test("a file that cannot be written is told once, and never thrown", () => {
    const { system } = failDisk(createScriptedSystem().system, {
      code: "ENOSPC",
      fails: () => true,
    });
    const failures: unknown[] = [];
    const ledger = createStageLedger(
      system,
      "init",
      (text) => text,
      undefined,
      (error) => failures.push(error),
    );
    ledger.open(FILE);
    for (let count = 0; count < 1_000; count += 1) {
      ledger.forModule("x").record(STEP);
    }
    ledger.flush();
    expect(failures).toHaveLength(1);
  });

  test("lines that are cut or foreign are left out", () => {
    const good = JSON.stringify({ time: "t", stage: "init", ...STEP });
    expect(parseLedger(`${good}\n{"time": \nhello\n{}\n\n${good.slice(0, 20)}`)).toHaveLength(1);
  });
});
