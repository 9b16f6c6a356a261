import { expect, test } from "bun:test";
import { findProgram } from "../../src/cli/find-program.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";

const { system } = createScriptedSystem({
  env: { PATH: "/a:/b::relative" },
  files: {
    "/a/tool": "#!/bin/ksh\n",
    "/b/tool": "#!/bin/ksh\n",
    "/b/locked": "#!/bin/ksh\n",
    "/home/relative/deep": "#!/bin/sh\n",
    "/home/here": "echo here\n",
  },
});
for (const path of ["/b/tool", "/home/relative/deep", "/home/here"]) {
  system.fs.setAttributes(path, { mode: 0o755 });
}
system.fs.symlink("../b/tool", "/a/link");

test("PATH is searched for the first file that may be run, also through links", () => {
  expect(findProgram(system, "tool", "/home")).toBe("/b/tool");
  expect(findProgram(system, "link", "/home")).toBe("/a/link");
});

test("an empty or relative entry of PATH starts at the working directory", () => {
  expect(findProgram(system, "deep", "/home")).toBe("/home/relative/deep");
  expect(findProgram(system, "here", "/home")).toBe("/home/here");
});

test("a name with a slash is a path", () => {
  expect(findProgram(system, "./here", "/home")).toBe("/home/./here");
  expect(findProgram(system, "/missing", "/home")).toBe("/missing");
});

test("what may not be run is found where nothing better is, what is missing stays a name", () => {
  expect(findProgram(system, "locked", "/home")).toBe("/b/locked");
  expect(findProgram(system, "missing", "/home")).toBe("missing");
});
