import { expect, test } from "bun:test";
import { changeConfigFile } from "../../src/modules/change-config-file.ts";
import { readText } from "../../src/system/files.ts";
import { createMemoryFileSystem } from "../../src/system/memory-file-system.ts";

const PATH = "/etc/agent.conf";

test("a new file gets its mode, and there is no former one", () => {
  const fs = createMemoryFileSystem();
  expect(changeConfigFile(fs, PATH, () => "a\n", { newMode: 0o640 })).toBe(true);
  expect(readText(fs, PATH)).toBe("a\n");
  expect(fs.stat(PATH)?.mode).toBe(0o640);
  expect(fs.stat(`${PATH}.old`)).toBeUndefined();
});

test("the former one is what was there before the last change, byte for byte, with mode and owner", () => {
  const fs = createMemoryFileSystem({ [PATH]: new Uint8Array([0x61, 0xe4, 0x0a]) });
  fs.setAttributes(PATH, { mode: 0o600, owner: "12:34" });
  for (const letter of ["b", "c"]) {
    changeConfigFile(fs, PATH, (text) => `${letter}${text.slice(1)}`, { newMode: 0o644 });
  }
  expect([...fs.readBytes(PATH)]).toEqual([0x63, 0xe4, 0x0a]);
  expect([...fs.readBytes(`${PATH}.old`)]).toEqual([0x62, 0xe4, 0x0a]);
  for (const path of [PATH, `${PATH}.old`]) {
    expect(fs.stat(path)).toMatchObject({ mode: 0o600, uid: 12, gid: 34 });
  }
});

test("what is so already is not written; what others could read is closed where it is private", () => {
  const fs = createMemoryFileSystem({ [PATH]: "a" });
  fs.setAttributes(PATH, { mode: 0o644 });
  expect(changeConfigFile(fs, PATH, (text) => text, { newMode: 0o600 })).toBe(false);
  const options = { newMode: 0o600, isPrivate: true };
  expect(changeConfigFile(fs, PATH, (text) => text, options)).toBe(true);
  expect(fs.stat(PATH)?.mode).toBe(0o640);
  expect(changeConfigFile(fs, PATH, (text) => text, options)).toBe(false);
  expect(fs.stat(`${PATH}.old`)).toBeUndefined();
});
