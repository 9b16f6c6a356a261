import { describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import * as fc from "fast-check";
import { sha512Crypt } from "../../../src/datasources/azure/sha512-crypt.ts";
import { requireOrSkip } from "../../support/require-or-skip.ts";

test("gives what the specification's example says", () => {
  expect(sha512Crypt("Hello world!", "saltstring")).toBe(
    "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1",
  );
});

/** openssl-passwd(1) reads the password from its standard input. */
function openssl(password: string, salt: string): string | undefined {
  const { status, stdout } = spawnSync("openssl", ["passwd", "-6", "-salt", salt, "-stdin"], {
    input: `${password}\n`,
    encoding: "utf8",
  });
  return status === 0 ? stdout.trim() : undefined;
}

const obstacle = openssl("x", "salt") === undefined ? "openssl passwd -6 does not run" : undefined;

describe.skipIf(requireOrSkip(obstacle))("a password's hash", () => {
  test("is the one that openssl makes", () => {
    const password = fc.oneof(
      fc.stringMatching(/^[!-~]{1,72}$/u),
      fc.stringMatching(/^[äöü€!-~]{1,40}$/u),
      fc.constantFrom("a".repeat(63), "a".repeat(64), "a".repeat(65), "a".repeat(72)),
    );
    const salt = fc.stringMatching(/^[./0-9A-Za-z]{1,16}$/u);
    fc.assert(
      fc.property(password, salt, (text, grains) => {
        expect(sha512Crypt(text, grains)).toBe(openssl(text, grains) ?? "");
      }),
      { numRuns: 25 },
    );
  });
});
