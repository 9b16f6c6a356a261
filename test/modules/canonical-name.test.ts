import { expect, test } from "bun:test";
import { canonicalModuleName } from "../../src/modules/canonical-name.ts";

test("all spellings of a module's name are one", () => {
  for (const name of [
    "write-files",
    "write_files",
    "cc_write_files",
    " write-files.py ",
    "cc-write-files.PY",
  ]) {
    expect(canonicalModuleName(name)).toBe("write_files");
  }
  expect(canonicalModuleName("Write-files")).toBe("Write_files");
});

test("names of IBM's older packages are aliases", () => {
  expect(canonicalModuleName("ibm-reset-rmc")).toBe("reset_rmc");
  expect(canonicalModuleName("ibm-restore-volume-groups")).toBe("restore_volume_groups");
});
