import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  assignmentFile,
  findAssignment,
  setAssignment,
} from "../../../src/distros/posix/assignment-file.ts";
import { createMemoryFileSystem } from "../../../src/system/memory-file-system.ts";

describe("a file of assignments", () => {
  test("has the value of the last line, without its quotes", () => {
    expect(findAssignment("LANG=C\nLANG=de_DE\n", "LANG")).toBe("de_DE");
    expect(findAssignment('LANG="de_DE.UTF-8"\n', "LANG")).toBe("de_DE.UTF-8");
    expect(findAssignment("#LANG=C\nLANGUAGE=x\n", "LANG")).toBeUndefined();
    expect(findAssignment("LANG=", "LANG")).toBe("");
  });

  test("changes the line that holds and nothing else, comments and line ends too", () => {
    const text = "# LANG=x\nPATH=/usr/bin\nLANG=C\r\nTZ=UTC";
    expect(setAssignment(text, "LANG", "de_DE")).toBe(
      "# LANG=x\nPATH=/usr/bin\nLANG=de_DE\r\nTZ=UTC",
    );
    expect(setAssignment(text, "TZ", "CET")).toEndWith("\nTZ=CET");
    expect(setAssignment(text, "NEW", "1")).toBe(`${text}\nNEW=1\n`);
    expect(setAssignment('A="1"\n', "A", "1")).toBe('A="1"\n');
    expect(setAssignment("", "A", "1", "quoted")).toBe('A="1"\n');
  });

  test("keeps mode, owner and bytes that are no UTF-8, and is written only where something differs", () => {
    const fs = createMemoryFileSystem({ "/etc/environment": new Uint8Array([35, 0xe4, 10]) });
    fs.setAttributes("/etc/environment", { mode: 0o664, owner: "0:3" });
    const file = assignmentFile(fs, "/etc/environment");
    expect(file.ensure({ LANG: "C" })).toBe(true);
    expect(Array.from(fs.readBytes("/etc/environment")).slice(0, 3)).toEqual([35, 0xe4, 10]);
    expect(fs.stat("/etc/environment")).toMatchObject({ mode: 0o664, gid: 3 });
    expect(file.ensure({ LANG: "C" })).toBe(false);
  });

  test("holds what was set, whatever was there; a second time changes nothing", () => {
    fc.assert(
      fc.property(fc.string(), fc.stringMatching(/^[\w.-]{0,20}$/u), (text, value) => {
        const next = setAssignment(text, "LANG", value);
        expect(findAssignment(next, "LANG")).toBe(value);
        expect(setAssignment(next, "LANG", value)).toBe(next);
      }),
    );
  });
});
