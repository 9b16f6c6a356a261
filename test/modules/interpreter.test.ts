import { expect, test } from "bun:test";
import { findScriptStart } from "../../src/modules/interpreter.ts";
import { createMemoryFileSystem } from "../../src/system/memory-file-system.ts";

const PATH = "/var/x.sh";

test.each([
  ["#!/bin/sh\n", ["/bin/sh", PATH]],
  ["#! /usr/bin/env  -S bash -x \n", ["/usr/bin/env", "-S bash -x", PATH]],
  ["#!/usr/bin/perl -w", ["/usr/bin/perl", "-w", PATH]],
  ["echo no line\n", ["/bin/sh", PATH]],
  ["\u007fELF\0", [PATH]],
  ["#!\n", [PATH]],
  ["#!/bin/sh\r\n", [PATH]],
])("a script that begins with %j starts by its interpreter", (head, argv) => {
  const fs = createMemoryFileSystem({ [PATH]: head });
  expect(findScriptStart(fs, PATH, []).interpreterArgv).toEqual(argv);
});

test("what is missing is a doubt, and changes nothing about how it starts", () => {
  const fs = createMemoryFileSystem({ [PATH]: "#!/bin/bash\n", "/bin/sh": "" });
  expect(findScriptStart(fs, PATH, [])).toEqual({
    argv: [PATH],
    interpreterArgv: ["/bin/bash", PATH],
    doubt: 'its interpreter "/bin/bash" is not there; there is /bin/sh',
  });
});
