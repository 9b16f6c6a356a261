import { describe, expect, test } from "bun:test";
import { readJournal } from "../../src/instance/journal.ts";
import { runJournaled } from "../../src/stages/journaled-work.ts";
import { createSemaphore, isSet } from "../../src/stages/semaphores.ts";
import type { StageFrame } from "../../src/stages/stage-frame.ts";
import type { System } from "../../src/system/system.ts";
import { failDisk } from "../support/failing-disk.ts";
import { openTestFrame } from "../support/open-test-frame.ts";
import { createMachine } from "../support/sample-machine.ts";

async function openWork(system: System = createMachine().system) {
  const { frame, errors } = await openTestFrame(system);
  const semaphore = createSemaphore(frame.paths, "i-1", "config_x", "once-per-instance");
  return { frame, errors, semaphore };
}

function journalOf(frame: StageFrame): unknown {
  return readJournal(frame.base, frame.paths);
}

describe("work that survives a power cut", () => {
  test("is in the journal from its first change to its end, and then has its semaphore", async () => {
    const { frame, semaphore } = await openWork();
    await runJournaled(frame, "x", semaphore, async () => {
      expect(journalOf(frame)).toBeUndefined();
      frame.sys.fs.write("/etc/x", "x");
      expect(journalOf(frame)).toMatchObject({ stage: "init", work: "config_x" });
      expect(isSet(frame.base, semaphore)).toBe(false);
    });
    expect(isSet(frame.base, semaphore)).toBe(true);
    expect(journalOf(frame)).toBeUndefined();
  });

  test("that changes nothing writes no journal", async () => {
    const aix = createMachine();
    const { frame, semaphore } = await openWork(aix.system);
    await runJournaled(frame, "x", semaphore, async () => {
      await frame.sys.exec.query(["/usr/bin/hostname"]);
    });
    expect(aix.changes.some((change) => "path" in change && change.path.includes("journal"))).toBe(
      false,
    );
    expect(isSet(frame.base, semaphore)).toBe(true);
  });

  test("its files are durable before its semaphore is there", async () => {
    const { system } = createMachine();
    const order: string[] = [];
    const { frame, semaphore } = await openWork({
      ...system,
      fs: {
        ...system.fs,
        flush() {
          order.push("flush");
          system.fs.flush();
        },
        write(path, content, options) {
          order.push(path.slice(path.lastIndexOf("/") + 1));
          system.fs.write(path, content, options);
        },
      },
    });
    order.length = 0;
    await runJournaled(frame, "x", semaphore, async () => frame.sys.fs.write("/etc/x", "x"));
    expect(order).toEqual(["journal.json", "x", "flush", "config_x"]);
  });

  test("that throws leaves its journal, and no semaphore", async () => {
    const { frame, semaphore } = await openWork();
    const work = runJournaled(frame, "x", semaphore, async () => {
      frame.sys.fs.write("/etc/x", "x");
      throw new Error("cut off");
    });
    await expect(work).rejects.toThrow("cut off");
    expect(isSet(frame.base, semaphore)).toBe(false);
    expect(journalOf(frame)).toBeDefined();
  });

  test("goes on where the journal cannot be written, which is an error", async () => {
    const { system } = failDisk(createMachine().system, {
      code: "ENOSPC",
      fails: (path) => path.endsWith("journal.json"),
    });
    const { frame, errors, semaphore } = await openWork(system);
    await runJournaled(frame, "x", semaphore, async () => frame.sys.fs.write("/etc/x", "x"));
    expect(frame.base.fs.stat("/etc/x")).toBeDefined();
    expect(errors).toHaveLength(1);
    expect(errors[0]).toStartWith("Cannot note that x begins: ");
  });

  test("whose semaphore cannot be written is not done", async () => {
    const { system } = failDisk(createMachine().system, {
      code: "EROFS",
      fails: (path) => path.includes("/sem"),
    });
    const { frame, semaphore } = await openWork(system);
    await expect(runJournaled(frame, "x", semaphore, async () => {})).rejects.toThrow("read-only");
  });
});
