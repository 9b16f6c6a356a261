import { expect, test } from "bun:test";
import * as fc from "fast-check";
import {
  hasStanza,
  readStanzaValue,
  removeStanza,
  setStanzaValue,
} from "../../../src/simulator/aix/stanza-text.ts";

const TEXT = `* a comment
default:
\tlogin = true
\tshells = /bin/sh,/bin/ksh

root:
\tpassword = 
\tflags = ADMCHG

`;

test("values are read by stanza and attribute, empty ones too", () => {
  expect(readStanzaValue(TEXT, "default", "shells")).toBe("/bin/sh,/bin/ksh");
  expect(readStanzaValue(TEXT, "root", "password")).toBe("");
  expect(readStanzaValue(TEXT, "root", "login")).toBeUndefined();
  expect(readStanzaValue(TEXT, "nobody", "login")).toBeUndefined();
});

test("a value is replaced in place, added at the end of its stanza, or begins a new stanza", () => {
  expect(setStanzaValue(TEXT, "root", "flags", "ADMIN")).toBe(TEXT.replace("ADMCHG", "ADMIN"));
  expect(setStanzaValue(TEXT, "default", "su", "true")).toBe(
    TEXT.replace("/bin/ksh\n", "/bin/ksh\n\tsu = true\n"),
  );
  expect(setStanzaValue(TEXT, "alice", "flags", "ADMCHG")).toBe(
    `${TEXT}alice:\n\tflags = ADMCHG\n\n`,
  );
});

test("removing leaves everything else as it was", () => {
  expect(setStanzaValue(TEXT, "root", "flags", undefined)).toBe(
    TEXT.replace("\tflags = ADMCHG\n", ""),
  );
  expect(removeStanza(`${TEXT}alice:\n\ta = b\n\n`, "alice")).toBe(TEXT);
  expect(removeStanza(TEXT, "alice")).toBe(TEXT);
});

test("what was set is read back, whatever the text was", () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/u);
  fc.assert(
    fc.property(
      fc.string(),
      name,
      name,
      fc.stringMatching(/^[!-~]{1,20}$/u),
      (text, stanza, attribute, value) => {
        const changed = setStanzaValue(text, stanza, attribute, value);
        return hasStanza(changed, stanza) && readStanzaValue(changed, stanza, attribute) === value;
      },
    ),
  );
});
