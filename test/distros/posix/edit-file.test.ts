import { expect, test } from "bun:test";
import fc from "fast-check";
import { asBytes, editFile } from "../../../src/distros/posix/edit-file.ts";
import { setMarkedBlock } from "../../../src/distros/posix/marked-block.ts";
import { createMemoryFileSystem } from "../../../src/system/memory-file-system.ts";

const MARKS = { begin: "# begin", end: "# end" };

test("bytes of any encoding stay as they are, and so do mode and owner", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const fs = createMemoryFileSystem({ "/f": bytes });
      fs.setAttributes("/f", { mode: 0o640 });
      const undo = editFile(fs, "/f", (text) => setMarkedBlock(text, MARKS, ["own"]));
      const after = Buffer.from(fs.readBytes("/f"));
      expect(after.subarray(0, bytes.length).equals(Buffer.from(bytes))).toBe(true);
      expect(after.toString("latin1")).toEndWith("# begin\nown\n# end\n");
      expect(fs.stat("/f")?.mode).toBe(0o640);
      expect(editFile(fs, "/f", (text) => setMarkedBlock(text, MARKS, ["own"]))).toBeUndefined();
      undo?.();
      expect(Buffer.from(fs.readBytes("/f")).equals(Buffer.from(bytes))).toBe(true);
    }),
  );
});

test("a file that was not there is gone again", () => {
  const fs = createMemoryFileSystem();
  const undo = editFile(fs, "/etc/new", () => asBytes("Ä\n"), 0o600);
  expect(Buffer.from(fs.readBytes("/etc/new")).toString("utf8")).toBe("Ä\n");
  expect(fs.stat("/etc/new")?.mode).toBe(0o600);
  undo?.();
  expect(fs.stat("/etc/new")).toBeUndefined();
});

test("a marked part goes where there is nothing for it", () => {
  const text = setMarkedBlock("a\n", MARKS, ["x"]);
  expect(setMarkedBlock(`${text}b\n`, MARKS, [])).toBe("a\nb\n");
  expect(setMarkedBlock("a", MARKS, [])).toBe("a");
});
