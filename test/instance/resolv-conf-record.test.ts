import { expect, test } from "bun:test";
import { createPaths } from "../../src/instance/paths.ts";
import {
  announceResolvConfText,
  readResolvConfRecord,
} from "../../src/instance/resolv-conf-record.ts";
import { createMemoryFileSystem } from "../../src/system/memory-file-system.ts";

const FILE = "/etc/resolv.conf";
const paths = createPaths({
  cloudDir: "/var/lib/cloud",
  runDir: "/run/cloud-init",
  templatesDir: "/etc/cloud/templates",
  configFile: "/etc/cloud/cloud.cfg",
  logDir: "/var/log",
});

test("a file that was not there is new, also when its own text changes and a boot is cut off in between", () => {
  const fs = createMemoryFileSystem();
  announceResolvConfText(fs, paths, "first");
  expect(readResolvConfRecord(fs, paths)).toEqual({ text: "first", isNew: true });
  fs.write(FILE, "first");
  const second = { text: "second", isNew: true, earlier: "first" };
  announceResolvConfText(fs, paths, "second");
  expect(readResolvConfRecord(fs, paths)).toEqual(second);
  // The power went before it was written.
  announceResolvConfText(fs, paths, "second");
  expect(readResolvConfRecord(fs, paths)).toEqual(second);
});

test("a file of somebody else's is not new, whether it was there before or came later", () => {
  const fs = createMemoryFileSystem({ [FILE]: "theirs" });
  announceResolvConfText(fs, paths, "ours");
  expect(readResolvConfRecord(fs, paths)).toEqual({ text: "ours", isNew: false });
  const other = createMemoryFileSystem();
  announceResolvConfText(other, paths, "first");
  other.write(FILE, "edited");
  announceResolvConfText(other, paths, "second");
  expect(readResolvConfRecord(other, paths)).toEqual({ text: "second", isNew: false });
});

test("a text that is there already is not claimed; a record that cannot be read is none", () => {
  const fs = createMemoryFileSystem({ [FILE]: "same" });
  announceResolvConfText(fs, paths, "same");
  expect(readResolvConfRecord(fs, paths)).toBeUndefined();
  for (const text of ["", "{", "[]", '{"text": 1}']) {
    fs.write("/var/lib/cloud/data/resolv-conf.json", text);
    expect(readResolvConfRecord(fs, paths)).toBeUndefined();
  }
});
