import { expect, test } from "bun:test";
import fc from "fast-check";
import {
  readUndoRecord,
  recordPath,
  type UndoRecord,
  writeUndoRecord,
} from "../../../src/cli/install/undo-record.ts";
import { createMemoryFileSystem } from "../../../src/system/memory-file-system.ts";

const DIR = "/lib/install";
const RECORD: UndoRecord = {
  entries: [
    {
      path: "/bin/agent",
      isUsers: false,
      installed: [
        { kind: "file", sha256: "aa" },
        { kind: "file", sha256: "bb" },
      ],
      before: { kind: "file", sha256: "cc", mode: 0o755, owner: "0:0" },
    },
    {
      path: "/etc/rc2.d/S01agent",
      isUsers: false,
      installed: [{ kind: "absent" }],
      before: { kind: "link", target: "../agent" },
    },
    {
      path: "/etc/agent.cfg",
      isUsers: true,
      installed: [{ kind: "link", target: "x" }, { kind: "directory" }],
      before: { kind: "same" },
    },
  ],
  sys0: { attribute: "clouddev", before: "0" },
};

test("what is written is read again, and written once", () => {
  const fs = createMemoryFileSystem();
  writeUndoRecord(fs, DIR, RECORD);
  expect(readUndoRecord(fs, DIR)).toEqual(RECORD);
  expect(fs.stat(recordPath(DIR))?.mode).toBe(0o600);
  const { sys0, ...rest } = RECORD;
  expect(sys0).toBeDefined();
  writeUndoRecord(fs, DIR, rest);
  expect(readUndoRecord(fs, DIR)).toEqual(rest);
});

test("no record is none", () => {
  expect(readUndoRecord(createMemoryFileSystem(), DIR)).toBeUndefined();
});

test("a path that could lead elsewhere makes the record useless", () => {
  for (const path of ["bin/agent", "/bin/../etc/passwd", "/bin//agent", "", 7]) {
    const json = JSON.stringify({
      format: 1,
      entries: [{ path, installed: [], before: { kind: "absent" } }],
    });
    const fs = createMemoryFileSystem({ [recordPath(DIR)]: json });
    expect(() => readUndoRecord(fs, DIR)).toThrow("Cannot use the record of the install");
  }
});

test("whatever is in the file, it is a record or an error that names the file", () => {
  const almost = fc.record({
    format: fc.constantFrom<unknown>(1, 2, "1"),
    entries: fc.array(
      fc.record({
        path: fc.constantFrom<unknown>("/a", "a", null),
        isUsers: fc.jsonValue(),
        installed: fc.oneof(
          fc.jsonValue(),
          fc.array(fc.record({ kind: fc.constantFrom("file", "link"), sha256: fc.jsonValue() })),
        ),
        before: fc.oneof(fc.jsonValue(), fc.constant({ kind: "absent" })),
      }),
    ),
    sys0: fc.jsonValue(),
  });
  fc.assert(
    fc.property(
      fc.oneof(
        almost.map((json) => JSON.stringify(json)),
        fc.json(),
        fc.string(),
      ),
      (text) => {
        const fs = createMemoryFileSystem({ [recordPath(DIR)]: text });
        try {
          for (const { path } of readUndoRecord(fs, DIR)?.entries ?? []) {
            expect(path).toStartWith("/");
          }
        } catch (error) {
          expect(String(error)).toContain(recordPath(DIR));
        }
      },
    ),
  );
});
